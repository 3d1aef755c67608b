"""Files as editors and shells of other systems write them: byte order marks, CRLF, blank lines, UTF-16."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from messages import assert_message
from test_baseline import ENTRY

from contracts.cli import main
from contracts.errors import CannotRun
from contracts.options.baseline_file import load_baseline as baseline
from contracts.real_host.ledger import Ledger, LedgerState
from contracts.real_host.ledger import load_ledger as ledger
from contracts.spec.document import load
from contracts.spec.json_file import opened
from contracts.transport.api_keys import from_environment, key_from

KEY = "sk_test_" + "encodings0123456789"
Write = Callable[[str], bytes]

WAYS: Mapping[str, Write] = {
    "plain": str.encode,
    "a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "a mark, CRLF and blank lines": lambda text: (
        b"\xef\xbb\xbf\r\n" + text.replace("\n", "\r\n\r\n").encode() + b"\r\n \r\n"
    ),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
}


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


# --- keys -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_read_however_its_file_was_written(way: str, tmp_path: Path) -> None:
    file = written(tmp_path, WAYS[way](f"{KEY}\n"))
    assert key_from(str(file), False, {}) == KEY


@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_read_however_it_is_piped(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WAYS[way](f"\n{KEY}\n"))))
    assert key_from("", True, {}) == KEY


@pytest.mark.parametrize("text", [KEY, f"\ufeff{KEY}\r\n", f"  {KEY}\t"])
def test_a_key_of_the_environment_is_the_key_alone(text: str) -> None:
    assert from_environment("SOPHIIE_API_KEY", {"SOPHIIE_API_KEY": text}) == KEY


@pytest.mark.parametrize("text", ["", " \r\n", "\ufeff"])
def test_a_blank_variable_is_no_key(text: str) -> None:
    assert from_environment("SOPHIIE_API_KEY", {"SOPHIIE_API_KEY": text}) == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no key in it"),
        (b"\xef\xbb\xbf\r\n", "no key in it"),
        (b"%b\n%b\n", "2 lines, and a key is one"),
        (b"Bearer %b\n", "character 7 of the key is a blank"),
        (b"\xe2\x80\x8b%b", "character 1 of the key is U+200B"),
        (b"%b\xc3\xa9", "of the key is U+00E9"),
        (b"%b\n\xe9", ":2: no UTF-8 text"),
        (b"\xff\xfe\x00", ":1: no UTF-16-LE text"),
        (b"k" * 70_000, "larger than 64 KiB"),
    ],
)
def test_what_is_no_key_is_refused_in_words_without_it(content: bytes, words: str, tmp_path: Path) -> None:
    file = written(tmp_path, content.replace(b"%b", KEY.encode()))
    with pytest.raises(CannotRun) as fault:
        key_from(str(file), False, {})
    assert words in str(fault.value)
    assert str(file) in str(fault.value)
    assert KEY not in str(fault.value)


@pytest.mark.parametrize("name", ["none", "."])
def test_a_key_file_that_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotRun) as refused:
        key_from(str(tmp_path / name), False, {})
    assert_message(refused.value, FOLDER=tmp_path)


def test_the_command_says_what_is_wrong_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHIIE_API_KEY", "sk_test_\u2014abcdef")
    result = CliRunner().invoke(main.command, ["http://127.0.0.1:9"], standalone_mode=False)
    assert result.return_value == 2
    assert_message(result.output)


# --- other files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_baseline_is_read_however_it_was_written(way: str, tmp_path: Path) -> None:
    file = written(tmp_path, WAYS[way](ENTRY))
    assert len(baseline(str(file), date(2026, 11, 22)).entries) == 1


@pytest.mark.parametrize("way", WAYS)
def test_json_is_read_however_it_was_written(way: str, tmp_path: Path) -> None:
    file = written(tmp_path, WAYS[way](json.dumps({"log": {"é": 1}}, ensure_ascii=False, indent=1)))
    assert opened(file, "").value == {"log": {"é": 1}}


@pytest.mark.parametrize("text", ['{"a": "\\ud83d"}', '{"a": NaN}', '{"a": "\n"}'])
def test_json_is_read_as_browsers_write_it(text: str, tmp_path: Path) -> None:
    assert list(opened(written(tmp_path, text.encode()), "").value) == ["a"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[" * 100_000, "nested (too deep|deeper)"),
        (b"- " * 100_000, "nested (too deep|deeper)"),
        (b"openapi: '3.1.0'\npaths: \xff", ":2: not UTF-8"),
        (b"openapi: [", "not YAML"),
        (b"[]", "no OpenAPI 3 document"),
    ],
    ids=["brackets", "blocks", "bytes", "half", "a list"],
)
def test_what_is_no_document_is_refused_with_its_place(content: bytes, words: str, tmp_path: Path) -> None:
    file = written(tmp_path, content, "a.yaml")
    with pytest.raises(CannotRun, match=words):
        load(str(file))


def test_a_document_with_a_mark_is_read(tmp_path: Path) -> None:
    text = "openapi: 3.1.0\r\npaths: {/a: {get: {responses: {'204': {description: x}}}}}\r\n"
    assert list(load(str(written(tmp_path, b"\xef\xbb\xbf" + text.encode(), "a.yaml"))).operations) == ["GET /a"]


@pytest.mark.parametrize("way", list(WAYS)[:4])
def test_a_ledger_is_read_however_it_was_saved_again(way: str, tmp_path: Path) -> None:
    begun = Ledger.begin(str(tmp_path / "ledger"), "https://api.sophiie.test", "org_x", 0.0)
    begun.before("POST", "/v1/leads", None, 1.0)
    begun.after(201, "ld_1")
    begun.close()
    begun.file.write_bytes(WAYS[way](begun.file.read_text()))
    assert [(made.id, made.state) for made in ledger(begun.file)[0].made] == [("ld_1", LedgerState.ALIVE)]
    again = Ledger.resume(begun.file)
    again.before("DELETE", "/v1/leads/ld_1", again.made[0], 2.0)
    again.after(204)
    again.close()
    assert ledger(begun.file)[0].left == []


RUN = '{"line": "run", "version": 1, "run": "a", "origin": "https://x", "owner": "b", "at": 0}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no ledger of this version"),
        ("[]\n", "no ledger of this version"),
        (RUN.replace('"https://x"', "7"), "no ledger of this version"),
        (RUN.encode("utf-16").decode("latin-1"), "no ledger of this version"),
        (RUN + "[" * 5_000 + "\n", ":2: not a line of a ledger"),
        (RUN + '{"line": "before", "step": 1, "method": "POST", "path": [], "at": 0, "mark": "m"}\n', ":2: not a line"),
        (
            RUN + '\n{"line": "before", "step": {}, "method": "POST", "path": "/", "at": 0, "mark": "m"}\n',
            ":3: not a line",
        ),
        (RUN + '{"line": "before", "step": 1, "method": "POST", "path": "/", "at": 0}\n', ":2: not a line"),
        (RUN + '{"line": "after", "step": 1, "status": "200", "id": null}\n', ":2: not a line"),
        (RUN + '{"line": "after", "step": 9, "status": 200, "id": null}\n', ":2: not a line"),
        (RUN + '{"line": "found", "step": 9, "id": "x"}\n', ":2: not a line"),
        (RUN + '{"line": ["x"]}\n', ":2: not a line"),
    ],
)
def test_what_is_no_ledger_is_refused_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    file = written(tmp_path, text.encode("latin-1"))
    with pytest.raises(CannotRun, match=words):
        ledger(file)


@pytest.mark.parametrize("way", WAYS)
def test_an_unfinished_ledger_that_was_saved_again_is_not_purged(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("contracts.cli.purge.gettempdir", lambda: str(tmp_path))
    file = written(tmp_path, WAYS[way](RUN), "mine.jsonl")
    result = CliRunner().invoke(main.command, ["purge", "mine.jsonl"], standalone_mode=False)
    assert (result.return_value, file.exists()) == (2, True)
