"""Clients that break a rule in a way that is not the usual one, and sound ones that look as if they did."""

from time import monotonic
from typing import Any

import pytest
from recordings import LEAD
from timed_entries import at, problems, unanswered

from contracts.lint.client_run import client_run
from contracts.lint.lint import lint
from contracts.spec.document import Contract, load
from contracts.spec.json_file import JsonNode
from contracts.traffic.detect import recording

Calls = list[Any]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


def page(number: int, of: int, *, seconds: float = 0, query: str = "", status: int = 200) -> Any:
    leads = [{"id": f"ld_{number:03}{place}"} for place in range(3)]
    answer = {"leads": leads, "totalPages": of, "currentPage": number, "totalCount": of * 3}
    return at(seconds or number, f"/leads?page={number}&limit=3{query}", status, answer=answer)


def lead(seconds: float, status: int = 200, *, method: str = "GET", after: str = "", **more: Any) -> Any:
    return at(seconds, f"/leads/ld_gone00{after}", status, method=method, **more)


def flawed() -> dict[str, Calls]:
    busy = {"retry-after": "30"}
    return {
        "first-page-only two of many": [page(1, 9), page(2, 9)],
        "first-page-only all but the last": [page(number, 4) for number in (1, 2, 3)],
        "first-page-only three at the same time": [page(number, 9, seconds=1) for number in (1, 3, 2)],
        "first-page-only each hour": [page(1, 9), page(1, 9, seconds=3000)],
        "first-page-only twenty are not a few": [
            at(0, "/leads?limit=20", answer={"leads": [], "totalPages": 9, "currentPage": 1, "totalCount": 180})
        ],
        "retry-before-reset of a 503": [at(0, "/organization", 503, headers=busy), at(2, "/organization")],
        "unsafe-retry with another order": [
            at(0, "/leads", 504, method="POST", sent=LEAD),
            at(3, "/leads", 201, method="POST", sent=dict(reversed(LEAD.items()))),
        ],
        "unsafe-retry after a look at something else": [
            unanswered(at(0, "/leads", method="POST", sent=LEAD)),
            at(1, "/organization"),
            at(3, "/leads", 201, method="POST", sent=LEAD),
        ],
        "retry-before-reset by a second, and refused": [
            *(at(n, "/organization", 503, headers={"retry-after": "2"}) for n in (0, 1)),
            at(3, "/organization"),
        ],
        "first-page-only every second page": [page(number, 5) for number in (1, 3, 5)],
        "unsafe-retry with a counter in the body": [
            at(0, "/leads", 500, method="POST", sent=LEAD),
            at(3, "/leads", 201, method="POST", sent=LEAD | {"businessName": "try 2"}),
        ],
        "unsafe-retry before the slow answer": [
            at(n, "/calls", method="POST", sent={"name": "Ana", "phoneNumber": "+61255501234"}, ms=2500) for n in (0, 1)
        ],
        "repeats-refused of a key that is wrong": [at(n, "/organization", 401) for n in range(3)],
        "retries-without-pause": [*(at(n / 50, "/organization", 500) for n in range(5)), at(9, "/organization")],
        "made-twice a message": [
            at(n, "/sms", method="POST", sent={"leadId": "ld_1", "message": "hi"}, answer={"message": "sent"})
            for n in (0, 9)
        ],
        "made-twice a subscription": [
            at(9 * n, "/calls", 201, method="POST", sent={"name": "Ana"}, answer={"id": n}) for n in (1, 2)
        ],
        "unknown-path of a variable that was not set": [at(0, "/leads/undefined", 404), at(1, "/organization")],
        "unknown-path of a template": [at(0, "/leads/%7BleadId%7D/notes", 404), at(1, "/organization")],
        "unknown-path with a null": [at(0, "/policies/null", 400, method="PUT", sent={"title": "Fees"})],
        "asks-for-deleted by its notes": [
            *(lead(0, method="DELETE"), lead(9, 404, after="/notes"), lead(99, 404, after="/notes"))
        ],
        "asks-for-deleted by a filter": [
            lead(0, method="DELETE"),
            *(at(60 * n, "/inquiries?leadId=ld_gone00", answer={"inquiries": [], "totalPages": 1}) for n in (1, 2)),
        ],
        "asks-for-deleted in a body": [
            lead(0, method="DELETE"),
            *(at(n, "/sms", 404, method="POST", sent={"leadId": "ld_gone00", "message": str(n)}) for n in (1, 2)),
        ],
    }


def sound() -> dict[str, Calls]:
    return {
        "a cursor stops at what is known": [
            *(page(number, 4) for number in (1, 2, 3, 4)),
            *(page(number, 4, seconds=1800 + number) for number in (1, 2)),
        ],
        "pages at the same time, in any order": [page(number, 5, seconds=1) for number in (1, 4, 2, 5, 3)],
        "a search ends where it finds": [page(1, 9), page(2, 9), at(5, "/leads/ld_0021")],
        "someone leafs to the end": [page(1, 9), page(9, 9)],
        "a wait that grows, for one thing": [
            at(seconds, "/inquiries?leadId=ld_1&limit=1", answer={"inquiries": [], "totalPages": 0})
            for seconds in (0, 1, 3, 7, 15, 31)
        ],
        "an import goes on after one that failed": [
            at(0, "/leads", 500, method="POST", sent=LEAD),
            at(1, "/leads", 201, method="POST", sent=LEAD | {"email": "ben@example.com", "phone": "+61255501235"}),
        ],
        "retries after short pauses that grow": [at(n, "/organization", 500) for n in (0, 0.2, 0.6, 1.4)],
        "a few urgent retries": [*(at(n / 50, "/organization", 500) for n in range(3)), at(2, "/organization")],
        "a message again the next hour, and another one": [
            at(n, "/sms", method="POST", sent={"leadId": "ld_1", "message": text}, answer={"message": "sent"})
            for n, text in ((0, "hi"), (9, "ho"), (3000, "hi"))
        ],
        "a client corrects what was refused": [
            at(n, "/policies", 400, method="POST", sent={"title": "x" * n}) for n in (1, 2, 3)
        ],
        "someone leafs through the middle": [page(3, 9), page(4, 9), page(3, 9, seconds=7)],
        "the run gives up with an error": [page(1, 9), *(page(2, 9, seconds=2 + n, status=503) for n in range(3))],
        "a 503 that names no time": [
            at(0, "/organization", 503, headers={"x-ratelimit-reset": "60"}),
            at(1, "/organization"),
        ],
        "a look shows that a write was lost": [
            at(0, "/leads", 504, method="POST", sent=LEAD),
            at(1, "/leads?limit=5", answer={"leads": []}),
            at(3, "/leads", 201, method="POST", sent=LEAD),
        ],
        "a message, looked for in the only place that there is": [
            at(0, "/sms", 504, method="POST", sent={"leadId": "ld_1", "message": "hi"}),
            at(1, "/leads/ld_1/activities", answer={"activities": []}),
            at(3, "/sms", method="POST", sent={"leadId": "ld_1", "message": "hi"}),
        ],
        "refusals are tried, one of each kind": [
            lead(0, 404),
            lead(1, 404, method="PUT", sent={"suburb": "Ryde"}),
            lead(2, 404, method="DELETE"),
        ],
        "a record comes after a while": [lead(0, 404), lead(5, 404), lead(10, 404), lead(15)],
        "a record and its notes are gone": [lead(0, method="DELETE"), lead(1, 404), lead(2, 404, after="/notes")],
        "numbers that other kinds have too": [
            at(0, "/faqs/7", method="DELETE"),
            *(at(n, "/policies/7", method="PUT", sent={"title": f"Fees {n}"}) for n in (1, 2, 3)),
        ],
        "a preflight and an icon of a browser": [
            preflight(at(0, "/leads", 405, method="OPTIONS")),
            at(1, "/organization"),
            icon(at(2, "/x", 404)),
        ],
    }


def preflight(made: Any) -> Any:
    made["request"]["headers"].append({"name": "Access-Control-Request-Method", "value": "POST"})
    return made


def icon(made: Any) -> Any:
    made["request"]["url"] = "https://api.sophiie.ai/favicon.ico"
    return made


@pytest.mark.parametrize("name", flawed())
def test_an_unusual_flaw_is_found(name: str, contract: Contract) -> None:
    assert set(problems(contract, *flawed()[name])) == {name.partition(" ")[0]}


@pytest.mark.parametrize("name", sound())
def test_a_sound_client_that_looks_flawed_is_clean(name: str, contract: Contract) -> None:
    assert problems(contract, *sound()[name]) == []


@pytest.mark.parametrize(("path", "found"), [("/v1/policies?limit=100", []), ("/v1/leads", ["first-page-only"])])
def test_the_totals_of_a_long_page_are_known(path: str, found: Any, sophiie_workspace: Any, contract: Contract) -> None:
    sophiie = sophiie_workspace(world="edge" if not found else "default")
    answer = sophiie.client.get(path)
    assert len(answer.content) > 16_384  # the journal keeps no more of it
    journal = JsonNode("journal", sophiie.control("GET", "/requests"))
    result = lint(client_run(contract, recording(journal)))
    assert [finding.rule.id for finding in result.problems] == found


@pytest.mark.slow
def test_a_long_run_is_judged_in_seconds(contract: Contract) -> None:
    calls = [page(number % 50 + 1, 60, seconds=1 + number) for number in range(2000)]
    calls += [at(2001 + n, f"/leads/ld_{n}", 404) for n in range(1000)]
    began = monotonic()
    assert "first-page-only" in problems(contract, *calls)
    assert monotonic() - began < 15  # it took minutes when each call was compared with each
