"""The Overlay that follows from recordings: the corrected contract agrees with them, and the mock serves it."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_learn import DIFFERENT, GAPS, LEAD, MOMENT, ORGANIZATION, exchange, har, organization, run

from contracts.learn.contract_comparison import ContractComparison
from contracts.learn.gap_ledger import asked_words
from contracts.learn.sources import load_source
from contracts.spec.overlaid import load_overlaid
from contracts.transport.exchange import Exchange
from mock_server.app import load_contract
from mock_server.config.settings import Settings

# In no document: how a request is refused, what an id or a text is like, how a list is ordered or counted.
BEHAVIOUR = {"error text", "error status", "id form", "accepted request", "paging", "order"}
CALL = {
    "id": "ap_1", "title": "A", "description": None, "status": "NO_SHOW", "startTime": MOMENT, "endTime": MOMENT,
    "createdAt": MOMENT,
}  # fmt: skip
MORE: list[Exchange] = [
    organization(socials=None),
    organization(socials={"facebook": 7}),
    exchange("GET", "/v1/appointments", 200, {"appointments": [CALL], "totalPages": 1, "currentPage": 1}),
    exchange("GET", "/v1/leads", 200, {"leads": [{**LEAD, "phone": 7, "nick": [{"a": 1}], "status": None}]}),
    exchange("GET", "/v1/members", 200, {"data": [], "has_more": False}),
    exchange("GET", "/v1/members", 418, {"oops": True}),
    exchange("PUT", "/v1/leads/ld_1", 202, {"lead": LEAD}, {"firstName": "Ana"}),
    exchange("GET", "/v1/organization/availability", 200, {"zone": "x"}),
]


def corrected(tmp_path: Path, *exchanges: Exchange) -> tuple[Path, Any]:
    """The file that was learned, and what still differs under the contract that it corrects."""
    (tmp_path / "a.har").write_text(json.dumps(har(*exchanges)))
    assert run(tmp_path, str(tmp_path / "a.har")).return_value == 0
    contract = load_overlaid("", str(tmp_path / "observed.yaml"))
    comparison = ContractComparison(contract)
    comparison.add([load_source(tmp_path / "a.har", contract, asked_words(GAPS))])
    return tmp_path / "observed.yaml", comparison.differences()


ALL = [*(row[0] for row in DIFFERENT), *MORE]


@pytest.mark.slow
@pytest.mark.parametrize("different", ALL, ids=[f"{one.method} {one.path} {at}" for at, one in enumerate(ALL)])
def test_a_corrected_contract_agrees_and_is_served(tmp_path: Path, different: Exchange) -> None:
    file, left = corrected(tmp_path, different)
    assert [one.describe() for one in left if str(one.mismatch.kind) not in BEHAVIOUR] == []
    load_contract(Settings(overlay=str(file), strict=True))


def test_all_corrections_together_agree_and_are_served(tmp_path: Path) -> None:
    file, left = corrected(tmp_path, *ALL)
    assert [one.describe() for one in left if str(one.mismatch.kind) not in BEHAVIOUR] == []
    contract = load_contract(Settings(overlay=str(file), strict=True))
    assert contract.unserved == {}


def test_a_correction_changes_nothing_else(tmp_path: Path) -> None:
    file, _ = corrected(tmp_path, organization(extra=1))
    before, after = load_contract(Settings()), load_contract(Settings(overlay=str(file)))
    assert before.operations.keys() == after.operations.keys()
    assert before.documents[1].root == after.documents[1].root
    assert ORGANIZATION.keys() < after.documents[0].root["components"]["schemas"]["Organization"]["properties"].keys()
