"""A run that tested nothing is not green: the command and pytest end with 2 and say why."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from recording import KEY, Answer, recording
from test_safe_mode import empty

from contracts import pytest_workers
from contracts.cli import main
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.run.coverage import Coverage
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.run.verdict import shortcomings
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import load
from contracts.transport.guard import Mode
from contracts.transport.target import Target, mock

CASES: dict[str, tuple[Callable[[str, str], Answer], str]] = {
    "no token": (lambda *_: (401, {}, b"{}"), "refuses the key (401) → put one in SOPHIIE_API_KEY"),
    "all 429": (lambda *_: (429, {"retry-after": "1"}, b"{}"), "the target asked twice for fewer requests (429)"),
    "wrong host": (lambda *_: (200, {"content-type": "text/html"}, b"<html>"), "this is not the API"),
    "empty account": (empty, "never seen to succeed: GET /v1/inquiries/{}, "),
}
pytest_plugins = ("pytester",)


@pytest.mark.parametrize("case", CASES)
def test_the_command_says_why_it_proved_nothing(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, words = CASES[case]
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    with recording(answer) as host:
        result = CliRunner().invoke(main.command, [host.url, "--mode", "safe"], standalone_mode=False)
    assert result.return_value == 2
    assert words in result.output
    assert " kept" not in result.output


@pytest.mark.slow
@pytest.mark.parametrize("case", ["wrong host", "empty account"])
def test_pytest_ends_as_the_command_does(case: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, words = CASES[case]
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    with recording(answer) as host:
        target = ["--pyargs", "contracts", "--target", host.url, "--contract-mode", "safe"]
        result = pytester.runpytest_inprocess(*target, "-p", "no:cacheprovider")
    assert result.ret == 2
    assert words in re.sub(r"\s+", " ", result.stdout.str() + result.stderr.str())


def test_pytest_ends_so_too_when_every_test_failed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """In `full` mode a second 429 does not end the run: what never works says nothing about the rules."""
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    with recording(CASES["all 429"][0]) as host:
        target = ["--pyargs", "contracts", "--target", host.url, "-k", "single or vacuous"]
        result = pytester.runpytest_inprocess(*target, "-p", "no:cacheprovider")
    assert result.ret == 2
    assert result.parseoutcomes()["failed"]
    assert re.search(r"[1-9]\d* .*answers were 429", result.stdout.str())


def test_what_no_worker_saw_to_succeed_makes_the_whole_prove_nothing() -> None:
    """Each of them had a part of the runs, and none of them can say what the others saw."""
    contract = load()
    with mock() as target:
        halves = []
        for number in range(2):
            with RunSession(RunPlan.of(contract, target, Options(quick=True)), second_tenant=False) as run:
                single = [scenario for scenario in run.scenarios.values() if scenario.topic == "single"]
                for scenario in single[number::2]:
                    run.run_scenario(scenario)
            halves.append(run)
    parts = [{**pytest_workers.part(run), "scenarios": sorted(run.done)} for run in halves]
    outcome = pytest_workers.together(parts, contract, Options())
    assert outcome.exit_code == 2
    assert ": POST /v1/calls, " in outcome.vacuous[0]
    assert "GET /v1/organization/availability" not in " ".join(outcome.vacuous)  # one of the two saw it
    parts[0]["scenarios"].append("of nobody")
    assert pytest_workers.together(parts, contract, Options()).vacuous == []  # something was left out on purpose


@pytest.mark.parametrize("several", [["-n", "2"], ["--tx", "2*popen", "--dist", "load"]], ids=" ".join)
@pytest.mark.parametrize("target", [["--contract-mode", "safe"], ["--target", "http://127.0.0.1:9"]], ids=" ".join)
def test_several_workers_on_one_target_are_refused(
    target: list[str], several: list[str], pytester: pytest.Pytester
) -> None:
    """They would see what the others write, and each would have a pace and a budget of its own."""
    with pytest.raises(pytest.exit.Exception, match="leave -n out") as ended:
        pytester.parseconfigure("--pyargs", "contracts", *target, *several)
    assert ended.value.returncode == 2


@pytest.mark.slow
def test_pytest_runs_what_the_words_choose_and_accepts_what_the_baseline_says(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    with recording(lambda *_: (200, {}, b'{"members": 7}')) as host:
        target = ["--pyargs", "contracts", "--target", host.url, "-p", "no:cacheprovider"]
        chosen = [*target, "--contract-only", "listMembers", "--contract-exclude", "engine", "-k", "queries"]
        result = pytester.runpytest_inprocess(*chosen)
        assert result.parseoutcomes()["failed"] == 1
        entry = "- {check: '*', operation: listMembers, owner: ana, expires: 2999-01-01}"
        pytester.path.joinpath("baseline.yaml").write_text(entry)
        result = pytester.runpytest_inprocess(*chosen, "--contract-baseline", "baseline.yaml")
        assert "failed" not in result.parseoutcomes()


def test_pytest_refuses_a_word_that_means_nothing(pytester: pytest.Pytester) -> None:
    with pytest.raises(pytest.exit.Exception, match="did you mean `listMembers`") as ended:
        pytester.parseconfigure("--pyargs", "contracts", "--contract-only", "listMember")
    assert ended.value.returncode == 2


@pytest.mark.parametrize(
    ("not_run", "silent"),
    [
        ({}, ["GET /v1/leads", "POST /v1/calls", "POST /v1/leads"]),
        ({"POST /v1/calls": "", "GET /v1/leads": ""}, ["GET /v1/leads", "POST /v1/leads"]),
        ({"bounds[POST /v1/leads]": "", "bounds[POST /v1/calls/{}/x]": ""}, ["GET /v1/leads", "POST /v1/calls"]),
    ],
)
def test_only_an_operation_for_which_no_body_can_be_made_need_not_succeed(
    not_run: dict[str, str], silent: list[str]
) -> None:
    contract, due = load(), {"GET /v1/leads", "POST /v1/calls", "POST /v1/leads"}
    outcome = RunResult(Target("", "", is_mock=True), Mode.FULL, 1, Coverage(contract, ""), passed=["single[x]"])
    succeeded = {key: {200: 1} for key in contract.operations.keys() - due}
    outcome.coverage.add({"statuses": succeeded, "with_key": {200: 1}})
    outcome.not_run = {name: Skipped(SkipReason.NO_VALUE, why) for name, why in not_run.items()}
    (said,) = shortcomings(outcome, contract, Selection(contract, (), (), ()), Options(), whole=True)
    assert sorted(said.partition(": ")[2].split(", ")) == silent


@pytest.mark.parametrize(
    ("read", "shown", "silent"),
    [
        ({200: 9}, {401: 1, 404: 3, 405: 1}, ""),
        ({200: 9}, {400: 7, 404: 3, 415: 1}, ""),
        ({200: 9}, {404: 3, 500: 1}, "DELETE /rooms/{}"),
        ({200: 9}, {401: 1}, "DELETE /rooms/{}"),
        ({404: 9}, {404: 3}, "GET /rooms/{}, DELETE /rooms/{}"),
    ],
)
def test_an_operation_on_records_that_nobody_knows_need_not_succeed_in_another_api(
    read: dict[int, int], shown: dict[int, int], silent: str, tmp_path: Path
) -> None:
    paths: dict[str, dict[str, Any]] = {"/rooms": {"get": {}}, "/rooms/{id}": {"get": {}, "delete": {}}}
    named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    for path, methods in paths.items():
        for operation in methods.values():
            operation |= {"responses": {"200": {"description": ""}}, "parameters": [named] if "{" in path else []}
    root = {"openapi": "3.1.0", "info": {"title": "Rooms", "version": "1"}, "paths": paths}
    (tmp_path / "rooms.json").write_text(json.dumps(root))
    contract = load(str(tmp_path / "rooms.json"))
    outcome = RunResult(Target("", "", is_mock=True), Mode.FULL, 1, Coverage(contract, ""), passed=["single[x]"])
    statuses = {"GET /rooms": {200: 1}, "GET /rooms/{}": read, "DELETE /rooms/{}": shown}
    outcome.coverage.add({"statuses": statuses, "with_key": {200: 1}})
    said = shortcomings(outcome, contract, Selection(contract, (), (), ()), Options(), whole=True)
    assert said == ([f"never seen to succeed: {silent}"] if silent else [])


DEAF = """
openapi: 3.1.0
info: {title: Deaf, version: '1'}
paths:
  /v1/rooms:
    get:
      responses: {'200': {description: Fine, content: {application/json: {schema: {type: object}}}}}
  /v1/rooms/{roomId}:
    delete:
      parameters:
        - {name: roomId, in: path, required: true, schema: {type: string}}
        - {name: X-Never, in: header, required: true, schema: {enum: [a], type: integer}}
      responses: {'204': {description: Gone}, '404': {description: None such}}
"""


@pytest.mark.slow
def test_what_no_worker_sees_to_succeed_is_told_at_the_end(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("deaf.yaml").write_text(DEAF)
    asked = ["--pyargs", "contracts", "--contract-spec", "deaf.yaml", "--contract-quick", "-p", "no:cacheprovider"]
    result = pytester.runpytest_inprocess(*asked, "-n", "1")
    assert result.ret == 2
    assert "to succeed: DELETE /v1/rooms/{}" in re.sub(r"\s+", " ", result.stdout.str())


def test_an_answer_that_a_run_cannot_read_ends_that_run_and_not_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items without an id are a finding; that half of the runs go by the id is no reason to break down."""
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    with recording(lambda *_: (200, {}, json.dumps({"leads": [{}], "totalCount": 1}).encode())) as host:
        asked = [host.url, "--only", "agreement", "--exclude", "engine"]
        result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert result.return_value == 2
    assert "response_schema_conformance" in result.output
    assert "(KeyError in " in result.output


def test_a_run_that_breaks_down_without_a_finding_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise KeyError(KEY)

    options = Options(only=("single",))
    with mock() as target, RunSession(RunPlan.of(load(), target, options), second_tenant=False) as run:
        for name, scenario in run.scenarios.items():
            run.run_scenario(replace(scenario, run=wrong) if "availability" in name else scenario)
    assert run.outcome.exit_code == 2
    assert "KeyError in test_vacuous.py" in run.outcome.vacuous[0]
    assert KEY not in run.outcome.vacuous[0]
