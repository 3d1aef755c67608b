"""A log whose layers are tables of a database: the common part of SQLite and PostgreSQL.

An engine supplies a ``LayerDatabase``: how a transaction begins and ends, and what its errors mean.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from mock_server.errors import Problem, StateError
from mock_server.store import unreachable_rows
from mock_server.store.base import Change, LayerId, LoggedTransaction, Row, SavedWorkspace, Slices
from mock_server.store.file_layout import ITSELF, blocks, checksum
from mock_server.store.file_reader import StateFileReader
from mock_server.store.layer_database import LayerDatabase
from mock_server.store.layer_tables import counters_of, move_head, put_head, put_layer
from mock_server.store.merged_transactions import merged
from mock_server.store.sql import SqlConnection
from mock_server.store.workspace_layer import LayerTransaction, WorkspaceLayer

_PAGE = 4096  # bytes
_PATIENCE = 1.0  # seconds that a call waits for one in another thread
_NONE: Mapping[str, int] = MappingProxyType({})
_Self = TypeVar("_Self", bound="LayeredLog")
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def one_at_a_time(
    method: Callable[Concatenate[_Self, _Given], _Result],
) -> Callable[Concatenate[_Self, _Given], _Result]:
    """Let only one method of a log run at a time: a commit may come from another thread."""

    @wraps(method)
    def alone(self: _Self, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        if not self._lock.acquire(timeout=_PATIENCE):
            raise StateError(Problem(self.name, "it has not answered for a while", "see that it runs, and try again"))
        try:
            return method(self, *given, **named)
        finally:
            self._lock.release()

    return alone


class LayeredLog:
    """Keeps transactions in a database. Raises StateError, with the cause and the remedy, where that fails.

    What memory knows of the layers changes under one lock, as a commit may come from another thread than the rest.
    """

    commits_in_thread = True  # a commit waits for the disk or the database: 250 ms were seen for a file, not flushed

    def __init__(self, name: str, data: LayerDatabase) -> None:
        self.name = name
        self._data = data
        self._leaves: dict[str, WorkspaceLayer] = {}
        self._held: dict[LayerId, int] = {}
        self._untidy = True
        self._lock = threading.RLock()

    @property
    def is_busy(self) -> bool:
        """True while a commit would wait until the database has put itself in order."""
        return self._data.is_busy

    @property
    def lost(self) -> Callable[[StateError], None]:
        """The function that is called when the file is not ours any more."""
        return self._data.lost

    @lost.setter
    def lost(self, subscriber: Callable[[StateError], None]) -> None:
        self._data.lost = subscriber

    @one_at_a_time
    def load(self) -> Iterator[SavedWorkspace]:
        """Load every stored workspace. Raises StateError if one bit of the file is not what was written."""
        with self._data.reading() as db:
            found = StateFileReader(db, self._data.checked(db)).saved()
        self._leaves = {saved.id: WorkspaceLayer.of(saved) for saved in found}
        return iter(found)

    def note_names(self, db: SqlConnection, workspace: str, facts: Mapping[str, Any] | None) -> None:
        """Do nothing more when a workspace begins, or is removed (None). PostgreSQL has a table of all workspaces."""

    def note_hold(self, db: SqlConnection, layer: LayerId) -> None:
        """Do nothing more for a new layer that memory refers to: nobody else removes layers."""

    def keep(
        self, rows: Mapping[str, Sequence[Row]], counters: Mapping[str, int], facts: Mapping[str, Any]
    ) -> Slices[LayerId]:
        """Store rows as a layer that workspaces can stand on, in slices of work; return its id."""
        layer = self._begun(counters, facts)
        try:
            for number, block in enumerate(blocks(rows)):
                self._put_block(layer, number, block)
                yield
        except BaseException:
            self.release(layer)
            raise
        return layer

    @one_at_a_time
    def _begun(self, counters: Mapping[str, int], facts: Mapping[str, Any]) -> LayerId:
        """A new layer without rows; it is held."""
        with self._data.transaction() as db:
            layer = put_layer(db, self._data.new_layer(db), None, counters, facts)
            self.note_hold(db, layer)
        self.hold(layer)
        return layer

    @one_at_a_time
    def _put_block(self, layer: LayerId, number: int, block: bytes) -> None:
        with self._data.transaction(len(block) // _PAGE) as db:
            sum = checksum(block, "block", layer, number)
            db.execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", (layer, number, block, sum))
            db.execute(unreachable_rows.ADD, (sum, layer))

    @one_at_a_time
    def hold(self, layer: LayerId) -> None:
        """Keep a layer that only memory refers to."""
        self._held[layer] = self._held.get(layer, 0) + 1

    @one_at_a_time
    def release(self, layer: LayerId) -> None:
        """Give up a hold on a layer; nothing else may need it then."""
        self._held[layer] = left = self._held.get(layer, 0) - 1
        if left <= 0:
            del self._held[layer]
            self._untidy = True

    @one_at_a_time
    def begin(
        self,
        workspace: str,
        facts: Mapping[str, Any],
        layer: LayerId,
        changes: Iterable[Change] = (),
        counters: Mapping[str, int] = _NONE,
    ) -> None:
        """Store a workspace that stands on ``layer``, with changes of its own."""
        with self._data.transaction(owned=[workspace] if workspace in self._leaves else []) as db:
            leaf = self._new_leaf(db, layer, counters_of(db, layer))
            put_head(db, workspace, ITSELF, facts, leaf.id)
            self.note_names(db, workspace, facts)
            if changes or counters:
                writing = LayerTransaction(leaf, changes, counters)
                writing.write(db)
                writing.done()  # nobody knows of this leaf yet
        self._leaves[workspace] = leaf
        self._untidy = True

    @one_at_a_time
    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        """Replace the facts that are kept beside a workspace's records."""
        with self._data.transaction(owned=[workspace]) as db:
            put_head(db, workspace, ITSELF, facts, self._leaves[workspace].id)

    @one_at_a_time
    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        """Store the changes and counters of these transactions with one commit."""
        writing = [LayerTransaction(self._leaves[one.workspace], *one[1:]) for one in merged(transactions)]
        owned = {one.workspace for one in transactions}
        with self._data.batch(sum(map(len, writing)), owned) as db:
            for one in writing:
                one.write(db)
        for one in writing:
            one.done()

    @one_at_a_time
    def save(self, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId | None = None) -> LayerId:
        """Store a snapshot of a workspace, or of ``layer``; return the layer that it stands on."""
        leaf = self._leaves[workspace]
        with self._data.transaction(owned=[workspace]) as db:
            saved, leaf = (layer, leaf) if layer is not None else self._sealed(db, workspace)
            put_head(db, workspace, name, facts, saved)
        self._leaves[workspace] = leaf
        self._untidy = True  # what one of the same name stood on
        return saved

    @one_at_a_time
    def seal(self, workspace: str) -> LayerId:
        """Make the present state of a workspace a layer that others can stand on; it is held."""
        with self._data.transaction(owned=[workspace]) as db:
            layer, leaf = self._sealed(db, workspace)
        self._leaves[workspace] = leaf
        self.hold(layer)
        return layer

    def _sealed(self, db: SqlConnection, workspace: str) -> tuple[LayerId, WorkspaceLayer]:
        """The layer with the workspace's present state, and the new layer into which it writes from now on."""
        leaf = self._leaves[workspace]
        if leaf.fresh:
            return leaf.below, leaf
        above = self._new_leaf(db, leaf.id, leaf.counters)
        move_head(db, workspace, above.id)
        return leaf.id, above

    @one_at_a_time
    def forget(self, workspace: str, name: str) -> None:
        """Delete a snapshot."""
        with self._data.transaction(owned=[workspace]) as db:
            db.execute("DELETE FROM heads WHERE workspace = ? AND snapshot = ?", (workspace, name))
        self._untidy = True

    @one_at_a_time
    def remove(self, workspace: str) -> None:
        """Delete a workspace with its snapshots."""
        with self._data.transaction(owned=[workspace]) as db:
            db.execute("DELETE FROM heads WHERE workspace = ?", (workspace,))
            self.note_names(db, workspace, None)
        self._leaves.pop(workspace, None)
        self._untidy = True

    def tidy(self) -> bool:
        """Free some of the rows that nothing needs, unless another thread works; return whether there is more to do."""
        if self._untidy and self._lock.acquire(blocking=False):  # the event loop is here, and nobody waits for this
            try:
                self._free_some()
            finally:
                self._lock.release()
        return self._untidy

    def _free_some(self) -> None:
        with self._data.transaction() as db:
            gone = unreachable_rows.free(db, self._held, self._data.beside)
            into = unreachable_rows.foldable(db, self._held, self._data.beside) if gone is None else None
            if gone is not None:
                unreachable_rows.shrink(db, gone)
        if into is not None:
            self._fold(into)
        self._untidy = gone is not None or into is not None

    def close(self) -> None:
        """Close the file."""
        self._data.close()

    def _fold(self, into: unreachable_rows.LayerMerge) -> None:
        """Move a few rows of a layer into the one above; a workspace may be writing into that."""
        leaf = next((leaf for leaf in self._leaves.values() if leaf.id == into.over), None)
        with self._data.transaction() as db:
            done = unreachable_rows.fold(db, into)
        if leaf is not None:
            leaf.fresh, leaf.below = False, into.parent if done else leaf.below

    def _new_leaf(self, db: SqlConnection, below: LayerId, counters: Mapping[str, int]) -> WorkspaceLayer:
        return WorkspaceLayer.on(below, put_layer(db, self._data.new_layer(db), below, counters, {}), counters)
