"""What other projects' pipelines are given: the action, the snippets, the settings for plain schemathesis."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
import yaml
from runner import ACTION, SCRIPTS, STEPS, Runner

from contracts.cli import check as run
from contracts.cli import traffic

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
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
    assert "--no-deps --require-hashes" in SCRIPTS["Install"]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_the_action_starts_the_mock_runs_the_tests_judges_their_traffic_and_stops(runner: Runner) -> None:
    try:
        started = runner.step("Start the mock", OPTIONS="--seed\n7\n")
        assert started.returncode == 0, started.stdout + started.stderr
        url = runner.outputs.read_text().strip().removeprefix("url=")
        ask = "import os, sys, urllib.request as web; " + ASK
        told = runner.step(
            "Your tests", RUN=f"{sys.executable} -c '{ask}'; echo '`quoted $(text)'", SOPHIIE_BASE_URL=url
        )
        assert (told.returncode, "`quoted $(text)" in told.stdout) == (0, True), told.stderr
        assert runner.step("Your tests", RUN="false; true", SOPHIIE_BASE_URL=url).returncode == 1
        judged = runner.step("Their traffic", URL=url, REPORTS="my reports")
        assert "1 of 1 entries" in judged.stdout, judged.stderr
        assert judged.returncode == 0
        (runner.folder / "own.json").write_text('{"requests": []}')
        judged = runner.step("Their traffic", URL=url, REPORTS="other", JOURNAL=str(runner.folder / "own.json"))
        assert (judged.returncode, "own.json: none of 0 entries" in judged.stderr) == (2, True), judged.stderr
    finally:
        assert runner.step("Stop the mock").returncode == 0
    assert {path.name for path in (runner.folder / "my reports").iterdir()} == {f"traffic.{e}" for e in REPORTED}
    assert "SIGTERM" not in (runner.folder / "sophiie-mock.log").read_text()


REPORTED = ("json", "xml", "html")
ASK = """r = web.Request(os.environ["SOPHIIE_BASE_URL"] + "/v1/organization")
r.add_header("Authorization", "Bearer " + os.environ["SOPHIIE_API_KEY"])
web.build_opener(web.ProxyHandler({})).open(r, timeout=30)"""


def test_a_mock_that_cannot_start_fails_the_action_at_once_with_its_words(runner: Runner) -> None:
    (runner.folder / "sophiie-mock.port").write_text("4747")  # of an earlier job
    started = runner.step("Start the mock", OPTIONS="--world\nno-such-world")
    assert started.returncode == 2
    assert "sophiie-mock: no-such-world: " in started.stdout
    assert not runner.outputs.exists()


def gitlab(folder: Path, *lines: str) -> "subprocess.CompletedProcess[str]":
    """The script of the job `tests`, in a project whose tests are one request, as that host runs it."""
    script = yaml.safe_load(SNIPPETS["gitlab"])["tests"]["script"]
    (folder / "Makefile").write_text("test:\n\t@python -c 'exec(open(\"ask.py\").read())'\n")
    (folder / "ask.py").write_text(f"import os, urllib.request as web\n{ASK}\n")
    (folder / "port").write_text("9999")  # of an earlier job
    here = {k: v for k, v in os.environ.items() if not k.startswith("SOPHIIE_")}
    path = f"{folder / '.sophiie-mock' / 'bin'}:{here['PATH']}"
    # The shell is in a group of its own, so that the mock ends with it, as with the job's container.
    command = ["bash", "-c", "trap 'kill $(jobs -p) || true' EXIT\nset -eo pipefail\n" + "\n".join([*lines, *script])]
    return subprocess.run(
        command, cwd=folder, env={**here, "PATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_gitlab_job_judges_what_your_tests_asked(tmp_path: Path) -> None:
    Runner(tmp_path, ".sophiie-mock")
    done = gitlab(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 entries" in done.stdout
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {"junit.xml", "report.html", "mock.log"}


def test_the_gitlab_job_ends_at_once_where_the_mock_cannot_start(tmp_path: Path) -> None:
    Runner(tmp_path, ".sophiie-mock")
    done = gitlab(tmp_path, "export SOPHIIE_MOCK_WORLD=no-such-world")
    assert done.returncode == 2
    assert "sophiie-mock: no-such-world: " in done.stdout


def test_both_snippets_keep_their_reports_whatever_was_found() -> None:
    gitlab, github = (yaml.safe_load(SNIPPETS[name]) for name in ("gitlab", "github"))
    assert gitlab[".sophiie-mock"]["artifacts"]["when"] == "always"
    assert gitlab[".sophiie-mock"]["artifacts"]["paths"] == ["reports"]
    for job in github["jobs"].values():
        assert job["timeout-minutes"]
        kept = [step for step in job["steps"] if "upload" in step["uses"]]
        assert kept
        assert all(step["if"].startswith("always()") for step in kept)
        assert ACTION["inputs"]["reports"]["default"] in str(kept[0]["with"])
    assert "upload-sarif" in str(github["jobs"]["contract"])


STAND_IN = """for word in "$@"; do echo "<$word>"; case "$word" in
  github=*) echo ::error::broken > "${word#*=}";; summary=*) echo said > "${word#*=}";; esac; done
exit 1"""


@pytest.mark.parametrize(("target", "first"), [("mock", "<--quick>"), ("https://a.example", "<https://a.example>")])
def test_the_action_shows_what_a_check_found_and_fails_with_it(runner: Runner, target: str, first: str) -> None:
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
    assert "sophiie-mock[check] @ git+https://github.com/OWNER/sophiie-mock@COMMIT" in SNIPPETS["gitlab"]
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
