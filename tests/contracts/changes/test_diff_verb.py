"""``sophiie-mock spec diff``: its exit codes, and its reports."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from differing import asked, document, operation, received
from messages import assert_message, line_with

from contracts.cli.diff import command

ROOM = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
NEWER = {**ROOM, "properties": {"name": {"type": "string"}, "floor": {"type": "integer"}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(old: Any, new: Any, *more: str) -> Result:
    for name, raw in (("old", old), ("new", new)):
        Path(f"{name}.json").write_text(raw if isinstance(raw, str) else json.dumps(raw, indent=1), "utf-8")
    return CliRunner().invoke(command, ["old.json", "new.json", *more], standalone_mode=False)


def test_only_what_is_broken_fails_unless_more_is_asked(folder: Path) -> None:
    harmless, doubtful, broken = received(NEWER), received({**ROOM, "properties": {}, "required": []}), document()

    found = [ran(received(ROOM), new).return_value for new in (harmless, doubtful, broken)]
    assert found == [0, 1, 1]
    assert ran(asked({"maxLength": 5}), asked({})).return_value == 0
    assert ran(asked({}), asked({"maxLength": 5}), "--fail-on", "affected").return_value == 1
    assert ran(received(ROOM), broken, "--fail-on", "none").return_value == 0


def test_the_text_names_the_place_the_change_and_its_fingerprint(folder: Path) -> None:
    found = ran(asked({"maximum": 100}), asked({"maximum": 3}))

    assert "POST /rooms, query limit" in found.output
    assert "100 → 3  (maximum-lowered " in found.output
    assert_message(found.output.splitlines()[-1])


def test_what_is_unaffected_is_shown_on_request(folder: Path) -> None:
    assert "optional-property-added" not in ran(received(ROOM), received(NEWER)).output
    assert "optional-property-added" in ran(received(ROOM), received(NEWER), "-v").output


def test_json_has_every_change(folder: Path) -> None:
    found = json.loads(ran(received(ROOM), received(NEWER), "--json").output)

    assert found["counts"] == {"broken": 0, "potentially affected": 0, "unaffected": 1}
    assert found["changes"][0]["rule"] == "optional-property-added"
    assert found["changes"][0]["pointer"] == "/floor"


def test_reports_for_a_code_host_name_the_line_of_the_new_document(folder: Path) -> None:
    assert (
        ran(asked({"maximum": 100}), asked({"maximum": 3}), "--report", "github=g,sarif=s,markdown=m,json=j").exit_code
        == 0
    )
    line = (
        next(n for n, text in enumerate(Path("new.json").read_text().splitlines(), 1) if '"name": "limit"' in text) - 1
    )

    assert f"::error file=new.json,line={line},title=maximum-lowered POST /rooms::" in Path("g").read_text()
    (result,) = json.loads(Path("s").read_text())["runs"][0]["results"]
    assert (result["level"], result["ruleId"]) == ("error", "maximum-lowered")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == line
    assert result["partialFingerprints"]["change/v1"] == json.loads(Path("j").read_text())["changes"][0]["fingerprint"]
    assert line_with(Path("m").read_text(), "| POST /rooms, query limit | ").count("100 → 3 |") == 1


def test_a_text_of_a_document_is_data_in_every_report(folder: Path) -> None:
    evil = "\x1b[31m::error::[x](https://evil.example)`"
    new = operation(parameters=[{"name": evil, "in": "query", "required": True, "schema": {}}])
    found = ran(operation(), new, "--report", "github=g,markdown=m")

    assert "\x1b" not in found.output + Path("g").read_text() + Path("m").read_text()
    assert len(Path("g").read_text().splitlines()) == 2
    assert "](https://evil" not in Path("m").read_text()


def test_the_same_change_in_many_operations_is_told_once(folder: Path) -> None:
    def shared(schema: Any) -> Any:
        one = received({"$ref": "#/components/schemas/Room"})["paths"]["/rooms"]
        return {**document({f"/{name}": one for name in "abc"}), "components": {"schemas": {"Room": schema}}}

    found = ran(shared(ROOM), shared({**ROOM, "required": []}))
    assert found.output.count("property-became-optional") == 1
    assert_message(line_with(found.output, "2 more"))


@pytest.mark.parametrize("new", ["{", "[]", "openapi: 2.0", "a: *b", '{"openapi": "3.1.0", "paths": []}'])
def test_a_file_that_is_no_document_ends_in_two_or_has_nothing(folder: Path, new: str) -> None:
    found = ran(received(ROOM), new)

    assert found.return_value in (1, 2)
    assert found.exception is None


def test_the_built_in_documents_have_names(folder: Path) -> None:
    found = CliRunner().invoke(command, ["v1", "v1"], standalone_mode=False)

    assert found.return_value == 0
    assert_message(found.output)
