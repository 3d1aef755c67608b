"""One conversation at a time, as a simulation asks for it."""

from datetime import UTC, datetime, timedelta

import pytest

from mock_server.world.business_rules import SOURCES
from mock_server.world.clock import epoch_ms, from_epoch_ms, stamp
from mock_server.world.conversations import (
    DIALOGUES,
    Contact,
    Conversation,
    choose_answers,
    hold,
    inquiry_record,
    pick_topic,
)
from mock_server.world.fixtures import business
from mock_server.world.ids import FIRST_FREE_INDEX, Ids, rng
from mock_server.world.people import known_person, person

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
VISIT = datetime(2026, 3, 5, 22, 30, tzinfo=UTC)


def ring(
    source: str, about: str, *, known: bool = False, when: datetime | None = None, seed: int | None = None
) -> Conversation:
    who = person(1, FIRST_FREE_INDEX, "NSW", 2)
    stream = rng(1, source, about) if seed is None else rng(seed)
    topic = pick_topic(business("plumber"), about, stream)
    visit = epoch_ms(when) if when and source in DIALOGUES else None
    answers = choose_answers(topic, source, stream)
    contact = Contact(source, topic, who, business("plumber"), epoch_ms(NOW), answers, is_known=known, when=visit)
    return hold(contact, stream)


@pytest.mark.parametrize(
    ("about", "topic"),
    [
        ("blocked drain", "blocked-drain"),
        ("My TAP is dripping!", "leaking-tap"),
        ("burst-pipe", "burst-pipe"),
        ("no hot water, cold showers", "hot-water-fault"),
    ],
)
def test_a_topic_is_found_by_its_words(about: str, topic: str) -> None:
    assert pick_topic(business("plumber"), about, rng(1)).key == topic


@pytest.mark.parametrize("about", ["", "zebra"])
def test_without_a_match_any_job_is_drawn(about: str) -> None:
    drawn = {pick_topic(business("plumber"), about, rng(seed)).key for seed in range(100)}
    assert drawn == {topic.key for topic in business("plumber").topics}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("when", [None, VISIT])
def test_every_source_makes_a_whole_record(source: str, known: bool, when: datetime | None) -> None:
    held = ring(source, "blocked drain", known=known, when=when)
    record = inquiry_record(held, Ids(1), FIRST_FREE_INDEX, "ld_1", first=not known, read=False)
    assert record["source"] == source
    assert record["createdAt"] == stamp(NOW)
    assert record["isFirstInquiry"] is not known
    assert record["data"]["summary"] == record["summary"] == held.summary
    assert NOW <= from_epoch_ms(held.end) <= NOW + timedelta(minutes=30)
    booked = when is not None and source in ("CALL", "SMS", "CHATBOT")
    assert held.key_points[-1].startswith("Booked for Friday 6 March at 9:30 am") is booked


def test_who_is_known_is_not_asked_for_the_name() -> None:
    texts = [str(ring("CALL", "blocked drain", known=known).body) for known in (False, True)]
    assert ["ay I have your name" in text or "your name" in text or "speaking with" in text for text in texts] == [
        True,
        False,
    ]


def test_urgent_answers_make_an_urgent_inquiry() -> None:
    tags = {}
    for seed in range(40):
        held = ring("CALL", "blocked drain", seed=seed)
        tags[held.urgent] = held.tag
        urgent_words = "Water is spilling onto the floor" in held.key_points
        assert held.urgent is urgent_words
    assert tags == {True: "urgent", False: "drains"}


def test_a_stored_lead_speaks_for_itself() -> None:
    stand_in = person(1, 5, "NSW", 2)
    address = {"line1": "1 A St", "line2": "Unit 2", "suburb": "Ryde", "state": "NSW", "postcode": "2112"}
    lead = {
        "firstName": "Ada",
        "lastName": None,
        "email": None,
        "phone": "+61255501111",
        "suburb": "Newtown",
        "businessName": "Ada Cafe",
        "defaultLeadAddress": {"address": address},
    }
    who = known_person(lead, stand_in)
    assert (who.name, who.phone, who.address, who.trading_as) == ("Ada", "+61255501111", "1 A St, Ryde", "Ada Cafe")
    assert who.email == stand_in.email
    bare = known_person({"firstName": "Ada", "lastName": "B", "suburb": "Newtown"}, stand_in)
    assert (bare.name, bare.suburb, bare.line1) == ("Ada B", "Newtown", stand_in.line1)
