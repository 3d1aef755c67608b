"""Operations that share a component and were seen to differ: each gets what it was seen to answer, and no other."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from test_learn import CONTRACT, LEAD, MOMENT, exchange, leads, learned, oldest_first

from contracts.learn.document_places import documented_order, object_places, schema_place
from contracts.learn.observed_file import Learned
from contracts.spec.document import Contract
from contracts.spec.overlaid import corrected
from contracts.transport.exchange import Exchange

LIST, ITEM, UPDATE = "GET /v1/leads", "GET /v1/leads/{}", "PUT /v1/leads/{}"


def listed(**changed: Any) -> Exchange:
    return exchange("GET", "/v1/leads", 200, {**leads(MOMENT), "leads": [{**LEAD, **changed}]})


def item(**changed: Any) -> Exchange:
    return exchange("GET", "/v1/leads/ld_1", 200, {**LEAD, **changed})


def deleted(*statuses: int) -> list[Exchange]:
    refusal = {"success": False, "message": "No", "error": {"status": 410, "message": "No"}}
    return [exchange("DELETE", "/v1/leads/ld_1", status, refusal if status > 399 else {"message": "x"})
            for status in (200, *statuses)]  # fmt: skip


def named(contract: Contract, operation: str, steps: Iterable[str], name: str) -> Any:
    """The schema of a member, where an operation's success has one."""
    known = contract.operations[operation]
    assert known.success is not None
    places = object_places(schema_place(known, int(known.success.status)), [*steps])
    found = (place.into("properties").into(name).followed().node for place in places)
    return next((node for node in found if node), None)


def better(*exchanges: Exchange) -> Contract:
    """The contract as these exchanges correct it."""
    return corrected(CONTRACT, json.loads(json.dumps(learned(*exchanges).to_overlay())))


def updates(found: Learned, word: str) -> list[Any]:
    return [action["update"][word] for action in found.actions if word in (action.get("update") or {})]


def test_a_type_of_one_operation_is_corrected_there_alone() -> None:
    contract = better(listed(phone=61), item())
    assert named(contract, LIST, ("leads", "*"), "phone")["type"] == "integer"
    assert named(contract, ITEM, (), "phone") == named(CONTRACT, ITEM, (), "phone")


def test_a_field_of_one_operation_is_added_there_alone() -> None:
    contract = better(exchange("PUT", "/v1/leads/ld_1", 200, {"lead": {**LEAD, "score": 7}}, {}), item())
    assert named(contract, UPDATE, ("lead",), "score")["type"] == "integer"
    assert named(contract, ITEM, (), "score") is None


def test_what_no_other_operation_speaks_against_is_corrected_for_all() -> None:
    found = learned(listed(score=7))
    assert [action for action in found.actions if "of its own" in action["description"]] == []
    assert all(action["target"].startswith("$['components']") for action in found.actions)


def test_a_schema_of_its_own_copies_no_example() -> None:
    found = learned(listed(phone=61), item(nick="A"), item(unreadCalls="3"), listed(tags=7))
    own = [action for action in found.actions if "of its own" in action["description"] and "update" in action]
    assert len(own) == 2
    assert '"example' not in json.dumps(own)


REPEATED = [((410,), [410]), ((410, 410), [410]), ((404,), []), ((410, 404), [])]


@pytest.mark.parametrize(("statuses", "expected"), REPEATED)
def test_a_second_deletion_is_corrected_when_evidence_agrees(statuses: tuple[int, ...], expected: list[int]) -> None:
    assert updates(learned(*deleted(*statuses)), "x-deleted-status") == expected


def test_an_order_is_corrected_when_evidence_agrees() -> None:
    newest = exchange("GET", "/v1/leads", 200, leads(MOMENT, "2026-03-01T05:06:07.089Z"))
    assert updates(learned(oldest_first()), "x-list-order") == ["oldest first"]
    assert updates(learned(oldest_first(), newest), "x-list-order") == []
    assert documented_order(better(oldest_first()).operations[LIST]) == "oldest first"
