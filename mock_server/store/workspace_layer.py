"""The layer that a workspace writes into, and one transaction as it is written there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from mock_server.store.base import ARRIVAL, Change, LayerId, Row, SavedWorkspace
from mock_server.store.file_layout import RecordRow, checksum, gap, id_text, line, place
from mock_server.store.sql import SqlConnection

_ADD = "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)"  # what is new is most, and costs less so
_PUT = f"""{_ADD} ON CONFLICT (layer, kind, id) DO UPDATE
SET created = excluded.created, arrival = excluded.arrival, body = excluded.body, sum = excluded.sum
"""
_REMOVE = "DELETE FROM records WHERE layer = ? AND kind = ? AND id = ?"
_COUNT = "UPDATE contents SET counters = ?, total = total + ?, sum = ? WHERE layer = ?"


@dataclass(slots=True)
class WorkspaceLayer:
    """The layer of a workspace, as far as memory knows it.

    ``first`` is the arrival of the first record that can have been made in this layer. If an older record is removed, a
    layer below has it, and a row without a body says that it is gone.
    """

    id: LayerId
    below: LayerId
    counters: Mapping[str, int]
    first: int
    fresh: bool = True
    """True if the layer changes nothing in the layer below."""

    @classmethod
    def on(cls, below: LayerId, id: LayerId, counters: Mapping[str, int]) -> "WorkspaceLayer":
        """Make a new layer without content."""
        return cls(id, below, counters, counters.get(ARRIVAL, 0))

    @classmethod
    def of(cls, saved: SavedWorkspace) -> "WorkspaceLayer":
        """The layer of a workspace that a log returned."""
        layer, below = saved.layer, saved.layer.parent
        if below is None:  # cannot be: each workspace has a layer of its own; nothing is lost if it has not
            return cls(layer.id, layer.id, layer.counters, 0, fresh=False)
        fresh = not (layer.rows or layer.removed) and layer.counters == below.counters
        return cls(layer.id, below.id, layer.counters, below.counters.get(ARRIVAL, 0), fresh)


class LayerTransaction:
    """A transaction on a leaf: ``write`` it, and note that it is ``done`` once it was committed."""

    def __init__(self, leaf: WorkspaceLayer, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        self._leaf = leaf
        self._counters = {**leaf.counters, **counters}
        self._added: list[RecordRow] = []
        self._put: list[RecordRow] = []
        self._removed: list[tuple[LayerId, str, str]] = []
        for change in changes:
            self._add(change)

    def _add(self, change: Change) -> None:
        row, before = change.row, change.before
        if before is not None and (row is None or row.key != before.key):
            self._remove(change.kind, before)
            before = None
        if row is not None:
            (self._put if before else self._added).append(line(self._leaf.id, change.kind, row))

    def _remove(self, kind: str, row: Row) -> None:
        arrival = row.key[1]
        self._removed.append((self._leaf.id, kind, place(row.id, arrival)))
        if arrival < self._leaf.first:
            self._put.append(gap(self._leaf.id, kind, id_text(row.id)))

    def __len__(self) -> int:
        """The number of rows that it writes."""
        return len(self._added) + len(self._put) + len(self._removed)

    def write(self, db: SqlConnection) -> None:
        """Write the rows and counters of the transaction."""
        for statement, rows in ((_REMOVE, self._removed), (_ADD, self._added), (_PUT, self._put)):
            if rows:
                db.executemany(statement, rows)
        total = sum([each.sum for each in self._added]) + sum([each.sum for each in self._put])
        counters_json, id = orjson.dumps(self._counters), self._leaf.id
        db.execute(_COUNT, (counters_json, total, checksum(counters_json, "counters", id), id))

    def done(self) -> None:
        """Take over the new counters, once they are stored."""
        self._leaf.counters, self._leaf.fresh = self._counters, False
