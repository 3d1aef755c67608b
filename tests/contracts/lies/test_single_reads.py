"""The records that a run reads by themselves: as many different ones as its requests allow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from in_memory import CONTRACT, Call
from lie_kinds import says
from lying_rows import client_of, scenarios

from contracts.rules import consistency as rules
from contracts.scenarios.single_reads import unread

pytestmark = pytest.mark.xdist_group("lies")
READ = CONTRACT.operations["GET /v1/leads/{}"]
LEADS = [{"id": f"ld_{n}"} for n in range(100)]


def ids(chosen: Sequence[Mapping[str, Any]]) -> list[str]:
    return [item["id"] for item in chosen]


def other(liar: str) -> Callable[[Any, Call], Any]:
    """Another status of one lead."""
    return lambda body, call: {**body, "status": "other"} if body["id"] == liar else None


def test_scenarios_read_different_records_until_all_were_read() -> None:
    client = client_of()
    seen = [*ids(unread(client, READ, LEADS, 60)), *ids(unread(client, READ, LEADS, 40))]
    assert sorted(seen) == sorted(ids(LEADS))


def test_once_all_were_read_others_are_read_again_as_often_as_asked() -> None:
    client = client_of()
    unread(client, READ, LEADS, 95)
    again = ids(unread(client, READ, LEADS, 30))
    assert len(set(again)) == 30


def test_fewer_records_than_asked_for_are_each_read_once() -> None:
    assert ids(unread(client_of(), READ, LEADS[:3], 12)) == ids(LEADS[:3])


def test_one_lead_that_lies_is_found_wherever_it_stands_in_the_list() -> None:
    honest = client_of()
    names = [f"{topic}[{READ.key}]" for topic in ("agreement", "details", "agreement-last")]
    for name in names:
        scenarios()[name].run(honest)
    chosen = sorted(honest.read_alone[READ.key])
    for liar in (chosen[0], chosen[len(chosen) // 2], chosen[-1]):
        client = client_of(says(READ.key, other(liar)))
        for name in names:
            scenarios()[name].run(client)
        assert {(one.rule, one.operation) for one in client.findings.values()} == {
            (rules.DETAIL, READ.key),
            (rules.DETAIL, "GET /v1/leads"),
        }
    total = honest.call(CONTRACT.operations["GET /v1/leads"], query={"limit": 1}).field("totalCount")
    assert len(chosen) == total
