"""A place of a finding has one text, which can be read back from a report."""

import pytest

from contracts.rules.location import NOWHERE, Location

TEXTS = {
    "": NOWHERE,
    "200": Location(200),
    "200 /leads/*/nickname": Location(200, pointer="/leads/*/nickname"),
    "429 retry-after": Location(429, name="retry-after"),
    "200 second-judge": Location(200, name="second-judge"),
    "limit=5": Location(name="limit=5"),
    "the-key-cut-short": Location(name="the-key-cut-short"),
    "2000": Location(name="2000"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_place_of_an_answer_survives_a_report(text: str) -> None:
    assert Location.load(text) == TEXTS[text]
    assert str(TEXTS[text]) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Location(part="body", pointer="/name"), "body /name"),
        (Location(part="query", name="limit"), "query limit"),
        (Location(part="query", name="filter", pointer="/status"), "query filter /status"),
        (Location(part="body"), "body"),
    ],
)
def test_a_place_of_a_request_names_its_part_first(place: Location, text: str) -> None:
    assert str(place) == text
