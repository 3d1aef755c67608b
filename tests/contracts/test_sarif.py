"""SARIF as code hosts take it in: a file of the repository and a line for each result, the same one every time."""

import json
from pathlib import Path
from typing import Any

import pytest
from production import CONTRACT

from contracts.report import sarif
from contracts.report.document_places import DocumentPlaces
from contracts.report.sarif import MAX_RESULTS, as_sarif
from contracts.report.summary import RunReport
from contracts.rules import input, response_conformance
from contracts.rules.location import Location
from contracts.rules.rule import Finding, Rule
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.spec.document import Contract, load
from contracts.spec.provenance import Provenance
from contracts.transport.guard import Mode
from contracts.transport.redaction import ReportRedactor
from contracts.transport.target import Target

Json = dict[str, Any]
DOCUMENT = """\
openapi: 3.1.0
info: {title: Rooms, version: '7'}
servers: [{url: https://rooms.example/base}]
paths:
  /rooms:
    get:
      responses: {'204': {description: Fine}}
    "post":
      responses: {'204': {description: Fine}}
  '/rooms/{id}': {delete: {responses: {'204': {description: Fine}}}}
webhooks:
  ROOM_MADE:
    post:
      responses: {'204': {description: Fine}}
"""


def finding(operation: str, where: str = "", rule: Rule = input.ACCEPTED, got: str = "400") -> Finding:
    return Finding(rule, operation, Provenance.DOCUMENTED, expected="success", got=got, location=Location(name=where))


def written(contract: Contract, *findings: Finding, is_mock: bool = True) -> Json:
    outcome = RunResult(Target("http://127.0.0.1:1", "", is_mock=is_mock), Mode.FULL, 1, Coverage(contract, ""))
    outcome.findings = list(findings)
    log: Json = json.loads(as_sarif(RunReport(outcome, ReportRedactor([], people=False))))
    return log


def results(log: Json) -> list[Json]:
    found: list[Json] = log["runs"][0]["results"]
    return found


def place(result: Json) -> tuple[str, int]:
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the document in a folder of it; one stands in another folder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "my api").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "my api" / "rooms.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path / "tests")
    return tmp_path


def test_a_result_lies_at_its_operation_in_the_document(repository: Path) -> None:
    contract = load("../my api/rooms.yaml")
    due = {
        "GET /base/rooms": 6,
        "POST /base/rooms": 8,
        "DELETE /base/rooms/{}": 10,
        "WEBHOOK ROOM_MADE": 12,
        "GET /base/roms": 5,
    }
    found = results(written(contract, *map(finding, due)))
    lines = {one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]: place(one) for one in found}
    assert lines == {operation: ("my%20api/rooms.yaml", line) for operation, line in due.items()}


def test_lines_of_json_are_found_and_a_file_that_is_no_yaml_has_one(tmp_path: Path) -> None:
    raw = {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"204": {"description": "x"}}}}}}
    for name, indent, line in (("spaces.json", 2, 5), ("tabs.json", "\t", None), ("one.json", None, 1)):
        (tmp_path / name).write_text(json.dumps(raw, indent=indent))
        contract = load(str(tmp_path / name))
        assert line is None or DocumentPlaces(contract).find("GET /a").line == line
        assert results(written(contract, finding("GET /a")))[0]["locations"]


def test_without_a_document_of_ones_own_the_built_in_one_is_the_place() -> None:
    """Of a real host too: it has no file, and the host of the code wants one."""
    for is_mock in (True, False):
        (result,) = results(written(CONTRACT, finding("POST /v1/leads"), is_mock=is_mock))
        file, line = place(result)
        assert file == "openapi/v1.yaml"
        text = (Path(__file__).parents[2] / file).read_text().splitlines()
        assert text[line - 1].strip() == "post:"
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"


def test_a_document_outside_of_every_repository_goes_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere" / "rooms.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path / "here")
    log = written(load("../elsewhere/rooms.yaml"), finding("GET /base/rooms"))
    assert place(results(log)[0]) == ("rooms.yaml", 6)


def test_one_cause_is_one_result_and_stays_it_whatever_its_words() -> None:
    many = [finding("POST /v1/leads", f"/member{number}: x", got=f"words {number}") for number in range(26)]
    (result,) = results(written(CONTRACT, *many))
    (other,) = results(written(CONTRACT, finding("POST /v1/leads", "elsewhere", got="in other words")))
    assert result["message"]["text"].endswith("(and 25 more)")
    assert result["partialFingerprints"] == other["partialFingerprints"]
    marks = [
        one["partialFingerprints"]["primaryLocationLineHash"]
        for one in results(
            written(
                CONTRACT,
                finding("POST /v1/leads"),
                finding("GET /v1/leads"),
                finding("POST /v1/leads", rule=response_conformance.SCHEMA),
            )
        )
    ]
    assert len(set(marks)) == 3


def test_every_result_names_a_rule_that_is_described() -> None:
    log = written(CONTRACT, finding("POST /v1/leads"), finding("GET /v1/leads", rule=response_conformance.UNDOCUMENTED))
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in results(log):
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] == result["level"]
        assert result["message"]["text"]
    assert [result["level"] for result in results(log)] == ["error", "warning"]


def test_a_file_of_very_many_findings_is_within_the_bounds_of_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of GitHub: 25,000 results in 10 MB, packed. A few stand for all that there may be."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 50)
    many = [finding(f"GET /v1/x{number}", got="x" * 5_000) for number in range(60)]
    log = written(CONTRACT, *many)
    assert len(results(log)) == 50
    assert max(len(result["message"]["text"]) for result in results(log)) <= 1_000
    assert len(json.dumps(log)) / 50 * MAX_RESULTS < 12 * 1024**2
    assert MAX_RESULTS <= 25_000


def test_a_run_without_findings_is_a_file_without_results() -> None:
    log = written(CONTRACT)
    assert (log["version"], results(log), log["runs"][0]["tool"]["driver"]["rules"]) == ("2.1.0", [], [])
