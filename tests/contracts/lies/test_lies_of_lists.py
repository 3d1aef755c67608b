"""Lists that lie: one lie in each row, and what the scenarios about lists must accuse of it."""

from collections.abc import Callable
from typing import Any

import pytest
from in_memory import Ask, Call
from lie_kinds import Lie, each, from_the, hears, items_of, only, page, says, size, with_json
from lying_rows import Accusation as A
from lying_rows import Row, assert_accused, told

from contracts.rules import collections as rules
from contracts.rules import lifecycle
from contracts.rules.location import Location
from contracts.transport.exchange import Exchange

pytestmark = pytest.mark.xdist_group("lies")
FAQS, LEADS, INQUIRIES, APPOINTMENTS = "GET /v1/faqs", "GET /v1/leads", "GET /v1/inquiries", "GET /v1/appointments"
SERVICES, PRODUCTS = "GET /v1/organization/services", "GET /v1/organization/products"
PAGES, FILTERS, EXPANSION, RECENT = (
    f"pages[{LEADS}]",
    f"filters[{INQUIRIES}]",
    f"expansion[{INQUIRIES}]",
    "GET /api/webhooks/zapier/leads",
)
DEFAULTS, PAST = Location(name="defaults"), Location(name="past-the-end")


def of_page(condition: Callable[[Call], bool], change: Callable[[Any], Any]) -> Lie:
    """Another body of the pages that fit a condition."""
    return says(LEADS, only(condition, lambda body, call: change(body)))


def in_two(call: Call) -> bool:
    return size(call) == 2 and page(call) < 4


def more(**numbers: int) -> Callable[[Any], Any]:
    return lambda body: {**body, **{name: body[name] + number for name, number in numbers.items()}}


def lead(body: Any) -> Any:
    return {**body, "leads": body["leads"][:-1]}


def turned(body: Any) -> Any:
    return {**body, "leads": body["leads"][::-1]}


def asked_for(name: str, value: str) -> Callable[[Call], bool]:
    return lambda call: call.query.get(name) == value


def in_halves() -> Lie:
    """The largest page comes in two pages, which together hold all."""

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != LEADS or size(call) != 100 or page(call) > 2:
            return ask(call)
        exchange = ask(call.ask(page=1))
        half = slice(5) if page(call) == 1 else slice(5, None)
        told = {"leads": exchange.json["leads"][half], "currentPage": page(call), "totalPages": 2}
        return with_json(exchange, {**exchange.json, **told})

    return lie


def all_three(call: Call) -> bool:
    """The second page of two, with a source and an expansion."""
    return {"source", "expand"} <= set(call.query) and page(call) == 2 and size(call) == 2


SECOND = Location(name="expand&source: page-2")
ROWS = [
    told(
        "with all three it is read",
        FILTERS,
        says(INQUIRIES, only(all_three, each("inquiries", lambda it: {**it, "isRead": not it["isRead"]}))),
        A(rules.PAGE_KEEPS, INQUIRIES, SECOND),
    ),
    told(
        "with all three one is lacking",
        FILTERS,
        says(INQUIRIES, only(all_three, items_of("inquiries", lambda items, call: items[1:]))),
        A(rules.LIMIT, INQUIRIES, SECOND),
    ),
    told(
        "two expansions add another id",
        EXPANSION,
        says(
            INQUIRIES, only(asked_for("expand", "both"), each("inquiries", lambda it: {**it, "externalInquiryId": "x"}))
        ),
        A(rules.KEEPS, INQUIRIES, Location(name="external&both")),
    ),
    told(
        "the oldest come first",
        PAGES,
        says(LEADS, lambda body, call: turned(body) if size(call) > 9 else body),
        A(rules.NEWEST, LEADS),
    ),
    told("a page names another", PAGES, of_page(in_two, more(currentPage=1)), A(rules.CURRENT, LEADS)),
    told("a small page lacks one", PAGES, of_page(in_two, lead), A(rules.LIMIT, LEADS)),
    told("a small page is turned round", PAGES, of_page(in_two, turned), A(rules.PARTITION, LEADS)),
    told(
        "a small page shows another name",
        PAGES,
        says(LEADS, only(in_two, each("leads", lambda item: {**item, "firstName": "Other"}))),
        A(rules.PAGE_KEEPS, LEADS),
    ),
    told("a small page counts less", PAGES, of_page(in_two, more(totalCount=-1)), A(rules.COUNT, LEADS)),
    told("a small page counts too few pages", PAGES, of_page(in_two, more(totalPages=-1)), A(rules.PAGES, LEADS)),
    told(
        "the largest page counts more",
        PAGES,
        of_page(lambda call: size(call) == 100 and page(call) == 1, more(totalCount=1)),
        A(rules.COUNT, LEADS),
    ),
    told("a full page is cut in two", PAGES, in_halves(), A(rules.LIMIT, LEADS)),
    told(
        "an id is there twice",
        PAGES,
        says(
            LEADS,
            items_of(
                "leads",
                lambda items, call: [*items[:-1], {**items[-1], "id": items[0]["id"]}] if len(items) == 9 else items,
            ),
        ),
        A(rules.UNIQUE, LEADS),
    ),
    told(
        "the default is smaller",
        PAGES,
        hears(LEADS, lambda call: call.ask(limit=4) if "limit" not in call.query else call),
        A(rules.DEFAULT, LEADS),
    ),
    told(
        "the default page is turned round",
        PAGES,
        of_page(lambda call: "page" not in call.query, turned),
        A(rules.FIRST, LEADS),
    ),
    told(
        "the default page counts less",
        PAGES,
        of_page(lambda call: not call.query, more(totalCount=-1)),
        A(rules.COUNT, LEADS, DEFAULTS),
    ),
    told(
        "without a size the page is forgotten",
        PAGES,
        hears(LEADS, lambda call: call.ask(page=1) if "limit" not in call.query else call),
        A(rules.LIMIT, LEADS, DEFAULTS),
    ),
    told(
        "without a page the size is forgotten",
        PAGES,
        hears(LEADS, lambda call: call.ask(limit=50) if "page" not in call.query else call),
        A(rules.LIMIT, LEADS, DEFAULTS),
    ),
    told(
        "past the end comes the last page",
        PAGES,
        hears(LEADS, lambda call: call.ask(page=5, limit=2) if page(call) > 1000 else call),
        A(rules.PAST, LEADS),
    ),
    told(
        "past the end nothing is counted",
        PAGES,
        of_page(lambda call: page(call) > 1000, more(totalCount=-9)),
        A(rules.COUNT, LEADS, PAST),
    ),
    told(
        "a name changes by itself",
        PAGES,
        says(LEADS, from_the(25, each("leads", lambda item: {**item, "firstName": "Other"}))),
        A(rules.STABLE, LEADS),
    ),
    told(
        "the creation moves",
        PAGES,
        says(LEADS, from_the(5, each("leads", lambda item: {**item, "createdAt": "2020-01-01T00:00:00.000Z"}))),
        A(lifecycle.CREATED_AT, LEADS),
    ),
    # filters
    told(
        "a filter is not heard",
        FILTERS,
        hears(INQUIRIES, lambda call: call.ask(source=None) if "leadId" not in call.query else call),
        A(rules.SOUND, INQUIRIES, Location(name="source")),
    ),
    told(
        "a filter keeps one back",
        FILTERS,
        says(
            INQUIRIES,
            only(
                lambda call: "source" in call.query and "leadId" not in call.query,
                items_of("inquiries", lambda items, call: items[1:]),
            ),
        ),
        A(rules.COMPLETE, INQUIRIES, Location(name="source")),
    ),
    told(
        "of two filters one is heard",
        FILTERS,
        hears(INQUIRIES, lambda call: call.ask(source=None) if "leadId" in call.query else call),
        A(rules.COMBINED, INQUIRIES, Location(name="leadId&source")),
    ),
    told(
        "two filters let everything through for one word",
        FILTERS,
        hears(
            INQUIRIES,
            lambda call: (
                call.ask(source=None)
                if {"source": "WEBFORM"}.items() <= call.query.items() and "leadId" in call.query
                else call
            ),
        ),
        A(rules.COMBINED, INQUIRIES, Location(name="leadId&source")),
    ),
    told(
        "a filtered page past the end is the first",
        FILTERS,
        says(
            INQUIRIES,
            lambda body, call: None if body["inquiries"] or not body["totalCount"] else {**body, "currentPage": 1},
        ),
        A(rules.CURRENT, INQUIRIES, Location(name="leadId: past-the-end")),
        A(rules.CURRENT, INQUIRIES, Location(name="source: past-the-end")),
    ),
    told(
        "two filters find nothing",
        FILTERS,
        says(INQUIRIES, only(lambda call: len(call.query) > 3, items_of("inquiries", lambda items, call: []))),
        A(rules.COMBINED, INQUIRIES, Location(name="leadId&source")),
    ),
    told(
        "a filtered list is turned round",
        FILTERS,
        says(
            INQUIRIES,
            only(
                lambda call: "source" in call.query and "leadId" not in call.query,
                items_of("inquiries", lambda items, call: items[::-1]),
            ),
        ),
        A(rules.PARTITION, INQUIRIES, Location(name="source")),
    ),
    told(
        "a filtered page is too long",
        FILTERS,
        hears(INQUIRIES, lambda call: call.ask(limit=2) if size(call) == 1 else call),
        A(rules.LIMIT, INQUIRIES, Location(name="source")),
    ),
    told(
        "a filtered page counts all",
        FILTERS,
        says(INQUIRIES, only(lambda call: size(call) == 1, lambda body, call: {**body, "totalCount": 99})),
        A(rules.COUNT, INQUIRIES, Location(name="source")),
    ),
    told(
        "an unknown value finds all",
        FILTERS,
        hears(
            INQUIRIES, lambda call: call.ask(leadId=None) if call.query.get("leadId", "").startswith("suite") else call
        ),
        A(rules.UNKNOWN, INQUIRIES, Location(name="leadId")),
    ),
    told(
        "one expansion has another summary",
        FILTERS,
        says(
            INQUIRIES,
            only(
                lambda call: call.query.get("expand") == "both" and "source" not in call.query,
                each("inquiries", lambda it: {**it, "summary": "Other"}),
            ),
        ),
        A(rules.KEEPS, INQUIRIES, Location(name="both")),
    ),
    told(
        "with a filter an expansion adds another lead",
        FILTERS,
        says(
            INQUIRIES,
            only(
                lambda call: {"expand", "source"} <= set(call.query),
                each(
                    "inquiries",
                    lambda it: {**it, **({"lead": {**it["lead"], "status": "other"}} if "lead" in it else {})},
                ),
            ),
        ),
        A(rules.PAGE_KEEPS, INQUIRIES, Location(name="expand&source")),
    ),
    # expansion
    told(
        "expanding turns the list round",
        EXPANSION,
        says(INQUIRIES, only(asked_for("expand", "lead"), items_of("inquiries", lambda items, call: items[::-1]))),
        A(rules.KEEPS, INQUIRIES, Location(name="lead")),
    ),
    told(
        "expanding changes a member",
        EXPANSION,
        says(
            INQUIRIES, only(asked_for("expand", "lead"), each("inquiries", lambda item: {**item, "summary": "Other"}))
        ),
        A(rules.KEEPS, INQUIRIES, Location(name="lead")),
    ),
    told(
        "expanding counts more",
        EXPANSION,
        says(INQUIRIES, only(asked_for("expand", "lead"), lambda body, call: {**body, "totalCount": 99})),
        A(rules.COUNT, INQUIRIES, Location(name="lead")),
    ),
    told(
        "expanding adds nothing",
        EXPANSION,
        hears(INQUIRIES, lambda call: call.ask(expand=None) if call.query.get("expand") == "lead" else call),
        A(rules.ADDS, INQUIRIES, Location(name="lead")),
    ),
    told(
        "all is expanded unasked",
        EXPANSION,
        hears(INQUIRIES, lambda call: call.ask(expand="lead") if "expand" not in call.query else call),
        A(rules.BARE, INQUIRIES),
    ),
    told(
        "two expansions add one",
        EXPANSION,
        hears(INQUIRIES, lambda call: call.ask(expand="lead") if call.query.get("expand") == "both" else call),
        A(rules.ADDS, INQUIRIES, Location(name="all")),
    ),
    # what is there once
    told(
        "a catalogue counts more",
        f"catalogue[{SERVICES}]",
        says(SERVICES, lambda body, call: {**body, "totalServices": 99}),
        A(rules.CATALOGUE, SERVICES),
    ),
    told(
        "a catalogue changes by itself",
        f"catalogue[{SERVICES}]",
        says(SERVICES, from_the(2, each("categories", lambda item: {**item, "name": "Other"}))),
        A(rules.STABLE, SERVICES),
    ),
    told(
        "an organization changes by itself",
        "single[GET /v1/organization]",
        says("GET /v1/organization", from_the(2, lambda body, call: {**body, "name": "Other"})),
        A(rules.STABLE, "GET /v1/organization"),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_list_that_lies_is_accused(row: Row) -> None:
    assert_accused(row)
