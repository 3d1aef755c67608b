"""The edge world has in it what it promises, in a story that is still one."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from mock_server.world import World
from mock_server.world.build import build
from mock_server.world.clock import parse
from mock_server.world.ids import Ids
from mock_server.world.recipe import load_recipe

NULLABLE = {
    "organization": "businessPhone website",
    "members": "phone responsibility position avatarImg",
    "services": "description",
    "products": "description",
    "companies/notes": "userId",
    "scenarios": "tradeServiceId",
    "transfers": "name summaryFormat scenarioId",
    "leads": "lastName email phone suburb businessName lastInquiryId lastInquiryDate defaultLeadAddress lastInquiry",
    "inquiries": "tag summary externalInquiryId",
    "appointments": "description tradeService notes customerNotes",
    "leads/notes": "appointmentId userId",
    "leads/activities": "data userId",
}


@cache
def edge() -> World:
    return build(load_recipe("edge"), 1, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), Ids(1))


@pytest.mark.parametrize("kind", NULLABLE)
def test_what_can_be_null_is_null_somewhere(kind: str) -> None:
    for field in NULLABLE[kind].split():
        assert any(record[field] is None for record in edge()[kind]), field


def test_texts_are_as_long_and_as_short_as_allowed() -> None:
    for kind, field, longest in (
        ("leads", "firstName", 255),
        ("leads/notes", "value", 20_000),
        ("faqs", "question", 255),
        ("faqs", "answer", 20_000),
        ("policies", "title", 255),
        ("policies", "content", 20_000),
        ("companies/notes", "value", 20_000),
    ):
        lengths = [len(record[field]) for record in edge()[kind]]
        assert max(lengths) == longest
        assert min(lengths) <= 100
    bodies = [inquiry["data"]["body"] for inquiry in edge()["inquiries"] if inquiry["source"] == "EMAIL"]
    assert {len(body) for body in bodies} == {20_000}
    assert {"Ok"} <= {policy["title"] for policy in edge()["policies"]}
    assert any(inquiry["data"]["keyPoints"] == [] for inquiry in edge()["inquiries"])
    assert any(appointment["attendees"] == [] for appointment in edge()["appointments"])


def test_names_are_in_many_scripts_and_are_said_as_they_are_written() -> None:
    names = [f"{lead['firstName']} {lead['lastName']}" for lead in edge()["leads"]]
    for alphabet in ("\u05d0\u05ea", "\u0621\u064a", "\u4e00\u9fff", "\U0001f300\U0001faff", "\u0e01\u0e2e"):
        assert any(alphabet[0] <= letter <= alphabet[1] for name in names for letter in name)
    said = "".join(str(inquiry["data"]) for inquiry in edge()["inquiries"])
    assert sum(lead["firstName"] in said for lead in edge()["leads"]) > 30


def test_two_leads_have_one_phone() -> None:
    phones = Counter(lead["phone"] for lead in edge()["leads"] if lead["phone"])
    assert sorted(phones.values())[-2:] == [1, 2]


def test_visits_lie_on_the_weekends_when_the_clocks_change() -> None:
    zone = ZoneInfo(edge()["organization"][0]["timeZone"])
    offsets = set()
    for appointment in edge()["appointments"]:
        start = parse(appointment["start"]).astimezone(zone)
        friday = (start - timedelta(days=start.weekday() - 4)).replace(hour=12)
        monday = (friday + timedelta(days=3)).replace(tzinfo=zone)
        if start.weekday() >= 5 and friday.utcoffset() != monday.utcoffset():
            offsets.add(start.utcoffset())
    assert offsets == {timedelta(hours=10), timedelta(hours=11)}
