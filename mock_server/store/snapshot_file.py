"""A snapshot as one file. It is written record by record, and read by cutting it into records, so it is never whole in
memory.

``sha256`` covers its content, which is everything except the name, as JSON with sorted keys.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from mock_server.store.base import ARRIVAL, Layer, Row
from mock_server.store.snapshot import Snapshot
from mock_server.store.state import WorkspaceState
from mock_server.support.exact_json import NotJson, write_json

FORMAT, VERSION = "sophiie-mock/snapshot", 1

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)
_MAX_DEPTH = 200  # levels; what is deeper is no JSON that is taken
_ITEMS = 3  # the level of a record: in the file, in `records`, in a kind


def written(snapshot: Snapshot) -> Iterator[bytes]:
    """The file, piece by piece."""
    state = snapshot.state
    sum = Checksum(snapshot.now, snapshot.frozen, state.counters)
    about = {"now": snapshot.now, "frozen": snapshot.frozen, "counters": dict(state.counters)}
    head = write_json({"format": FORMAT, "version": VERSION, "name": snapshot.name, **about})
    yield head[:-1] + b',"records":{'
    kinds = [kind for kind in state.kinds if state.rows(kind)]
    for number, kind in enumerate(kinds):
        yield (b"," if number else b"") + write_json(kind) + b":["
        sum.begin(kind)
        for index, row in enumerate(state.rows(kind)):
            item = {"id": row.id, "arrival": row.key[1], "record": row.record}
            sum.add(item)
            yield (b",\n" if index else b"\n") + write_json(item)
        yield b"]"
    yield b'},"sha256":' + write_json(sum.hex()) + b"}"


class Checksum:
    """The checksum of a file's content. The kinds come in alphabetical order, each with its records in the order of the
    file.
    """

    def __init__(self, now: str, frozen: bool, counters: Mapping[str, int]) -> None:
        head = write_json({"counters": dict(counters), "frozen": frozen, "now": now}, orjson.OPT_SORT_KEYS)
        self._hash = hashlib.sha256(head[:-1] + b',"records":{')
        self._kinds = self._items = 0

    def begin(self, kind: str) -> None:
        """Begin the records of a kind."""
        self._hash.update((b"]," if self._kinds else b"") + write_json(kind) + b":[")
        self._kinds, self._items = self._kinds + 1, 0

    def add(self, item: Mapping[str, Any]) -> None:
        """Add a record of the kind that was begun last."""
        self._hash.update((b"," if self._items else b"") + write_json(item, orjson.OPT_SORT_KEYS))
        self._items += 1

    def hex(self) -> str:
        """The checksum, after everything was added."""
        self._hash.update(b"]}}" if self._kinds else b"}}")
        return self._hash.hexdigest()


def checksum(file: Mapping[str, Any]) -> str:
    """The checksum that a whole file must have."""
    sum = Checksum(file["now"], file["frozen"], file["counters"])
    for kind in sorted(file["records"]):
        sum.begin(kind)
        for item in file["records"][kind]:
            sum.add(item)
    return sum.hex()


def cut(raw: bytes) -> tuple[bytes, Sequence[tuple[int, int]]]:
    """Return the file with a number in place of each record, and the place of each record by its number.

    To read a large file in one step would make other requests wait. Raises NotJson where brackets have no end; other
    errors show when a record is read.
    """
    places: list[tuple[int, int]] = []
    depth = start = 0
    for token in _TOKEN.finditer(raw):
        if token[0] in (b"{", b"["):
            depth += 1
            if depth == _ITEMS + 1 and token[0] == b"{":
                start = token.start()
            elif depth > _MAX_DEPTH:
                raise NotJson("nested too deep")
        elif token[0] in (b"}", b"]"):
            if depth == _ITEMS + 1 and token[0] == b"}":
                places.append((start, token.end()))
            depth -= 1
    return b"".join(_skeleton(raw, places)), places


def _skeleton(raw: bytes, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    end = 0
    for number, (start, stop) in enumerate(places):
        yield raw[end:start]
        yield b"%d" % number
        end = stop
    yield raw[end:]


def place_in_order(item: Mapping[str, Any]) -> tuple[str, int]:
    """The position of a record among those of its kind; no two records may have the same."""
    created = item["record"].get("createdAt")
    return created if isinstance(created, str) else "", item["arrival"]


def imported(file: Mapping[str, Any], known: WorkspaceState | None = None) -> Snapshot:
    """Make the snapshot of a file whose shape was checked. A record that is equal in ``known`` is shared."""
    rows = {kind: _rows(items, known.rows(kind) if known else ()) for kind, items in file["records"].items()}
    # Whatever the file says: rows made later come after those of the file, in the order of arrival too.
    arrived = max((row.key[1] + 1 for some in rows.values() for row in some), default=0)
    counters = {**file["counters"], ARRIVAL: max(file["counters"].get(ARRIVAL, 0), arrived)}
    return Snapshot(
        file["name"], WorkspaceState.restored(Layer(0, rows=rows, counters=counters)), file["now"], file["frozen"]
    )


def _rows(items: Iterable[Mapping[str, Any]], known: Iterable[Row]) -> list[Row]:
    by_id = {row.id: row for row in known}
    made = []
    for item in items:
        row, there = Row(item["id"], place_in_order(item), item["record"]), by_id.get(item["id"])
        made.append(there if there is not None and _is_equal(row, there) else row)
    return made


def _is_equal(one: Row, other: Row) -> bool:
    """Compare exactly: to Python, 1 and true are equal."""
    return one.key == other.key and write_json(one.record) == write_json(other.record)
