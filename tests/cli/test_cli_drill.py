"""``sophiie-mock drill``: a planted weakness is found and named, a sound client is not, and its exit codes hold."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message

from mock_server.cli.drill_run import DrillRun
from mock_server.cli.drill_verdict import Outcome, judge
from mock_server.cli.main import main
from mock_server.config.evolutions import KINDS

TINY = ["--spec", str(Path(__file__).parents[1] / "tiny.json"), "--world", "empty"]
CLIENT = """
import os, sys, urllib.request
key = {"Authorization": "Bearer " + os.environ["SOPHIIE_API_KEY"]}
with urllib.request.urlopen(urllib.request.Request(os.environ["API"] + "/v1/leads", headers=key)) as answer:
    sys.exit(b"externalReference" in answer.read())
"""


def run(name: str, exit_code: int | None = 0, answers: int = 1, tail: str = "", **failures: str) -> DrillRun:
    return DrillRun(name, exit_code, 1.0, failures, {name: answers} if answers else {}, tail)


def drilled(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["drill", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_run_that_passes_is_survived_if_an_answer_changed() -> None:
    assert judge("null", "", run("null"), None).outcome is Outcome.SURVIVED
    assert judge("null", "", run("null", answers=0), None).outcome is Outcome.NOT_EXERCISED


def test_a_test_that_fails_for_a_placebo_too_only_compares() -> None:
    evolved = run("null", 1, test_a="assert 1 == 2", test_b="KeyError: 'x'", test_c="AssertionError: no")
    placebo = run("null", 1, test_a="AssertionError", test_b="assert 3 == 4", test_d="KeyError: 'x'")
    verdict = judge("null", "", evolved, placebo)

    assert verdict.comparing == ["test_a"]
    assert verdict.broken == {"test_b": "KeyError: 'x'", "test_c": "AssertionError: no"}
    assert verdict.outcome is Outcome.BROKEN
    assert judge("null", "", run("null", 1, test_a="assert 1"), placebo).outcome is Outcome.UNDECIDED


def test_a_command_without_a_report_breaks_as_a_whole() -> None:
    late, dead = run("null", None), run("null", 3, tail="one\nout of cheese")

    assert_message(judge("null", "", late, None).broken["the command"])
    assert_message(judge("null", "", dead, run("null")).broken["the command"])
    assert judge("null", "", dead, run("null", 1)).outcome is Outcome.UNDECIDED


def test_any_command_is_drilled_and_its_end_counts(capsys: pytest.CaptureFixture[str]) -> None:
    given = [*TINY, "--env", "API={url}", "--evolution", "key-order", "--evolution", "extra-field", "--json"]
    code, out, _ = drilled(capsys, *given, "--", sys.executable, "-SEc", CLIENT)
    found = {it["evolution"]: (it["outcome"], it["answers"]) for it in json.loads(out)["evolutions"]}

    assert (code, found) == (1, {"key-order": ("survived", 1), "extra-field": ("broken", 1)})


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([sys.executable, "-SEc", "print('out of cheese'); raise SystemExit(3)"], "out of cheese"),
        (["/no/such/command"], "No such file"),
        (["--evolution", "nul", "--", "true"], "did you mean null?"),
        (["--env", "API", "--", "true"], "names no variable"),
    ],
)
def test_what_cannot_be_drilled_ends_with_two(
    capsys: pytest.CaptureFixture[str], words: Sequence[str], says: str
) -> None:
    code, _, error = drilled(capsys, *TINY, *words)

    assert (code, says in error) == (2, True), error


def test_a_command_that_asks_nothing_has_tested_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = drilled(capsys, *TINY, "--evolution", "null", "--", "true")

    assert (code, "not exercised" in out) == (2, True)


def pytest_in(folder: Path, files: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """A command that runs these tests, with no plugin but ours and the one that the examples need."""
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # to load the others takes longer than the tests
    plugins = ["-p", "mock_server.pytest_plugin", "-p", "anyio.pytest_plugin"]
    return [sys.executable, "-m", "pytest", "-q", *plugins, "--rootdir", str(folder), str(folder)]


@pytest.mark.slow
def test_each_planted_weakness_is_found_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = {"test_clients.py": Path(__file__).with_name("drill_clients.py").read_text("utf-8")}
    code, out, _ = drilled(capsys, "--json", "--", *pytest_in(tmp_path, clients, monkeypatch))
    found: dict[str, Any] = {it["evolution"]: it for it in json.loads(out)["evolutions"]}
    broken = {name: [it["test"].partition("::")[2] for it in one["broken"]] for name, one in found.items()}

    assert code == 1
    planted = {name: [f"test_weak_{name.replace('-', '_')}"] for name in KINDS if name != "missing-field"}
    assert broken == {**planted, "missing-field": []}
    assert found["long-text"]["comparing"] == ["test_clients.py::test_compares_a_text"]


@pytest.mark.slow
def test_the_example_integration_is_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = {file.name: file.read_text("utf-8") for file in Path(__file__).parents[1].glob("examples/*.py")}
    code, out, _ = drilled(capsys, "--json", "--", *pytest_in(tmp_path, examples, monkeypatch))

    assert (code, [it["broken"] for it in json.loads(out)["evolutions"]]) == (0, [[]] * len(KINDS))
