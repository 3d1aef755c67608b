"""What other projects' pipelines are given: the action, the snippets, the settings for plain schemathesis."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml

from contracts.cli import run, traffic
from mock_server import __version__

ROOT = Path(__file__).parent.parent
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}
SCRIPTS = {name: step["run"] for name, step in STEPS.items() if "run" in step}
EXAMPLES = ROOT / "tests" / "examples" / "ci"
SNIPPETS = {name: (EXAMPLES / f"{name}.yml").read_text("utf-8") for name in ("github", "gitlab")}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_the_action_is_shell_and_takes_inputs_from_its_environment_only(name: str) -> None:
    assert "${{" not in SCRIPTS[name]
    assert STEPS[name]["shell"] == "bash"
    assert subprocess.run(["bash", "-n"], input=SCRIPTS[name], text=True, check=False).returncode == 0


def test_the_action_pins_what_it_uses_and_passes_every_input_on() -> None:
    used = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used)
    text = (ROOT / "action.yml").read_text("utf-8")
    assert not [name for name in ACTION["inputs"] if f"inputs.{name}" not in text]
    assert "--require-hashes" in SCRIPTS["Install"]


class Runner:
    """Enough of a code host's runner to run a step: its folder, its environment, its output file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outputs, self.summary = folder, folder / "output", folder / "summary"
        (folder / "sophiie-mock" / "bin").mkdir(parents=True)
        self.install(f'exec "{sys.executable}" -m mock_server "$@"')

    def install(self, script: str) -> None:
        command = self.folder / "sophiie-mock" / "bin" / "sophiie-mock"
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def step(self, name: str, **inputs: str) -> "subprocess.CompletedProcess[str]":
        """Runs a step with these values for what its `env` asks for."""
        given = STEPS[name].get("env", {})
        assert set(inputs) <= set(given)
        here = {"RUNNER_TEMP": str(self.folder), "GITHUB_OUTPUT": str(self.outputs)}
        here |= {"GITHUB_STEP_SUMMARY": str(self.summary)}
        here |= {key: value if "${{" not in value else inputs.get(key, "") for key, value in given.items()}
        command = ["bash", "-c", SCRIPTS[name]]
        return subprocess.run(
            command,
            env={**os.environ, **here},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def test_the_action_starts_the_mock_runs_the_tests_judges_their_traffic_and_stops(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    try:
        started = runner.step("Start the mock", OPTIONS="--seed\n7\n")
        assert started.returncode == 0, started.stdout + started.stderr
        url = runner.outputs.read_text().strip().removeprefix("url=")
        ask = 'curl -fsS -H "Authorization: Bearer $SOPHIIE_API_KEY" "$SOPHIIE_BASE_URL/v1/organization"'
        told = runner.step("Your tests", RUN=f"{ask}; echo '`quoted $(text)'", SOPHIIE_BASE_URL=url)
        assert (told.returncode, "`quoted $(text)" in told.stdout) == (0, True)
        assert runner.step("Your tests", RUN="false; true", SOPHIIE_BASE_URL=url).returncode == 1
        judged = runner.step("Their traffic", URL=url)
        assert "1 of 1 exchanges are for a path of the contract" in judged.stdout, judged.stderr
        assert judged.returncode == 0
    finally:
        assert runner.step("Stop the mock").returncode == 0
    assert "SIGTERM" not in (tmp_path / "sophiie-mock.log").read_text()


STAND_IN = """for word in "$@"; do echo "<$word>"; case "$word" in
  github=*) echo ::error::broken > "${word#*=}";; summary=*) echo said > "${word#*=}";; esac; done
exit 1"""


@pytest.mark.parametrize(("target", "first"), [("mock", "<--quick>"), ("https://a.example", "<https://a.example>")])
def test_the_action_shows_what_a_check_found_and_fails_with_it(tmp_path: Path, target: str, first: str) -> None:
    runner = Runner(tmp_path)
    runner.install(STAND_IN)
    done = runner.step("Check", TARGET=target, OPTIONS="--quick\n--only\nGET /v1/leads; $(x)", REPORTS="my reports")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == ["<check>", first]
    assert "<GET /v1/leads; $(x)>" in done.stdout
    assert "::error::broken" in done.stdout
    assert runner.summary.read_text() == "said\n"


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_is_yaml_and_reads_the_real_api_on_a_schedule_only(name: str) -> None:
    jobs = yaml.safe_load(SNIPPETS[name])
    contract = str(jobs.get("jobs", jobs)["contract"])
    assert "schedule" in contract
    assert "https://api.sophiie.ai" in contract
    assert "https://" not in str(jobs.get("jobs", jobs)["tests"])


def test_snippets_pin_versions_and_ask_for_no_more_than_reading() -> None:
    assert f"sophiie-mock[check]=={__version__}" in SNIPPETS["gitlab"]
    workflow = yaml.safe_load(SNIPPETS["github"])
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"[\w./-]+@([0-9a-f]{40}|COMMIT)", action) for action in used)


def test_options_that_the_pipelines_use_are_there() -> None:
    known = {option for command in (run.command, traffic.command) for p in command.params for option in p.opts}
    texts = "\n".join([*SCRIPTS.values(), *SNIPPETS.values()])
    checks = re.findall(r"sophiie-mock\"? check (?:.|\\\n)*", texts)
    used = {option for check in checks for option in re.findall(r"--[a-z-]+", check)}
    assert used
    assert used <= known


def test_schemathesis_takes_the_settings_for_the_mock() -> None:
    config = schemathesis.Config.from_path(ROOT / "schemathesis.toml")
    assert config.seed == 1
    assert config.projects.default.headers == {"Authorization": "Bearer sk_test_local"}
