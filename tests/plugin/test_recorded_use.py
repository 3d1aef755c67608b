"""What the plugin records of reading an answer: the fields that Python looks at, and what it cannot see."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_server.testing.read_answers import Reads, tracked

ANSWER = {"leads": [{"id": "ld_1", "name": {"first": "Ana", "last": None}}, {"id": "ld_2", "name": {}}], "total": 2}
ALL = ["", "/leads", "/leads/*", "/leads/*/id", "/leads/*/name", "/leads/*/name/first", "/leads/*/name/last", "/total"]


def noted(use: Callable[[Any], object]) -> tuple[list[str], list[str]]:
    reads = Reads()
    value = tracked(ANSWER, reads)
    reads.hand_over(value, "")
    use(value)
    found = reads.to_dict()
    return found["read"], found["opaque"]


@pytest.mark.parametrize(
    ("use", "read", "opaque"),
    [
        (lambda it: None, [""], [""]),
        (lambda it: it["total"], ["", "/total"], []),
        (lambda it: it.get("gone"), ["", "/gone"], []),
        (lambda it: "total" in it, ["", "/total"], []),
        (lambda it: it["leads"], ["", "/leads"], ["/leads"]),
        (lambda it: len(it["leads"]), ["", "/leads"], []),
        (lambda it: [lead["id"] for lead in it["leads"]], ["", "/leads", "/leads/*", "/leads/*/id"], []),
        (lambda it: it["leads"][0], ["", "/leads", "/leads/*"], ["/leads/*"]),
        (lambda it: it["leads"][-1:][0].get("id"), ["", "/leads", "/leads/*", "/leads/*/id"], []),
        (lambda it: list(it), [""], []),
        (json.dumps, ALL, []),
        (copy.deepcopy, ALL, []),
        (lambda it: it == ANSWER, ALL, []),
        (lambda it: [dict(lead) for lead in it["leads"]], ["", "/leads", "/leads/*", "/leads/*/id", "/leads/*/name"],
         ["/leads/*/name"]),
    ],
)  # fmt: skip
def test_what_is_looked_at_is_noted(use: Callable[[Any], object], read: list[str], opaque: list[str]) -> None:
    assert noted(use) == (read, opaque)


def test_a_tracked_answer_is_still_plain_json() -> None:
    value = tracked(ANSWER, Reads())

    assert isinstance(value, dict)
    assert isinstance(value["leads"], list)
    assert (json.loads(json.dumps(value)), value == ANSWER, {**value} == ANSWER) == (ANSWER, True, True)
    value["leads"].append({"id": "ld_3"})
    value["total"] = 3
    assert (value["total"], value["leads"][2]) == (3, {"id": "ld_3"})
