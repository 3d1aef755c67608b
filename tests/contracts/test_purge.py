"""What runs keep on this machine, and its removal."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from messages import assert_message, line_with

from contracts.cli import main
from contracts.real_host.ledger import Ledger
from contracts.transport.pacing import Pace

KEY = "sk_test_" + "purge0123456789"


@pytest.fixture
def purged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("contracts.cli.purge.gettempdir", lambda: str(tmp_path))

    def invoke(*files: str) -> tuple[int, str]:
        result = CliRunner().invoke(main.command, ["purge", *files], standalone_mode=False)
        assert result.exception is None, result.output
        return int(result.return_value), result.output

    return invoke


def paced(folder: Path, at: float) -> Path:
    Pace(KEY, folder=folder).hold(0)
    (file,) = folder.glob("sophiie-mock-pace-*")
    with closing(sqlite3.connect(file)) as database:
        database.execute("INSERT OR REPLACE INTO next VALUES (1, ?)", (at,))
        database.commit()
    return file


def test_a_pace_that_nobody_keeps_is_removed_and_one_in_use_stays(
    purged: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    file = paced(tmp_path, time.time() + 300)
    code, text = purged()
    assert code == 2
    assert_message(text, FILE=file)
    paced(tmp_path, time.time() - 61)
    code, text = purged()
    assert code == 0
    assert_message(text, "purged: one file", FILE=file)
    assert list(tmp_path.iterdir()) == []


def test_a_finished_ledger_is_removed_and_an_unfinished_one_stays_even_when_it_is_named(
    purged: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    done, open_, named = (
        Ledger.begin(name, "https://api.sophiie.test", "org_x", 0.0) for name in ("", "", "mine.jsonl")
    )
    done.end()
    for ledger in (open_, named):
        ledger.before("POST", "/v1/leads", None, 0.0)
    for ledger in (done, open_, named):
        ledger.close()
    code, text = purged("mine.jsonl")
    assert code == 2
    assert f"removed {done.file}\n" in text
    assert_message(line_with(text, f"kept {open_.file}"), FILE=open_.file)
    assert "kept mine.jsonl" in text
    assert {path.name for path in tmp_path.iterdir()} == {open_.file.name, "mine.jsonl"}


def test_reports_are_removed_when_they_are_named_and_other_files_never(
    purged: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    for name in ("report.json", "other.json", "notes.jsonl"):
        (tmp_path / name).write_text("{}")
    code, text = purged("report.json")
    assert code == 0
    assert_message(text, "purged: one file", FILE="report.json")
    assert {path.name for path in tmp_path.iterdir()} == {"other.json", "notes.jsonl"}
    assert purged("missing.json")[0] == 2


def test_tables_of_the_generator_are_removed_and_examples_of_other_tests_stay(
    purged: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / ".hypothesis" / "unicode_data").mkdir(parents=True)
    (tmp_path / ".hypothesis" / "examples").mkdir()
    code, text = purged()
    assert code == 0
    assert_message(text, "purged: nothing")
    (tmp_path / ".hypothesis" / "examples").rmdir()
    code, text = purged()
    assert code == 0
    assert_message(text, "purged: one file", FILE=".hypothesis")
    assert purged(str(tmp_path))[0] == 2
    assert tmp_path.exists()


def test_nothing_to_remove_is_fine(purged: Callable[..., tuple[int, str]]) -> None:
    code, text = purged()
    assert code == 0
    assert_message(text, "purged: nothing")
