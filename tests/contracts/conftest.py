"""Fixtures of several modules of this folder."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from recordings import Judge

from contracts.cli.traffic import command
from contracts.spec.document import Contract
from contracts.spec.overlaid import load_overlaid
from mock_server.config.settings import Settings
from mock_server.server import MockServer


@pytest.fixture(autouse=True)
def _usual_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom a person's machine trusts says nothing of what is tested, and each run would read the file anew."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)


@cache
def _loaded(spec: str, overlay: str) -> Contract:
    """A document is read, and its validators are made, once for all of these tests."""
    return load_overlaid(spec, overlay)


@pytest.fixture
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of these tests read their document once."""
    for module in ("lint", "verdict"):
        monkeypatch.setattr(f"contracts.cli.{module}.load_overlaid", _loaded)


@pytest.fixture(scope="session")
def sophiie_server() -> Iterator[MockServer]:
    """A server apart from the plugin's own, to which other folders give settings of theirs."""
    with MockServer(Settings(port=0, quiet=True)) as server:
        yield server


@pytest.fixture
def judge(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs the command on a recording: exit code, output, errors."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("contracts.cli.traffic.load_overlaid", _loaded)

    def run(recording: Any, *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "traffic.har"
        file.write_bytes(recording if isinstance(recording, bytes) else json.dumps(recording).encode())
        code = command.main([str(file), *arguments], standalone_mode=False)
        out, err = capsys.readouterr()
        return code, out, err

    return run
