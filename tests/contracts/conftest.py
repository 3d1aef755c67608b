"""Fixtures of several modules of this folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from recordings import Judge

from contracts.cli.traffic import command


@pytest.fixture
def judge(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Runs the command on a recording: exit code, output, errors."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(recording: Any, *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "traffic.har"
        file.write_bytes(recording if isinstance(recording, bytes) else json.dumps(recording).encode())
        code = command.main([str(file), *arguments], standalone_mode=False)
        out, err = capsys.readouterr()
        return code, out, err

    return run
