"""The check accuses a mock of nothing, and proves something, whatever habits the document has that it serves."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_documents import SMALL

from contracts.cli import main

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("habit", SMALL)
def test_a_mock_of_a_small_document_is_accused_of_nothing(habit: str, tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(json.dumps(SMALL[habit]))
    asked = ["--spec", str(tmp_path / "small.json"), "--quick"]
    result = CliRunner().invoke(main.command, asked, standalone_mode=False)
    assert (result.return_value, "✗" in result.output) == (0, False), result.output
    assert "an answer has not the form" not in result.output
