"""The raw material is ours: here it is held to what the code expects of it."""

import string
from pathlib import Path

import pytest
from messages import assert_message

from mock_server.errors import WorldError
from mock_server.world import fixtures
from mock_server.world.fixture_models import Topic
from mock_server.world.fixtures import business, common, fields, names
from mock_server.world.recipe import businesses

GIVEN = {"name", "first", "business", "address", "suburb", "daypart", "service", "when", "old", "question"}
NEEDS_OLD = ("upcoming", "past")


def slots(text: str) -> set[str]:
    return {name.lower() for _, name, _, _ in string.Formatter().parse(text) if name}


def every_topic() -> list[Topic]:
    return [topic for key in businesses() for topic in business(key).topics] + list(common().followups)


@pytest.mark.parametrize("topic", every_topic(), ids=lambda topic: topic.key)
def test_what_a_topic_notes_is_said_in_each_of_its_openings(topic: Topic) -> None:
    own = {name for name, _ in topic.slots}
    noted = slots(topic.about) | slots(topic.fact) | own
    assert noted <= own | GIVEN
    for opening in topic.open:
        assert noted - {"service"} <= slots(opening), opening
    for line in (*topic.subject, *topic.reply, *topic.agree, topic.settled, topic.about):
        assert slots(line) <= own | GIVEN, line
    # A time that is written before the office has chosen one would be a lie.
    assert not any("when" in slots(line) for line in (*topic.subject, *topic.open, topic.about, topic.fact))
    assert topic.weight > 0
    assert topic.outbound or topic.subject


@pytest.mark.parametrize("key", businesses())
def test_a_business_can_play_its_topics(key: str) -> None:
    shop = business(key)
    assert len(shop.topics) >= 6
    assert any(mate.duty == "disabled" for mate in shop.team)
    assert sum(mate.duty == "crew" for mate in shop.team) >= 2
    assert {mate.duty for mate in shop.team} == {"crew", "office", "disabled"}
    assert {mate.role for mate in shop.team} == {"OWNER", "ADMIN", "USER"}
    longest = max(end - start for day in shop.hours for start, end in day)
    for topic in shop.topics:
        service = shop.service(topic.service or "")
        assert service.active
        assert service.minutes * 60_000 <= longest
        assert len(topic.answers) == len(service.questions)
        assert all(len(options) >= 2 for options in topic.answers)
        assert len(topic.open) >= 3
        assert topic.words
        assert "detail" in dict(topic.slots)


def test_follow_ups_say_what_they_need() -> None:
    for topic in common().followups:
        assert topic.needs in ("upcoming", "past", "none")
        mentions = set().union(*(slots(line) for line in (*topic.open, *topic.subject, topic.fact, topic.about)))
        assert ("old" in mentions) is (topic.needs in NEEDS_OLD)
        assert topic.effect in ("", "reschedule", "cancel")
        assert "when" not in slots(topic.settled) or topic.effect == "reschedule"


def test_a_fact_belongs_to_one_answer_of_its_question() -> None:
    for topic in every_topic():
        for options in topic.answers:
            assert (
                len({answer.fact for answer in options}) == len({answer.spoken for answer in options}) == len(options)
            )


def test_names_are_plenty_and_every_state_has_suburbs() -> None:
    pool = names()
    assert len(pool.given) > 100
    assert len(pool.family) > 120
    assert {business(key).state for key in businesses()} <= set(pool.suburbs)
    assert all(len(code) == 4 and code.isdigit() for places in pool.suburbs.values() for _, code in places)


BROKEN = {
    "unbalanced.yaml": ("a: 1\n b: 2", r"unbalanced\.yaml:2: not YAML"),
    "list.yaml": ("- a", r"list\.yaml:1: not a mapping"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_fixture_names_its_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, complaint = BROKEN[name]
    (tmp_path / "businesses").mkdir()
    (tmp_path / "businesses" / name).write_text(text)
    monkeypatch.setattr(fixtures, "FIXTURES", tmp_path)
    with pytest.raises(WorldError, match=complaint):
        business.__wrapped__(name.removesuffix(".yaml"))


def test_a_fixture_of_another_shape_names_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixtures, "FIXTURES", tmp_path)
    for folder in ("businesses", "conversations"):
        (tmp_path / folder).mkdir()
    with pytest.raises(WorldError, match="No such file"):
        business.__wrapped__("odd")
    (tmp_path / "conversations" / "odd.yaml").write_text("t: {}")
    for text in ("name: 3", "name: x\nmailbox: y\nzone: Mars/North"):
        (tmp_path / "businesses" / "odd.yaml").write_text(text)
        with pytest.raises(WorldError) as refused:
            business.__wrapped__("odd")
        assert_message(refused.value, FOLDER=tmp_path)
    (tmp_path / "conversations" / "common.yaml").write_text("times: 3")
    with pytest.raises(WorldError, match=r"common\.yaml: "):
        common.__wrapped__()
    with pytest.raises(ValueError, match="3 fields expected"):
        fields("a | b", 3)
