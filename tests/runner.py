"""The action, and enough of a code host's runner to run its steps."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}
SCRIPTS = {name: step["run"] for name, step in STEPS.items() if "run" in step}


class Runner:
    """Enough of a code host's runner to run a step: its folder, its environment, its output file."""

    def __init__(self, folder: Path, environment: str = "sophiie-mock") -> None:
        self.folder, self.outputs, self.summary = folder, folder / "output", folder / "summary"
        self._programs = folder / environment / "bin"
        self._programs.mkdir(parents=True)
        self.install(f'exec "{sys.executable}" -m mock_server "$@"')
        self.install(f'exec "{sys.executable}" "$@"', "python")

    def install(self, script: str, name: str = "sophiie-mock") -> None:
        """A program of the environment that the step `Install` makes."""
        command = self._programs / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def step(self, name: str, timeout: float = 60, **inputs: str) -> "subprocess.CompletedProcess[str]":
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
            timeout=timeout,
            check=False,
        )
