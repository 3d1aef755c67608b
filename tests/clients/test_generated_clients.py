"""The parts of `make clients` that need no generator: what is a finding, and what is pinned."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from answer_differences import differences, findings
from typescript_calls import for_hey_api, for_openapi_fetch

HERE = Path(__file__).parent
CALL = {
    "operation": "updateLead",
    "document": "v1",
    "method": "PUT",
    "path": "/v1/leads/{leadId}",
    "params": {"path": {"leadId": "ld_1"}},
    "body": {"suburb": "Ryde"},
    "known": False,
    "status": 401,
    "case": "unauthorized",
}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"at": "2026-03-04T15:06:07+10:00", "tags": ["a"]}, []),
        ({"at": "2026-03-04T05:06:08Z", "tags": ["a"]}, ["/at is '2026-03-04T05:06:08Z', not '2026-03-04T05:06:07Z'"]),
        ({"at": "2026-03-04T05:06:07Z"}, ["/tags was lost"]),
        ({"at": "2026-03-04T05:06:07Z", "tags": [], "note": None}, ["/tags is [], not ['a']"]),
        ({"at": "2026-03-04T05:06:07Z", "tags": ["a"], "note": "x"}, ["/note was made up"]),
    ],
)
def test_what_a_client_loses_or_makes_up_is_found(made: Any, found: list[str]) -> None:
    assert differences({"at": "2026-03-04T05:06:07Z", "tags": ["a"]}, made) == found


def test_a_client_that_raises_is_a_finding() -> None:
    def called(call: Any) -> list[str]:
        raise ValueError("520 is not valid\nand more")

    assert findings([CALL], called) == ["updateLead (unauthorized): ValueError: 520 is not valid"]


def test_each_call_is_written_for_the_compiler() -> None:
    fetch, hey = for_openapi_fetch([CALL]), for_hey_api([CALL])

    assert 'v1(false).PUT("/v1/leads/{leadId}", {"params": {"path": {"leadId": "ld_1"}}, "body"' in fetch
    assert 'path: {"leadId": "ld_1"}, body: {"suburb": "Ryde"} })' in hey
    assert 'await check("updateLead (unauthorized)", 401, ' in hey


def test_versions_are_exact_and_no_lock_says_where_to_download() -> None:
    asked = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    pinned = [line for line in (HERE / "requirements.txt").read_text("utf-8").splitlines() if line[0] != "#"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    assert all("==" in line for line in pinned)
    assert {lock[f"node_modules/{name}"]["version"] for name in asked} == set(asked.values())
    assert all("integrity" in it and "resolved" not in it for name, it in lock.items() if name)
