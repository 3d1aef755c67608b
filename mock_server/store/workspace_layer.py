"""The layer that a workspace writes into, and one transaction as it is written there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from mock_server.store.base import ARRIVAL, Change, Id, LayerId, SavedWorkspace
from mock_server.store.file_layout import RecordRow, checksum, gap, id_text, line
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

    ``first`` is the arrival of the first record that can have been made here; ``gaps`` are the records that a layer
    below has and this one has not. Where one of either kind is taken out, a gap is left.
    """

    id: LayerId
    below: LayerId
    counters: Mapping[str, int]
    first: int
    fresh: bool = True
    """True when it is as the layer below."""
    gaps: set[tuple[str, Id]] = field(default_factory=set)

    @classmethod
    def on(cls, below: LayerId, id: LayerId, counters: Mapping[str, int]) -> "WorkspaceLayer":
        """A new one, with nothing in it."""
        return cls(id, below, counters, counters.get(ARRIVAL, 0))

    @classmethod
    def of(cls, saved: SavedWorkspace) -> "WorkspaceLayer":
        """The one of a workspace that a log has given back."""
        layer, below = saved.layer, saved.layer.parent
        if below is None:  # cannot be: each workspace has a layer of its own; nothing is lost if it has not
            return cls(layer.id, layer.id, layer.counters, 0, fresh=False)
        gaps = {(kind, id) for kind, ids in layer.removed.items() for id in ids}
        fresh = not (layer.rows or layer.removed) and layer.counters == below.counters
        return cls(layer.id, below.id, layer.counters, below.counters.get(ARRIVAL, 0), fresh, gaps)


class LayerTransaction:
    """A transaction on a leaf: ``write`` it, and note that it is ``done`` once it was committed."""

    def __init__(self, leaf: WorkspaceLayer, changes: Iterable[Change], counters: Mapping[str, int]) -> None:
        self._leaf = leaf
        self._counters = {**leaf.counters, **counters}
        self._gaps: set[tuple[str, Id]] = set()
        self._added: list[RecordRow] = []
        self._put: list[RecordRow] = []
        self._removed: list[tuple[LayerId, str, str]] = []
        for change in changes:
            self._add(change)

    def _add(self, change: Change) -> None:
        leaf, key = self._leaf, (change.kind, change.id)
        if change.row is not None:
            lines = self._added if change.before is None and key not in leaf.gaps else self._put
            lines.append(line(leaf.id, change.kind, change.row))
        elif change.before is not None and (change.before.key[1] < leaf.first or key in leaf.gaps):
            self._put.append(gap(leaf.id, *key))
            self._gaps.add(key)
        elif change.before is not None:
            self._removed.append((leaf.id, change.kind, id_text(change.id)))

    def __len__(self) -> int:
        """How many rows it writes."""
        return len(self._added) + len(self._put) + len(self._removed)

    def write(self, db: SqlConnection) -> None:
        """Write the rows and counters of the transaction."""
        for statement, rows in ((_REMOVE, self._removed), (_ADD, self._added), (_PUT, self._put)):
            if rows:
                db.executemany(statement, rows)
        total = sum([each.sum for each in self._added]) + sum([each.sum for each in self._put])
        told, id = orjson.dumps(self._counters), self._leaf.id
        db.execute(_COUNT, (told, total, checksum(told, "counters", id), id))

    def done(self) -> None:
        """Take over the new counters, once they are stored."""
        self._leaf.counters, self._leaf.fresh = self._counters, False
        self._leaf.gaps |= self._gaps
