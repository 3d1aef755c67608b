"""Files for ``workspace import``: a table (CSV) or JSON, each record with the line in which it begins."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mock_server.errors import Problem, SettingsError
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.text import file_text, short_repr

MAX_BYTES = 8 * 1024 * 1024
"""Most bytes of a file; the server takes ``--max-body`` bytes in one request."""
MAX_DEPTH = 32
"""Most levels into which a column's name leads."""
_DELIMITERS = (",", ";", "\t")
_SPACES = " \t\r\n"


class RecordFile(NamedTuple):
    """Records by kind with their lines. ``texts`` means that every value is a text, as in a table."""

    records: Mapping[str, list[Any]]
    lines: Mapping[str, list[int]]
    texts: bool


def read_record_file(path: Path, kind: str = "") -> RecordFile:
    """Read the records in a file. Their kind is ``kind``, else the file's name.

    Raises SettingsError with file and line.
    """
    text = _text(path)
    named = kind or path.name.rpartition(".")[0].replace(".", "/")
    if path.suffix.lower() == ".csv":
        rows = list(_rows(text, str(path)))
        return RecordFile({named: [row for _, row in rows]}, {named: [line for line, _ in rows]}, texts=True)
    if path.suffix.lower() == ".json":
        return _json_records(text, str(path), named, by_kind=not kind)
    raise SettingsError(Problem(str(path), "is neither .csv nor .json", "give such a file; a recipe is for --world"))


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(Problem(str(path), "no file", "give a .csv or .json file"))
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise SettingsError(Problem(str(path), f"longer than {MAX_BYTES:,} bytes", "split it"))
        return file_text(raw)
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise SettingsError(Problem(f"{path}:{line}", "not UTF-8", "save it in UTF-8")) from None
    except (OSError, ValueError) as fault:
        raise SettingsError(Problem(str(path), getattr(fault, "strerror", None) or "cannot be read")) from None


def _rows(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and record of each row. An empty cell sets no field; a dot in a column's name leads into an object."""
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if "\0" in text:
        where = f"{file}:{text.count(chr(10), 0, text.index(chr(0))) + 1}"
        raise SettingsError(Problem(where, "a NUL character", "save the table as text"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not names:
                names = _columns(cells, f"{file}:{here}")
            elif len(cells) > len(names):
                what = f"{len(cells)} cells, and there are {len(names)} columns"
                raise SettingsError(Problem(f"{file}:{here}", what, "put a cell with a comma in quotes"))
            elif any(cells):
                yield here, _nested(dict(zip(names, cells, strict=False)))
    except csv.Error as fault:
        raise SettingsError(Problem(f"{file}:{line}", f"not CSV: {fault}", "correct that line")) from None
    if not names:
        raise SettingsError(Problem(file, "is empty", "begin with a line of column names"))


def _columns(cells: list[str], where: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    known: set[str] = set()
    for name in names:
        if not name or name in known:
            what = f"the column {short_repr(name)} stands here twice" if name else "a column without a name"
            raise SettingsError(Problem(where, what, "give each column a name of its own"))
        known.add(name)
        if name.count(".") >= MAX_DEPTH:
            what = f"the column {short_repr(name)} leads deeper than {MAX_DEPTH} levels"
            raise SettingsError(Problem(where, what, "write such values in a JSON file"))
    for name in names:
        for outer in known & {name[:at] for at, letter in enumerate(name) if letter == "."}:
            what = f"the column {short_repr(outer)} is the whole of which {short_repr(name)} is a part"
            raise SettingsError(Problem(where, what, "keep the whole, or its parts"))
    return names


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, cell in cells.items():
        if cell.strip():
            *above, last = name.split(".")
            place = record
            for part in above:
                place = place.setdefault(part, {})
            place[last] = cell
    return record


def _json_records(text: str, file: str, kind: str, *, by_kind: bool) -> RecordFile:
    """The records of a JSON text: a list of records, one record, or an object with a list for each kind."""
    try:
        value = read_json(text)
    except NotJson as fault:
        where = f"{file}:{fault.line}" if fault.line else file
        raise SettingsError(Problem(where, f"not JSON: {fault.what}", "correct that line")) from None
    if isinstance(value, dict) and by_kind and value and all(isinstance(it, list) for it in value.values()):
        places = dict(_members(text))
        lines = {name: _item_lines(text, places[name]) for name in value}
        return RecordFile(value, lines, texts=False)
    if isinstance(value, dict):
        return RecordFile({kind: [value]}, {kind: [1]}, texts=False)
    if not isinstance(value, list):
        raise SettingsError(Problem(f"{file}:1", "is no list of records", "write [{…}, {…}]"))
    return RecordFile({kind: value}, {kind: _item_lines(text, text.index("["))}, texts=False)


def _members(text: str) -> Iterator[tuple[str, int]]:
    """The name of each member of an object's text, with the place of its value."""
    decoder, at = json.JSONDecoder(), text.index("{") + 1
    while text[at := _skip(text, at, _SPACES + ",")] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _skip(text, at, _SPACES + ":")
        yield name, at
        _, at = decoder.raw_decode(text, at)


def _item_lines(text: str, start: int) -> list[int]:
    """The line in which each item of the list at ``start`` begins."""
    decoder, at, line = json.JSONDecoder(), start + 1, text.count("\n", 0, start + 1) + 1
    found: list[int] = []
    while True:
        here = _skip(text, at, _SPACES + ",")
        line += text.count("\n", at, here)
        if text[here] == "]":
            return found
        found.append(line)
        _, at = decoder.raw_decode(text, here)
        line += text.count("\n", here, at)


def _skip(text: str, at: int, letters: str) -> int:
    while text[at] in letters:
        at += 1
    return at
