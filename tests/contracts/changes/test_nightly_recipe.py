"""The nightly workflow, its steps run one after the other; only GitHub itself is a stand-in."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from planted import BREAKING

from mock_server.app import load_contract
from mock_server.config.settings import Settings

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"
STEPS = {
    step["name"]: step
    for step in yaml.safe_load((EXAMPLES / "ci" / "nightly-contract.yml").read_text("utf-8"))["jobs"]["contract"][
        "steps"
    ]
    if "name" in step
}
AFTER = ("What your tests use", "What changed", "Your tests on the new document", "Pull request")


class Night:
    """A repository of a user with a remote, and one run of the workflow in it."""

    def __init__(self, folder: Path) -> None:
        self.work, self.remote, self.output = folder / "work", folder / "remote.git", folder / "output"
        self.asked, self.published = folder / "gh.txt", folder / "published.json"
        tools = folder / "bin"
        tools.mkdir()
        (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >> {self.asked}\n', "utf-8")
        (tools / "gh").chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOPHIIE", "PYTEST_"))}
        path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), kept["PATH"]])
        settings = {
            "SOPHIIE_MOCK_RETRIES": "5s,5m",
            "PUBLISHED": str(self.published),
            "GITHUB_OUTPUT": str(self.output),
        }
        author = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environment = {**kept, **settings, **author, "PATH": path}

    def run(self, script: str) -> str:
        """Run a script as a step does. Raises AssertionError if it fails."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.work, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def step(self, name: str) -> str:
        """Run a step of the workflow."""
        return self.run(STEPS[name]["run"])


@pytest.fixture
def night(tmp_path: Path) -> Night:
    night = Night(tmp_path)
    night.work.mkdir()
    for file in EXAMPLES.glob("*.py"):
        shutil.copy(file, night.work)
    night.published.write_text(json.dumps(load_contract(Settings()).documents[0].published), "utf-8")
    night.run(f"git init -q -b main . && git init -q --bare {night.remote} && git remote add origin {night.remote}")
    night.run('sophiie-mock spec pull "$PUBLISHED" -o openapi.json && git add . && git commit -q -m Begin')
    return night


def test_every_later_step_is_for_a_changed_document() -> None:
    assert [step["if"] for name, step in STEPS.items() if name in AFTER] == ["steps.pull.outputs.changed"] * 4


def test_a_changed_document_becomes_one_pull_request(night: Night) -> None:
    night.step("Pull")
    assert not night.output.exists()  # nothing has changed yet

    document: Any = json.loads(night.published.read_text("utf-8"))
    BREAKING["no_page_count"](document)
    night.published.write_text(json.dumps(document), "utf-8")
    night.step("Pull")
    assert night.output.read_text() == "changed=true\n"
    for name in AFTER:
        night.step(name)

    body = (night.work / "changes.md").read_text("utf-8")
    assert "totalPages" in body
    assert "FAILED test_leads_to_csv.py::test_every_lead_is_written_once" in body
    assert "reads it: test" in body
    files = night.run("git ls-tree --name-only origin/sophiie-contract").split()
    assert {"openapi.json", "openapi.json.source.json"} <= {*files}
    assert "old.json" not in files
    assert json.loads(night.run("git show origin/sophiie-contract:openapi.json")) == document
    assert night.asked.read_text().startswith("pr create --head sophiie-contract")
