"""What is known of an operation: each axis has facts with a date, or says why it has none; nothing is added up."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from messages import assert_message
from wire import ask

from contracts.cli.evidence import command
from contracts.evidence.axes import Axis, OnAxis
from contracts.evidence.last_run import RunEvidence
from contracts.evidence.packed import PackedEvidence
from contracts.evidence.recorded import RecordedEvidence
from contracts.learn.gap_ledger import load_ledger
from contracts.shapes.exchanges import ShapedExchange, ShapeRecording
from contracts.shapes.vocabulary import HeaderName
from contracts.spec.document import load
from mock_server.app import create_app
from mock_server.config.settings import Settings

OPERATION = "GET /v1/leads"
CONTRACT = load()
PACKED = PackedEvidence()


def run(**changed: Any) -> dict[str, Any]:
    return {
        "started": "2026-03-04T05:06:07Z",
        "target": "https://api.sophiie.test",
        "mock": False,
        "operations": {OPERATION: {"statuses": {"200": 7, "400": 2}}, "GET /v1/faqs": {"statuses": {"401": 3}}},
        "findings": [],
        "acceptedFindings": [],
        **changed,
    }


def clean(folder: Path, operation: str, **changed: Any) -> OnAxis:
    (folder / "run.json").write_text(json.dumps(run(**changed)))
    return RunEvidence(str(folder / "run.json")).clean(operation)


def test_a_run_without_findings_is_a_fact_with_its_day_and_target(tmp_path: Path) -> None:
    found = clean(tmp_path, OPERATION).describe()
    assert_message(found)
    assert_message(clean(tmp_path, OPERATION, mock=True).describe())


@pytest.mark.parametrize(
    ("operation", "changed", "reason"),
    [
        (OPERATION, {"findings": [{"operation": OPERATION}]}, "1 findings on https://api.sophiie.test, 2026-03-04"),
        (OPERATION, {"acceptedFindings": [{"operation": OPERATION}]}, "1 findings"),
        ("GET /v1/faqs", {}, "none of its 3 requests"),
        ("GET /v1/members", {}, "none of its 0 requests"),
    ],
)
def test_an_operation_that_is_not_clean_says_why(
    tmp_path: Path, operation: str, changed: dict[str, Any], reason: str
) -> None:
    found = clean(tmp_path, operation, **changed)
    assert (found.facts, reason in found.reason) == ((), True)


def recorded(*exchanges: ShapedExchange) -> RecordedEvidence:
    recordings = [ShapeRecording(date(2026, 3, 4), (), list(exchanges))]
    return RecordedEvidence(CONTRACT, load_ledger(), recordings)


def test_recorded_answers_are_counted_by_status_with_their_day() -> None:
    seen = [ShapedExchange(0, "GET", OPERATION, (), status) for status in (200, 200, 404)]
    assert recorded(*seen).shapes(OPERATION).describe() == "answers: 2 with 200, 1 with 404 (2026-03-04)"


def test_answers_of_the_mock_are_no_evidence_of_the_real_api() -> None:
    ours = ShapedExchange(0, "GET", OPERATION, (), 200, headers=frozenset([HeaderName("x-mock-request-id")]))
    assert recorded(ours).shapes(OPERATION).facts == recorded(ours).probed(OPERATION).facts == ()


def test_a_probe_is_answered_by_the_operation_s_own_exchanges_only() -> None:
    made = ShapedExchange(0, "POST", "POST /v1/leads", (), 200)
    assert "lead-create-status contradicted (2026-03-04)" in recorded(made).probed("POST /v1/leads").describe()
    assert recorded(made).probed(OPERATION).facts == ()


def test_kills_and_clients_have_the_day_of_their_measurement() -> None:
    assert [fact.text for fact in PACKED.kills(OPERATION, Axis.REFUSALS).facts] == ["2 of 2 mutants found"]
    assert "curl, from bash 7.88 (" in PACKED.clients(OPERATION).describe()
    assert PACKED.kills("GET /nothing", Axis.LIFECYCLE).reason


def test_every_operation_has_every_axis_and_no_sum() -> None:
    shown = CliRunner().invoke(command, ["--json"], standalone_mode=False)
    told = json.loads(shown.output)
    assert [one["operation"] for one in told["operations"]] == [*CONTRACT.operations]
    for one in told["operations"]:
        assert {*one} == {"operation", "provenance", "axes"}
        assert [*one["axes"]] == [*map(str, Axis)]
        assert all(bool(axis["facts"]) != bool(axis.get("reason")) for axis in one["axes"].values())


def test_the_server_tells_the_same_facts_as_the_command() -> None:
    """Each reads the data by itself. A reason may differ, for the server can be given no file of a user."""
    shown = json.loads(CliRunner().invoke(command, ["--json"], standalone_mode=False).output)["operations"]
    told = ask(create_app(Settings(world="small")), "GET", "/__admin/evidence", key=None).json["operations"]
    assert [facts_of(one) for one in told] == [facts_of(one) for one in shown]


def facts_of(one: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    return one["operation"], one["provenance"]["date"], {name: axis["facts"] for name, axis in one["axes"].items()}


def test_the_table_has_a_row_for_each_operation_and_a_column_for_each_axis() -> None:
    lines = CliRunner().invoke(command, ["--markdown"], standalone_mode=False).output.splitlines()
    assert len(lines) == 2 + len(CONTRACT.operations)
    assert {line.count("|") for line in lines} == {3 + len(Axis)}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"started": "x", "mock": true}', '{"started": 7}'])
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    shown = CliRunner().invoke(command, ["--run", str(tmp_path / "run.json")], standalone_mode=False)
    assert (shown.return_value, "sophiie-mock check --report" in shown.output) == (2, True)
