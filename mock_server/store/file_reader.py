"""Read a whole state file: either every row is what was written and all belong together, or it is refused."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import orjson

from mock_server.store.base import Layer, LayerId, Record, Row, SavedSnapshot, SavedWorkspace
from mock_server.store.file_layout import ITSELF, RecordRow, checksum, content, id_of, is_sound, row, unpacked
from mock_server.store.packed_row import packed
from mock_server.store.sql import SqlConnection
from mock_server.support.text import short_repr, shorten

TORN = "its parts are of different moments, as in a copy that was made while a server wrote to it"


_BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT layer FROM heads WHERE workspace = ?
    UNION SELECT layers.parent FROM layers JOIN below ON layers.id = below.id WHERE layers.parent IS NOT NULL
)
"""
"""Every layer that a workspace and its snapshots stand on."""

Head = tuple[str, str, Record, LayerId]
"""The workspace, the name of a snapshot if it is one, the facts, and the layer."""


class DamagedFile(Exception):
    """The file is not as it was written; the message says where."""


class StateFileReader:
    """Reads all rows in one transaction of the connection. Raises DamagedFile, and errors of the database.

    ``total`` is the expected sum over all heads and layers, if it is known. ``workspace`` is the only one that is read
    then, with the layers that it stands on.
    """

    def __init__(self, db: SqlConnection, total: int | None, workspace: str | None = None) -> None:
        self._db = db
        self._total = total
        self._only = workspace
        self._facts: dict[LayerId, dict[str, Any]] = {}
        self._parents: dict[LayerId, LayerId | None] = {}
        self._counters: dict[LayerId, dict[str, int]] = {}
        self._rows: dict[LayerId, dict[str, list[Row]]] = defaultdict(dict)
        self._removed: dict[LayerId, dict[str, list[Any]]] = defaultdict(dict)
        self._layers: dict[LayerId, Layer] = {}
        self._kinds: dict[str, str] = {}
        self._unpacked: dict[bytes, tuple[str, list[Row]]] = {}

    def saved(self) -> list[SavedWorkspace]:
        """Load every workspace."""
        heads = self._structure()
        wanted = self._reachable({layer for *_, layer in heads})
        self._contents(wanted)
        found = [self._workspace(id, facts, layer, heads) for id, name, facts, layer in heads if name == ITSELF]
        if lost := {id for id, *_ in heads} - {saved.id for saved in found}:
            raise DamagedFile(f"of workspace {short_repr(min(lost))} only parts are left")
        return found

    def _workspace(self, id: str, facts: Record, layer: LayerId, heads: Sequence[Head]) -> SavedWorkspace:
        own = {
            name: SavedSnapshot(saved, self._layer(there))
            for whose, name, saved, there in heads
            if whose == id and name != ITSELF
        }
        return SavedWorkspace(id, facts, self._layer(layer), own)

    def _structure(self) -> Sequence[Head]:
        """The heads; what layers there are is known afterwards."""
        total, heads = 0, list[Head]()
        for workspace, snapshot, facts, layer, sum in self._select("heads", "layer"):
            self._sound(facts, sum, "head", workspace, snapshot, layer)
            heads.append((workspace, snapshot, _object(facts, f"the facts of {short_repr(workspace, 80)}"), layer))
            total += sum
        for id, parent, facts, sum in self._select("layers", "id", "ORDER BY id"):
            self._sound(facts, sum, "layer", id, parent)
            if parent is not None and parent not in self._parents:  # one that is older
                raise DamagedFile(f"layer {id} stands on layer {short_repr(parent, 40)}, which is missing")
            self._parents[id], self._facts[id] = parent, _object(facts, f"the facts of layer {id}")
            total += sum
        if self._total not in (None, total):
            raise DamagedFile(TORN)
        return heads

    def _reachable(self, heads: set[LayerId]) -> set[LayerId]:
        """The layers that something stands on. Rows that only wait for removal are not read."""
        wanted: set[LayerId] = set()
        for layer in heads:
            above: LayerId | None = layer
            while above is not None and above not in wanted:
                if above not in self._parents:
                    raise DamagedFile(f"layer {short_repr(above, 40)} is missing")
                wanted.add(above)
                above = self._parents[above]
        return wanted

    def _contents(self, wanted: set[LayerId]) -> None:
        totals = {}
        for layer, counters, total, sum in self._select("contents", "layer"):
            self._sound(counters, sum, "counters", layer)
            self._counters[layer], totals[layer] = _object(counters, f"the counters of layer {layer}"), total
            if not all(type(number) is int and number >= 0 for number in self._counters[layer].values()):
                raise DamagedFile(f"the counters of layer {layer} are no whole numbers from 0")
        for layer, block, sum in self._blocks():
            totals[layer] = totals.get(layer, 0) - sum
            if layer in wanted:
                kind, rows = self._readable(block, layer)
                self._rows[layer].setdefault(kind, []).extend(rows)
        for line in map(RecordRow._make, self._select("records", "layer")):
            if not is_sound(line):
                self._refuse("record", line.layer, line.kind, line.id)
            totals[line.layer] = totals.get(line.layer, 0) - line.sum
            if line.layer in wanted:
                self._take(line)
        if any(totals.values()) or totals.keys() != self._parents.keys():
            raise DamagedFile(TORN)

    def _blocks(self) -> Iterator[tuple[LayerId, bytes, int]]:
        for layer, number, block, sum in self._select("blocks", "layer", "ORDER BY layer, number"):
            self._sound(block, sum, "block", layer, number)
            yield layer, block, sum

    def _select(self, table: str, layer: str, order: str = "") -> Iterator[Any]:
        """The rows of a table; those of one workspace only if one is read. ``layer`` is the column that has a layer."""
        if self._only is None:
            return iter(self._db.execute(f"SELECT * FROM {table} {order}"))
        if table == "heads":
            return iter(self._db.execute("SELECT * FROM heads WHERE workspace = ?", (self._only,)))
        below = f"{_BELOW} SELECT * FROM {table} WHERE {layer} IN (SELECT id FROM below) {order}"
        return iter(self._db.execute(below, (self._only,)))

    def _readable(self, block: bytes, layer: LayerId) -> tuple[str, list[Row]]:
        """The rows of a block. Equal blocks share their rows: an exported and imported world is in memory once."""
        digest = hashlib.blake2b(block).digest()
        if digest not in self._unpacked:
            try:
                kind, rows = unpacked(block)
                self._unpacked[digest] = kind, [packed(one) for one in rows]
            except (ValueError, TypeError, zlib.error):
                raise DamagedFile(f"a block of layer {layer} cannot be read") from None
        return self._unpacked[digest]

    def _take(self, line: RecordRow) -> None:
        kind = self._kinds.setdefault(line.kind, line.kind)
        try:
            id = id_of(line)
            if line.body is None:
                self._removed[line.layer].setdefault(kind, []).append(id)
            else:
                made = packed(row(id, line.created, line.arrival, content(line.body)))
                self._rows[line.layer].setdefault(kind, []).append(made)
        except ValueError as fault:
            raise DamagedFile(f"the record {line.kind} {shorten(line.id, 80)}: {fault}") from None

    def _layer(self, id: LayerId) -> Layer:
        """One object for each, whoever stands on it."""
        chain = []
        above: LayerId | None = id
        while above is not None and above not in self._layers:
            chain.append(above)
            above = self._parents[above]
        for one in reversed(chain):
            parent = self._parents[one]
            below = None if parent is None else self._layers[parent]
            self._layers[one] = Layer(
                one, below, self._rows[one], self._removed[one], self._counters[one], self._facts[one]
            )
        return self._layers[id]

    def _sound(self, body: Any, sum: int, what: str, *key: Any) -> None:
        if not isinstance(body, bytes) or sum != checksum(body, what, *key):
            self._refuse(what, *key)

    def _refuse(self, what: str, *key: Any) -> NoReturn:
        raise DamagedFile(f"the {what} {short_repr(', '.join(map(str, key)), 100)} is not what was written")


def _object(text: bytes, what: str) -> dict[str, Any]:
    """Read a JSON object. Raises DamagedFile for anything else: only a forger writes that with a matching checksum."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise DamagedFile(f"{what} are no JSON object")
    return value
