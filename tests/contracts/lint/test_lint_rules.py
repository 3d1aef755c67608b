"""What the lint says of recordings that no client of ours makes: slow answers, dates, cut bodies, other documents."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from messages import assert_message
from recordings import LEAD, entry
from timed_entries import at, linted, problems, unanswered

from contracts.report.lint_report import LintReport, as_json
from contracts.spec.document import Contract, load
from contracts.transport.redaction import ReportRedactor

KEY = "sk_live_abcd0123456789abcd"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


def test_a_slow_answer_that_is_waited_for_is_found(contract: Contract) -> None:
    slow = at(0, "/organization", ms=31_000)
    assert problems(contract, slow) == ["no-timeout"]
    assert problems(contract, slow, unanswered(at(40, "/organization", ms=30_000))) == []


def test_the_queue_of_a_browser_is_no_wait_for_an_answer(contract: Contract) -> None:
    queued = at(0, "/organization", ms=15_000) | {"timings": {"blocked": 14_800, "send": 0, "wait": 200, "receive": 0}}
    assert problems(contract, queued) == []


@pytest.mark.parametrize(
    ("headers", "seconds", "found"),
    [
        ({"retry-after": "30"}, 5, True),
        ({"retry-after": "30"}, 30, False),
        ({"retry-after": "Wed, 04 Mar 2026 05:00:30 GMT"}, 5, True),
        ({"retry-after": "Wed, 04 Mar 2026 05:00:30 GMT"}, 31, False),
        ({"x-ratelimit-reset": "1772600430"}, 5, True),
        ({"x-ratelimit-reset": "soon"}, 5, False),
        ({}, 1, False),
    ],
)
def test_the_wait_that_a_429_asks_for_is_understood(
    contract: Contract, headers: Mapping[str, str], seconds: float, found: bool
) -> None:
    calls = at(0, "/organization", 429, headers=headers), at(seconds, "/organization")
    assert problems(contract, *calls) == (["retry-before-reset"] if found else [])


def test_a_clock_that_stands_still_accuses_nobody_of_haste(contract: Contract) -> None:
    assert problems(contract, at(0, "/organization", 429, headers={"retry-after": "9"}), at(0, "/organization")) == []


@pytest.mark.parametrize("lost", [at(0, "/leads", 500, method="POST", sent=LEAD), None])
def test_a_write_without_an_answer_is_not_repeated_blindly(contract: Contract, lost: Any) -> None:
    again = at(5, "/leads", 201, method="POST", sent=LEAD)
    assert problems(contract, lost or unanswered(at(0, "/leads", method="POST", sent=LEAD)), again) == ["unsafe-retry"]


def test_a_write_with_a_key_of_its_own_may_be_repeated(contract: Contract) -> None:
    calls = [at(0, "/leads", 500, method="POST", sent=LEAD), at(5, "/leads", 201, method="POST", sent=LEAD)]
    for call in calls:
        call["request"]["headers"].append({"name": "Idempotency-Key", "value": "a1"})
    assert problems(contract, *calls) == []


def test_a_page_that_failed_and_was_left_out_is_a_gap(contract: Contract) -> None:
    answer = {"leads": [], "totalPages": 3, "currentPage": 1, "totalCount": 60}
    walk = [at(n, f"/leads?page={n}", status, answer=answer) for n, status in ((1, 200), (2, 502), (3, 200))]
    assert problems(contract, *walk) == ["stops-at-a-failed-page"]
    assert problems(contract, *walk, at(9, "/leads?page=2", answer=answer)) == []


def test_a_page_whose_body_was_cut_is_known_to_be_full(contract: Contract) -> None:
    items = [{"id": f"ld_{n:04}", "firstName": "Ana"} for n in range(50)]
    text = json.dumps({"leads": items}, separators=(",", ":"))
    cut = at(0, "/leads?page=1&limit=50", headers={"content-length": str(len(text))})
    cut["response"]["content"] = {"size": len(text), "mimeType": "application/json", "text": text[:600]}
    assert problems(contract, cut) == ["first-page-only"]
    few = at(0, "/leads?page=1&limit=99", headers={"content-length": str(len(text))})
    few["response"]["content"] = cut["response"]["content"]
    assert problems(contract, few) == []


def test_notes_say_what_was_never_met_and_fail_nothing(contract: Contract) -> None:
    made = at(0, "/leads", 201, method="POST", sent=LEAD, answer={"lead": {"id": "ld_1"}})
    result = linted(contract, made)
    assert result.exit_code == 0
    assert {"status-never-met", "write-never-used"} <= {finding.rule.id for finding in result.notes}
    used = linted(contract, made, at(1, "/leads/ld_1"))
    assert "write-never-used" not in {finding.rule.id for finding in used.notes}


@pytest.mark.parametrize("path", [f"/organization?token={KEY}", f"/organization?key={KEY}", f"/{KEY}/a"])
def test_a_key_in_a_url_is_found_under_any_name(contract: Contract, path: str) -> None:
    result = linted(contract, at(0, path), at(1, "/organization"))
    assert "key-in-url" in {finding.rule.id for finding in result.problems}
    assert KEY not in as_json(LintReport(result, ReportRedactor([], people=True)))


def test_a_member_of_another_spelling_is_named(contract: Contract) -> None:
    (found,) = linted(contract, at(0, "/inquiries?lead_id=ld_1&limit=1")).problems
    assert (found.rule.id, "did you mean `leadId`" in found.detail) == ("unknown-parameter", True)


@pytest.mark.parametrize("name", ["per_page", "pageSize", "page_limit"])
def test_the_size_of_a_page_is_not_taken_for_its_number(name: str, contract: Contract) -> None:
    (found,) = linted(contract, at(0, f"/inquiries?{name}=5&limit=1")).problems
    assert "did you mean `limit`" in found.detail


def test_a_key_under_an_odd_name_is_one_finding(contract: Contract) -> None:
    assert problems(contract, at(0, "/organization?foo=sk_test_***")) == ["key-in-url"]


def test_a_path_that_was_meant_is_named(contract: Contract) -> None:
    (found,) = linted(contract, at(0, "/lead", 404), at(1, "/organization")).problems
    assert found.rule.id == "unknown-path"
    assert_message(found.detail)


def test_what_a_browser_asks_for_by_itself_is_no_mistake(contract: Contract) -> None:
    asked = entry("https://api.sophiie.ai/favicon.ico", {}, status=404)
    assert problems(contract, at(0, "/organization"), asked) == []


def test_a_recording_with_nothing_for_the_api_says_so(contract: Contract) -> None:
    assert linted(contract, entry("https://other.example/app.js", "x")).exit_code == 2
