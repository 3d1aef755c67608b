"""Stores the memory of the workspaces that this replica owns, so that the next owner knows all that this one knew.

Changes are written a moment after they came about, those of all workspaces together. What a person sets, and what an
inbox receives, is stored before the answer goes out. A request of the emulated API does not wait for its own entry in
the journal; instead the database says beforehand that the workspace is *open*: if its owner dies while it is, entries
may be missing, and the next owner says so. It is closed again when nobody has used it for a while.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from mock_server.cluster.memory.known_rows import Difference, KnownRows
from mock_server.cluster.memory.part import Part
from mock_server.errors import Problem, StateError
from mock_server.store.postgres_memory import MemoryChanges, StoredRow
from mock_server.store.replica_log import ReplicaLog
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.clock import Stopwatch

log = logging.getLogger("mock_server")

_EVERY_SECONDS = 0.3
_MAX_SHARE_OF_TIME = 0.05
"""The part of its time that a replica spends at most on this: what takes longer is done less often."""
_PIECE_MILLISECONDS = 1.0
"""How long others wait for this at once. It goes on for as long as there are requests, so it must not be felt."""
_QUIET_ROUNDS = 7
"""After so many rounds without a change a workspace is closed: to open it again costs its next request a commit."""
_MAX_BYTES_AT_ONCE = 4 * 1024 * 1024


class _Owned:
    """A workspace of this replica: what is stored of it, and whether the database calls it open."""

    def __init__(self, rows: KnownRows, *, is_new: bool) -> None:
        self.rows = rows
        self.is_new = is_new
        self.is_open = self.wants_open = False
        self.quiet = 0
        self.attempts = rows.workspace.attempts.seen


class _Writing(NamedTuple):
    """The changes of one workspace that are written now."""

    owned: _Owned
    difference: Difference
    changes: MemoryChanges


class MemoryKeeper:
    """Works on the event loop of the server. Raises StateError if the database is away."""

    def __init__(
        self,
        kept: ReplicaLog,
        workspaces: Workspaces,
        parts: Sequence[Part],
        is_idle: Callable[[Workspace], bool],
    ) -> None:
        self._log = kept
        self._workspaces = workspaces
        self._parts = parts
        self._is_idle = is_idle
        self._owned: dict[str, _Owned] = {}
        self._due: set[str] = set()
        self._closing: set[str] = set()
        self._lock = asyncio.Lock()

    async def load(self, workspace: Workspace) -> bool:
        """Bring back what the owner before has stored; False if that cannot be read. Nobody may use it meanwhile."""
        rows = KnownRows(workspace, self._parts)
        try:
            await asyncio.to_thread(self._loaded, rows)
        except StateError:
            raise
        except Exception:  # rows of another version, say: the records are good, and somebody must serve them
            log.exception("the memory of workspace %s cannot be read, and begins anew", workspace.id)
            workspace.renew(workspace.state, workspace.clock)
            self._owned[workspace.id] = _Owned(KnownRows(workspace, self._parts), is_new=True)
            return False
        self._owned[workspace.id] = _Owned(rows, is_new=False)
        return True

    def _loaded(self, rows: KnownRows) -> None:
        stored = self._log.memory.load(rows.workspace.id)
        for part in self._parts:
            for row in stored:
                if row.part == part.name:
                    rows.note(part, row.number, part.load(rows.workspace, row.body))
        rows.number_on(stored[-1].number + 1 if stored else 1)

    def forget(self, workspace: str) -> None:
        """Store nothing more of a workspace: it is another server's."""
        self._owned.pop(workspace, None)

    async def open(self, workspace: str) -> None:
        """Let the database know that more is to come of a workspace. A request waits for that before it is served."""
        owned = self._of(workspace)
        if owned is not None:
            owned.quiet = 0
            owned.wants_open = True
            if not owned.is_open:
                await self.store(workspace)

    async def store(self, workspace: str) -> None:
        """Return once everything is stored that a workspace has in memory now."""
        if self._of(workspace) is None:
            return
        self._due.add(workspace)
        async with self._lock:
            if workspace in self._due and workspace in await self._write():
                raise StateError(_not_stored(workspace))

    async def hand_over(self, some: Collection[str]) -> list[str]:
        """Store all of these workspaces, which nobody uses, and close them; return those of which all is stored."""
        self._closing |= set(some)
        try:
            self._due |= {workspace for workspace in some if self._of(workspace) is not None}
            async with self._lock:
                left = await self._write()
            return [workspace for workspace in some if workspace not in left and workspace in self._owned]
        finally:
            self._closing -= set(some)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Store again and again what has changed."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        while True:
            began = Stopwatch()
            with suppress(StateError):  # whoever waits for it hears of it, and the log of the replica tells
                self._due |= {workspace.id for workspace in self._workspaces if self._may_have_changed(workspace)}
                async with self._lock:
                    await self._write()
            await asyncio.sleep(max(_EVERY_SECONDS, began.ms() / 1000 / _MAX_SHARE_OF_TIME))

    def _may_have_changed(self, workspace: Workspace) -> bool:
        """Tell whether a workspace is in use, or had attempts at deliveries."""
        owned = self._owned.get(workspace.id)
        if owned is None or owned.rows.workspace is not workspace:
            return workspace.attempts.seen > 0
        before, owned.attempts = owned.attempts, workspace.attempts.seen
        return owned.is_open or before != owned.attempts or len(workspace.faults.deliveries) > 0

    def _of(self, id: str) -> _Owned | None:
        """A workspace that this replica serves; nothing of one that was just made is stored."""
        workspace, owned = self._workspaces.get(id), self._owned.get(id)
        if workspace is None:
            self._owned.pop(id, None)
            return None
        if owned is None or owned.rows.workspace is not workspace:
            owned = self._owned[id] = _Owned(KnownRows(workspace, self._parts), is_new=True)
        return owned

    async def _write(self) -> Collection[str]:
        """Store everything that is due, and return what could not be stored: it stays due. Called with the lock."""
        group, size = list[_Writing](), 0
        left, self._due = self._due, set()
        try:
            for id in sorted(left):
                try:
                    writing = await self._next(id)
                except Exception:  # a bug of ours: the workspace stays open, so the next owner says what is missing
                    log.exception("the memory of workspace %s cannot be written", id)
                    continue
                if writing is None:
                    left.discard(id)
                    continue
                group.append(writing)
                size += sum(len(row.body) for row in writing.changes.put)
                if size > _MAX_BYTES_AT_ONCE:
                    left -= await self._send(group)
                    group, size = [], 0
            left -= await self._send(group)
        finally:
            self._due |= left
        return left

    async def _next(self, id: str) -> _Writing | None:
        """The changes of a workspace since it was stored; None if there are none."""
        owned = self._of(id)
        if owned is None:
            return None
        difference = owned.rows.difference()
        owned.quiet = 0 if difference else owned.quiet + 1
        if id in self._closing or (owned.quiet > _QUIET_ROUNDS and self._is_idle(owned.rows.workspace)):
            owned.wants_open = False
        if not difference and owned.is_open == owned.wants_open:
            return None
        owned.is_open = owned.is_open and owned.wants_open  # if it closes, the next request opens it after this write
        is_open, rows, piece = owned.wants_open, [], Stopwatch()
        for row in difference.put:
            if piece.ms() > _PIECE_MILLISECONDS:
                await asyncio.sleep(0)  # others are served first
                piece = Stopwatch()
            rows.append(StoredRow(row.number, row.part, row.dump()))
        epoch = self._log.epochs.get(id, 0)
        return _Writing(
            owned, difference, MemoryChanges(id, epoch, rows, difference.removed, is_open=is_open, is_new=owned.is_new)
        )

    async def _send(self, group: Sequence[_Writing]) -> set[str]:
        """Store changes, and return the ids of their workspaces, without those that are another server's by now."""
        mine: set[str] = set()
        try:
            if group:
                mine = await asyncio.to_thread(self._log.memory.write, [one.changes for one in group])
        finally:  # where nobody knows what was stored, all is stored anew
            for owned, difference, changes in group:
                if changes.workspace in mine:
                    owned.rows.done(difference)
                    owned.is_new, owned.is_open = False, changes.is_open
                else:
                    owned.rows, owned.is_new = KnownRows(owned.rows.workspace, self._parts), True
        return mine


def _not_stored(workspace: str) -> Problem:
    what = "what was asked has happened here, and could not be stored for the next owner"
    return Problem(f"workspace {workspace}", what, "ask again soon")
