"""Run another verb of the command and take its JSON: tools say what the verbs say."""

import os
import subprocess
import sys
from typing import Any

from mock_server.cli.agent_tools.running_mock import RunningMock
from mock_server.errors import Problem, SettingsError
from mock_server.support.exact_json import NotJson, read_json

_MAX_SECONDS = 120


def run_verb(mock: RunningMock, *words: str) -> Any:
    """The JSON that a verb prints. Raises SettingsError with its own words if it prints none."""
    command = [sys.executable, "-m", "mock_server", *words, "--json"]
    environment = {**os.environ, "SOPHIIE_MOCK_URL": mock.url, "NO_COLOR": "1"}
    try:
        done = subprocess.run(command, capture_output=True, env=environment, timeout=_MAX_SECONDS, check=False,
                              stdin=subprocess.DEVNULL)  # fmt: skip
        return read_json(done.stdout)
    except subprocess.TimeoutExpired:
        raise SettingsError(Problem(words[0], f"no answer after {_MAX_SECONDS} s", "look at a shorter run")) from None
    except NotJson:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("sophiie-mock: ")
        raise SettingsError(Problem(words[0], said or f"exit code {done.returncode}")) from None
