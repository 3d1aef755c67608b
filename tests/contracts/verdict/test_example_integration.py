"""The example integration: its own tests leave gaps, the verdict names them, and closing them ends with done."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ("conftest.py", "leads_to_csv.py", "test_leads_to_csv.py")
CLOSED = """

def test_gap_{number}(sophiie: Sophiie) -> None:
    {line}
    try:
        synced(sophiie)
    except httpx.HTTPStatusError as fault:
        assert fault.response.status_code >= 400
"""


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True)


def verdict(folder: Path) -> tuple[int, Any]:
    """Run the tests of the integration, then ask for the verdict."""
    tests = run(folder, "pytest", "-q", "-p", "mock_server.pytest_plugin", "-p", "no:cacheprovider", "--sophiie-lint")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    done = run(folder, "mock_server", "verdict", "--json")
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_the_example_is_done_when_its_gaps_are_closed(tmp_path: Path) -> None:
    for name in EXAMPLE:
        shutil.copy(ROOT / "tests" / "examples" / name, tmp_path / name)
    code, answer = verdict(tmp_path)
    assert (code, answer["verdict"]) == (1, "not done")
    assert {action["kind"] for action in answer["actions"]} == {"status"}

    tests = tmp_path / "test_leads_to_csv.py"
    closed = [CLOSED.format(number=n, line=action["pytest"]) for n, action in enumerate(answer["actions"])]
    tests.write_text(tests.read_text() + "".join(closed))
    assert verdict(tmp_path)[0] == 0
