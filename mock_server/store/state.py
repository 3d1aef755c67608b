"""The state of one workspace in memory, changed only in transactions, copied only when it is written to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mock_server.store.base import ARRIVAL, Change, Id, Layer, LayerId, Log, LoggedTransaction, Record, Row
from mock_server.store.collection import Collection, Where
from mock_server.store.copy_on_write import SharedRows
from mock_server.store.late_collections import LateCollections, settled
from mock_server.store.new_rows import collections_of, created, new_row
from mock_server.store.time_order import Timed

_EVERYTHING: Where = MappingProxyType({})
_EMPTY = Collection()

Restoring = Callable[[str, Row], Row]
"""A function that makes the served row from a stored row of a kind."""


class WorkspaceState:
    """The records of a workspace by kind, and how many of each kind it has ever created.

    A fork, such as a reset, costs as much as there are kinds: states share a collection until one of them writes to it.
    """

    def __init__(
        self, collections: Mapping[str, Collection] = _EVERYTHING, counters: Mapping[str, int] = _EVERYTHING
    ) -> None:
        self._collections = collections.copy() if isinstance(collections, dict) else dict(collections)
        self._counters = dict(counters)
        self._owned: set[str] = set()
        self.version = object()
        """It differs after each change: a result made from these records is valid as long as it stays the same."""

    @classmethod
    def of(cls, records: Mapping[str, Sequence[Record]], ids: Mapping[str, str]) -> "WorkspaceState":
        """Make a state from records by kind, oldest first. ``ids`` names the id field of a kind where it is not ``id``.

        A record without an id is the only record of its kind, and the name of the kind is its id.
        """
        names = {kind: ids.get(kind, "id") for kind in records}
        return cls.of_rows(
            {kind: [new_row(it, it.get(names[kind], kind)) for it in some] for kind, some in records.items()}
        )

    @classmethod
    def of_rows(cls, rows: Mapping[str, Sequence[Row]]) -> "WorkspaceState":
        """Make a state from new rows by kind, oldest first. Each gets the number of its arrival."""
        return cls(collections_of(rows), {ARRIVAL: max(map(len, rows.values()), default=0)})

    @classmethod
    def restored(
        cls, layer: Layer, fit: Restoring = lambda kind, row: row, known: "dict[LayerId, WorkspaceState] | None" = None
    ) -> "WorkspaceState":
        """Make the state of a layer with all below it. ``fit`` adapts each row; ``known`` gets the others'."""
        known = {} if known is None else known
        chain = [layer]
        while chain[-1].parent is not None and chain[-1].id not in known:
            chain.append(chain[-1].parent)
        for each in reversed(chain):
            if each.id not in known:
                below = cls() if each.parent is None else known[each.parent.id]
                known[each.id] = below._under(each, fit)
        return known[layer.id]

    def _under(self, layer: Layer, fit: Restoring) -> "WorkspaceState":
        """A fork with the changes of a layer."""
        state = WorkspaceState(self._collections, layer.counters)
        for kind, ids in layer.removed.items():
            for id in ids:
                state._writable(kind).remove(id)
        for kind, rows in layer.rows.items():
            fitted = [fit(kind, row) for row in rows]
            if state.rows(kind):
                for row in fitted:
                    state._writable(kind).put(row)
            else:
                state._collections[kind] = Collection(fitted)
        return state

    def whole(self) -> Mapping[str, Collection]:
        """All collections by kind, for a state that waits for this one: nobody may write to them any more."""
        return self._collections

    def fork(self, counters: Mapping[str, int] | None = None) -> "WorkspaceState":
        """Return a second state with the same content, or other counters. Changes of one do not show in the other."""
        self._owned = set()
        return WorkspaceState(self._collections, self._counters if counters is None else counters)

    @property
    def late(self) -> LateCollections | None:
        """The collections while some are still being made: reading those takes long. None once all are made."""
        self._collections = settled(self._collections)
        return self._collections if isinstance(self._collections, LateCollections) else None

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of records that exist, in alphabetical order."""
        return sorted(self._collections)

    @property
    def counters(self) -> Mapping[str, int]:
        """The last number that each kind has given to a record."""
        return MappingProxyType(self._counters)

    def rows(self, kind: str) -> SharedRows:
        """Every row of a kind, oldest first."""
        return self._collections.get(kind, _EMPTY).order

    def look_up(self, kind: str, fields: Sequence[str]) -> None:
        """Make indexes now, so that no request has to wait for one."""
        self._collections.get(kind, Collection()).look_up(fields)

    def pieces(self) -> Iterator[Any]:
        """The parts of the state, piece by piece; see ``DeferredFree``."""
        for collection in self._collections.values():
            yield from collection.pieces()

    def transaction(self, log: Log, workspace: str) -> "Transaction":
        """Begin a transaction. All its changes happen, and are stored by ``log``, or none does."""
        return Transaction(self, log, workspace)

    def _writable(self, kind: str) -> Collection:
        self.version = object()
        if kind not in self._owned:
            self._collections[kind] = self._collections[kind].copy() if kind in self._collections else Collection()
            self._owned.add(kind)
        return self._collections[kind]

    def _forget(self, kind: str) -> None:
        """Forget a kind of records, as if there had never been any."""
        del self._collections[kind]
        self._owned.discard(kind)


class Transaction:
    """Changes that happen all together or not at all. Callers must never change a record in place that it returns."""

    def __init__(self, state: WorkspaceState, log: Log | None = None, workspace: str = "") -> None:
        self._state = state
        self._log = log
        self._workspace = workspace
        self._before: dict[tuple[str, Id], Row | None] = {}
        self._counted: dict[str, int] = {}
        self._kinds: list[str] = []  # that there were none of before
        self._kept: Sequence[Change] | None = None

    def __enter__(self) -> "Transaction":
        return self

    def __exit__(self, fault: object, *_: object) -> None:
        try:
            if fault is None and self.changed and self._log is not None:
                self._log.commit_all((self.logged(self._workspace),))
        except BaseException:
            self.undo()
            raise
        if fault is not None:
            self.undo()

    @property
    def changed(self) -> bool:
        """True when something was changed or counted."""
        return bool(self._before or self._counted)

    def get(self, kind: str, id: Id) -> Row | None:
        """The row of a record; None when there is none."""
        return self._state._collections.get(kind, _EMPTY).by_id.get(id)

    def page(self, kind: str, offset: int, limit: int, where: Where = _EVERYTHING) -> tuple[Sequence[Row], int]:
        """Return rows, newest first, and the number of all matching ones."""
        return self._state._collections.get(kind, _EMPTY).page(offset, limit, where)

    def find(self, kind: str, where: Where = _EVERYTHING) -> Sequence[Row]:
        """Every matching row, oldest first. It is a copy, so the caller may remove rows during the walk."""
        return list(self._state._collections.get(kind, _EMPTY).matching(where))

    def first(self, kind: str, limit: int, where: Where) -> Sequence[Row]:
        """The first matching rows, oldest first. The cost does not depend on how many rows match."""
        return self._state._collections.get(kind, _EMPTY).matching(where)[:limit]

    def one(self, kind: str) -> Row | None:
        """The only record of a kind that has one record, such as the organization."""
        return next(iter(self._state.rows(kind)), None)

    def earliest(self, kind: str, timed: Timed, after: str = "") -> tuple[str, Row] | None:
        """The first time after another that the function gives to a record, and its row. It looks at no other row."""
        return self._state._collections.get(kind, _EMPTY).earliest(timed, after)

    def count(self, kind: str) -> int:
        """Count up, and return the number of the next record of a kind that this workspace creates, from 0."""
        number = self._state._counters.get(kind, 0)
        self._counted.setdefault(kind, number)
        self._state._counters[kind] = number + 1
        return number

    def fresh(self, kind: str, make: Callable[[int], Id]) -> Id:
        """Make the id of the next record of a kind: ``make`` gets its number. Ids that are in use are skipped.

        An imported or restored workspace may have records that its counters do not count.
        """
        while self.get(kind, id := make(self.count(kind))) is not None:
            pass
        return id

    def put(self, kind: str, id: Id, record: Record) -> Row:
        """Create or replace a record."""
        before = self.get(kind, id)
        key = before.key if before else (created(record), self.count(ARRIVAL))
        row = Row(id, key, record)
        if kind not in self._state._collections:
            self._kinds.append(kind)
        self._state._writable(kind).put(row)
        self._before.setdefault((kind, id), before)
        return row

    def remove(self, kind: str, id: Id) -> None:
        """Remove a record, if there is one."""
        if self.get(kind, id) is not None:
            self._before.setdefault((kind, id), self._state._writable(kind).remove(id))

    def changes(self) -> Sequence[Change]:
        """The changes so far, in the order in which records were first touched."""
        if self._kept is not None:
            return self._kept
        return [Change(kind, id, self.get(kind, id), before) for (kind, id), before in self._before.items()]

    def counters(self) -> Mapping[str, int]:
        """The counters that changed, with their values."""
        return {kind: self._state._counters[kind] for kind in self._counted}

    def logged(self, workspace: str) -> LoggedTransaction:
        """The transaction as a log stores it. It must not change any more after this."""
        self._kept = self.changes()
        return LoggedTransaction(workspace, self._kept, self.counters())

    def undo(self) -> None:
        """Restore the state as it was when the transaction began."""
        for (kind, id), row in self._before.items():
            if row is None:
                self._state._writable(kind).remove(id)
            else:
                self._state._writable(kind).put(row)
        for kind in self._kinds:
            self._state._forget(kind)
        self._state._counters |= self._counted
        for kind in [kind for kind, number in self._counted.items() if not number]:
            del self._state._counters[kind]
        self._before, self._counted, self._kinds, self._kept = {}, {}, [], None
