"""The layout of a state file, and the checksums that show that its rows are what was written.

Every row has a checksum, because SQLite notices a malformed page, but not a changed letter. The sums of a layer's rows
add up to its ``total``, and those of ``heads`` and ``layers`` to that of ``file``: they reveal a file that was put
together from pages of different moments, even if each page is valid.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from mock_server.store.base import Id, LayerId, Row
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json, write_json

MAKER = 0x50484945  # "PHIE": what SQLite calls the application id
VERSION = 4
UPGRADED_VERSION = 3
"""The previous version, whose files are upgraded when they are opened."""
_REMEDIES = {
    False: "use that version, or give another file",
    True: "start that version with it, export it (GET /__admin/snapshots/@now/export) and import it with this one",
}
"""Remedies for a file of another version, by whether that version is an older one."""
ITSELF = ""
"""Stands for a snapshot's name and means the workspace itself."""

_TABLES = """
CREATE TABLE file (total INTEGER NOT NULL);
INSERT INTO file VALUES (0);
CREATE TABLE heads (
    workspace TEXT, snapshot TEXT, facts BLOB NOT NULL, layer INTEGER NOT NULL, sum INTEGER NOT NULL,
    PRIMARY KEY (workspace, snapshot)
) WITHOUT ROWID;
CREATE TABLE layers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER, facts BLOB NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE contents (
    layer INTEGER PRIMARY KEY, counters BLOB NOT NULL, total INTEGER NOT NULL, sum INTEGER NOT NULL
);
CREATE TABLE blocks (
    layer INTEGER, number INTEGER, body BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (layer, number)
);
CREATE TABLE records (
    layer INTEGER, kind TEXT, id TEXT, created TEXT NOT NULL, arrival INTEGER NOT NULL, body BLOB,
    sum INTEGER NOT NULL, PRIMARY KEY (layer, kind, id)
) WITHOUT ROWID;
"""
# Of rows that come in, whoever writes them adds the sums, all at once: that is the commonest, and a trigger costs.
_LEAVES_A_LAYER = """
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN
    UPDATE contents SET total = total - OLD.sum WHERE layer = OLD.layer;
END;
CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN
    UPDATE contents SET total = total - OLD.sum WHERE layer = OLD.layer;
END;
"""
_COUNTS_IN_THE_FILE = """
CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN UPDATE file SET total = total + NEW.sum; END;
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN UPDATE file SET total = total + NEW.sum - OLD.sum; END;
CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN UPDATE file SET total = total - OLD.sum; END;
"""
SCHEMA = "\n".join(
    (
        _TABLES,
        *(_LEAVES_A_LAYER.format(table=table) for table in ("blocks", "records")),
        *(_COUNTS_IN_THE_FILE.format(table=table) for table in ("heads", "layers")),
        f"PRAGMA application_id = {MAKER};",
        f"PRAGMA user_version = {VERSION};",
    )
)

_DEPTH = MAX_JSON_DEPTH + ENVELOPE_DEPTH  # what came in, in a record of ours, in a block
_BLOCK_ROWS = 400  # some milliseconds of work
_REMOVED = b"removed"  # in a checksum, in the place of a body


class RecordRow(NamedTuple):
    """A row of the table ``records``; without a body the record is not there, though a layer below has it.

    ``id`` starts with the arrival, but for a row without a body: what is made at one time lies side by side, so a
    commit writes few pages, however random ids are.
    """

    layer: LayerId
    kind: str
    id: str
    created: str
    arrival: int
    body: bytes | None
    sum: int


def unknown_version(version: int) -> tuple[str, str] | None:
    """Say that a file is of a version that this program cannot read, and what to do then; None if it can."""
    if version in (VERSION, UPGRADED_VERSION):
        return None
    what = f"made by another version of the program (format {version}, this one knows {VERSION})"
    return what, _REMEDIES[0 < version < VERSION]


def id_text(id: Id) -> str:
    """An id as it is stored: 7 and "7" are different."""
    return write_json(id).decode()


def place(id: Id, arrival: int) -> str:
    """The place of a record among those of its kind: by arrival."""
    return f"{arrival:011x} {id_text(id)}"


def id_of(line: RecordRow) -> Any:
    """The id of a row's record. Raises ValueError for a row in another row's place."""
    if line.body is None:
        return content(line.id)
    arrival, _, text = line.id.partition(" ")
    if arrival != f"{line.arrival:011x}":
        raise ValueError("it does not lie where it should")
    return orjson.loads(text) if text.startswith('"') else content(text)  # a text has no number or depth to look at


def placed(line: RecordRow) -> RecordRow:
    """A row of a record as it was kept before there were places."""
    there = line._replace(id=f"{line.arrival:011x} {line.id}")
    return there._replace(sum=_sum_of(there))


def line(layer: LayerId, kind: str, row: Row) -> RecordRow:
    """The row of a record."""
    created, arrival = row.key
    body, id = write_json(row.record), place(row.id, arrival)
    return RecordRow(layer, kind, id, created, arrival, body, _line_sum(body, layer, kind, id, created, arrival))


def gap(layer: LayerId, kind: str, id: str) -> RecordRow:
    """The row of a record that does not exist any more, by the text of its id."""
    return RecordRow(layer, kind, id, "", 0, None, _line_sum(_REMOVED, layer, kind, id, "", 0))


def moved(line: RecordRow, layer: LayerId) -> RecordRow:
    """Copy a row to another layer."""
    return line._replace(layer=layer, sum=_sum_of(line._replace(layer=layer)))


def is_sound(line: RecordRow) -> bool:
    """Tell by its checksum whether a row is as it was written."""
    return (line.body is None or isinstance(line.body, bytes)) and line.sum == _sum_of(line)


def _sum_of(line: RecordRow) -> int:
    body = _REMOVED if line.body is None else line.body
    return _line_sum(body, line.layer, line.kind, line.id, line.created, line.arrival)


def _line_sum(body: bytes, layer: LayerId, kind: str, id: str, created: str, arrival: int) -> int:
    """The checksum of a row of ``records``, which is made for each change: written out, as that is quicker."""
    return zlib.crc32(body, zlib.crc32(f"{layer}\0{kind}\0{id}\0{created}\0{arrival}".encode()))


def content(text: str | bytes) -> Any:
    """The value of a body's or an id's text. Raises ValueError."""
    return read_json(text, _DEPTH)


def blocks(rows: Mapping[str, Sequence[Row]]) -> Iterator[bytes]:
    """Pack a whole state into blocks of some hundred rows: a fifth of the size, and of the time, of single rows."""
    for kind, some in rows.items():
        for start in range(0, len(some), _BLOCK_ROWS):
            part = [(row.id, *row.key, row.record) for row in some[start : start + _BLOCK_ROWS]]
            yield zlib.compress(write_json([kind, part]), 1)


def unpacked(block: bytes) -> tuple[str, list[Row]]:
    """The kind and the rows of a block. Raises ValueError, TypeError or zlib.error for a malformed one."""
    kind, part = read_json(zlib.decompress(block), _DEPTH)
    if not isinstance(kind, str):
        raise ValueError("rows of a kind that is no text")
    return kind, [row(id, created, arrival, record) for id, created, arrival, record in part]


def row(id: Id, created: str, arrival: int, record: Mapping[str, Any]) -> Row:
    """A row that shares its texts with its record, where they are the same. Raises ValueError for what is none."""
    if not (type(id) in (str, int) and isinstance(created, str) and type(arrival) is int):  # True is no number here
        raise ValueError("a row without an id or a place")
    if not isinstance(record, dict):
        raise ValueError("a record that is no JSON object")
    own = record.get("id")
    stamp = record.get("createdAt")
    return Row(
        own if own == id and type(own) is type(id) else id, (stamp if stamp == created else created, arrival), record
    )


def checksum(body: bytes, *key: str | int | None) -> int:
    """The checksum of a row: its key by text, its body as it is."""
    return zlib.crc32(body, zlib.crc32("\0".join(map(str, key)).encode("utf-8", "surrogatepass")))
