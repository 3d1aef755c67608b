"""``spec diff --used`` beside the truth: it names the tests that break when the new document is served."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from planted import BREAKING, HARMLESS

from contracts.changes.client_use import ClientUse
from contracts.changes.comparison import compare
from contracts.changes.grades import ClientKind, Grade
from contracts.changes.grading import UseGrading
from contracts.changes.use_sources import load_use
from contracts.changes.versions import Version, load_version
from contracts.spec.document import Contract
from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.server import MockServer

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example integration with its tests, apart from our own settings, and the old document."""
    folder = tmp_path_factory.mktemp("integration")
    for file in EXAMPLES.glob("*.py"):
        shutil.copy(file, folder)
    published = load_contract(Settings()).documents[0].published
    (folder / "old.json").write_text(json.dumps(published), "utf-8")
    return folder


def failing(folder: Path, **environment: str) -> set[str]:
    """The tests of the integration that fail."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "."]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOPHIIE", "PYTEST_"))}
    done = subprocess.run(command, cwd=folder, env={**kept, **environment}, capture_output=True, text=True, check=False)
    assert "passed" in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def old(folder: Path) -> Version:
    return load_version(folder / "old.json")


@pytest.fixture(scope="module")
def use(folder: Path, old: Version) -> ClientUse:
    """The use that one run of the tests has recorded."""
    assert failing(folder, SOPHIIE_MOCK_RECORD_USE="use.jsonl") == set()
    return load_use((str(folder / "use.jsonl"),), Contract([old.document]))


def changed(folder: Path, change: Callable[[Any], None]) -> Path:
    document = json.loads((folder / "old.json").read_text("utf-8"))
    change(document)
    new = folder / "new.json"
    new.write_text(json.dumps(document), "utf-8")
    return new


def named(use: ClientUse, old: Version, new: Path) -> set[str]:
    """The tests that the comparison says are broken."""
    grading = UseGrading(use, ClientKind.OPEN)
    found = [grading.grade(change) for change in compare(old, load_version(new), use.places()).changes]
    assert found
    return {test for one in found if one.grade is Grade.BROKEN for test in one.tests}


def broken(folder: Path, new: Path) -> set[str]:
    """The tests that fail when the new document is served."""
    with MockServer(Settings(port=0, quiet=True, retries="5s,5m", spec=str(new))) as server:
        return failing(folder, SOPHIIE_MOCK_URL=server.url)


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_the_tests_that_break_are_named(
    change: Callable[[Any], None], folder: Path, use: ClientUse, old: Version
) -> None:
    new = changed(folder, change)

    assert named(use, old, new) == broken(folder, new) != set()


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_a_change_that_harms_nobody_names_none(
    change: Callable[[Any], None], folder: Path, use: ClientUse, old: Version
) -> None:
    new = changed(folder, change)

    assert named(use, old, new) == broken(folder, new) == set()
