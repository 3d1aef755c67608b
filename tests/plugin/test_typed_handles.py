"""The handles are typed: a checker refuses a misspelt word, and the words are those of the program."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from mock_server.app import load_contract
from mock_server.config.paths import FIXTURES
from mock_server.config.settings import Settings
from mock_server.simulation.contacts import SOURCES
from mock_server.store.state import Transaction
from mock_server.stubbing.delivery_faults import DELIVERY_FAULTS
from mock_server.stubbing.fault_rules import BODY_FAULTS, CONNECTION_FAULTS, STALE_READ
from mock_server.testing import literals
from mock_server.webhooks.events import EVENTS
from mock_server.workspaces.own_data.kinds import Kinds
from mock_server.workspaces.seeding_empty import one_of_each


def own_kinds() -> list[str]:
    contract = load_contract(Settings())
    state = one_of_each(contract, datetime(2026, 1, 1, tzinfo=UTC))
    return Kinds(contract, Transaction(state), state.kinds).names


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (literals.BuiltInWorld, [file.stem for file in sorted((FIXTURES / "worlds").glob("*.yaml"))]),
        (literals.Contact, list(SOURCES)),
        (literals.RecordKind, own_kinds()),
        (literals.Trigger, list(EVENTS)),
        (literals.DeliveryFault, list(DELIVERY_FAULTS)),
        (literals.TransportFault, [*CONNECTION_FAULTS, *BODY_FAULTS, STALE_READ]),
    ],
)
def test_the_words_are_those_of_the_program(words: Any, known: list[str]) -> None:
    assert list(get_args(words)) == known


WRONG = """
from mock_server.testing import AsyncSophiie, Sophiie, workspace

def wrong(sophiie: Sophiie, asophiie: AsyncSophiie) -> None:
    sophiie.simulate("call", abuot="a drain")
    sophiie.simulate("cal")
    sophiie.add("leads", emitt=3, emit=3)
    sophiie.simulate("appointment", action="remove")
    sophiie.faults.add("GET /v1/leads", cuont=2)
    sophiie.faults.add("GET /v1/leads", fault="TIME_OUT")
    sophiie.stub("GET /v1/leads", tmies=1)
    workspace("http://127.0.0.1", wrold="small")
    asophiie.simulate("call", abuot="a drain")
    asophiie.stub("GET /v1/leads", tmies=1)

async def right(sophiie: Sophiie, asophiie: AsyncSophiie) -> None:
    sophiie.simulate("call", about="a drain", from_="known")
    with sophiie.stub("GET /v1/leads", status=502, body=b"", times=1) as stub:
        assert stub.answers == 0
    sophiie.faults.add("GET /v1/leads", {"status": 500}, count=2)
    sophiie.inbox.subscribe("LEAD_CREATED")
    async with await asophiie.stub("GET /v1/leads", json={}):
        await asophiie.simulate("sms", count=2, over=60)
"""


WRONG_LINES = set(range(5, WRONG.split("\n").index("", 3) + 1))


def complaints(checker: Sequence[str], folder: Path, form: str) -> tuple[set[int], str]:
    """The lines of the example that a checker refuses, and what it says."""
    (folder / "use.py").write_text(WRONG)
    done = subprocess.run([*checker, "use.py"], cwd=folder, capture_output=True, text=True, check=False)
    return {int(found) for found in re.findall(form, done.stdout, re.MULTILINE)}, done.stdout + done.stderr


@pytest.mark.slow  # five seconds of a processor
def test_mypy_refuses_misspelt_words_and_nothing_else(tmp_path: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent"]
    lines, said = complaints(mypy, tmp_path, r"^use\.py:(\d+): error")

    assert lines == WRONG_LINES, said


@pytest.mark.slow  # it is fetched from npm
@pytest.mark.skipif(not shutil.which("npx"), reason="pyright comes with npx")
def test_pyright_refuses_misspelt_words_and_nothing_else(tmp_path: Path) -> None:
    pyright = ["npx", "--yes", "pyright@1.1.414", "--pythonpath", sys.executable]
    lines, said = complaints(pyright, tmp_path, r"use\.py:(\d+):\d+ - error")
    if "errors, " not in said:
        pytest.skip("npm could not be reached")

    assert lines == WRONG_LINES, said
