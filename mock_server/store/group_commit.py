"""Group commit: transactions are applied in memory at once, and those that come together are stored with one commit.

An answer waits until everything in it is durable. A refused transaction is undone, newest first, with everything that
was done on top of it in the same workspace. Workspaces are isolated, so the others are stored all the same.

A ``GroupCommit`` belongs to one event loop. If a log ``commits_in_thread``, the loop continues meanwhile. Otherwise a
commit takes place at the end of the loop's round, after all requests that had arrived by then; or a little later if
the log is busy with itself, because a commit would block the loop, and waiting does not.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from mock_server.store.base import Log, LoggedTransaction
from mock_server.store.log_waits import LogWaits

_LOOK_SECONDS = 0.005  # between looks whether the log is still busy

Refusals = Mapping[str, BaseException]
"""For each workspace, why the log refused its transactions."""


class PendingTransaction:
    """A transaction that is visible in memory and that the log has not stored yet.

    ``undo`` reverts it; ``kept`` is called once it is durable. ``refusal`` says why it was undone, if it was.
    ``seen`` is True if others may have seen it before.
    """

    __slots__ = ("kept", "logged", "refusal", "seen", "undo", "waiting")

    def __init__(self, logged: LoggedTransaction, undo: Callable[[], None], kept: Callable[[], None]) -> None:
        self.logged = logged
        self.seen = False
        self.undo = undo
        self.kept = kept
        self.refusal: BaseException | None = None
        self.waiting: list[asyncio.Future[None]] = []

    async def durable(self) -> None:
        """Return once it is durable. Raises the log's refusal, and then it is undone."""
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        await future
        self.raise_refusal()

    def raise_refusal(self) -> None:
        """Raise the log's refusal, if there is one."""
        if self.refusal is not None:
            raise self.refusal

    def wake(self) -> None:
        """Wake those who wait for it."""
        for future in self.waiting:
            if not future.done():  # whoever waited may have gone
                future.set_result(None)


class _Writing(NamedTuple):
    """A group of transactions that the thread commits now."""

    group: Sequence[PendingTransaction]
    refusals: "Future[Refusals]"


class GroupCommit:
    """The transactions of a log that are not durable yet, in order."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._queue: list[PendingTransaction] = []
        self._last: dict[str, PendingTransaction] = {}
        self._loop: asyncio.AbstractEventLoop | None = None  # that has been asked for the next commit
        self._thread = ThreadPoolExecutor(1, "group-commit") if log.commits_in_thread else None
        self._writing: _Writing | None = None
        self.waits = LogWaits()
        self.refused = 0
        """How often a transaction was undone that others may have seen."""

    def append(self, pending: PendingTransaction) -> None:
        """Add a transaction that was just applied in memory; it is stored soon. Called on the loop."""
        loop = asyncio.get_running_loop()
        pending.seen = True
        self._queue.append(pending)
        self._last[pending.logged.workspace] = pending
        if self._loop is not loop:
            self._loop = loop
            loop.call_soon(self._round_ended)

    def keep(self, pending: PendingTransaction) -> None:
        """Store a transaction that was just applied in memory, and all before it. Raises its refusal."""
        self._queue.append(pending)
        self.settle()
        pending.raise_refusal()

    def pending(self, workspace: str) -> PendingTransaction | None:
        """The newest transaction of a workspace that is not durable; None if all are."""
        return self._last.get(workspace)

    async def durable(self, workspace: str) -> None:
        """Return once everything that a workspace shows now is durable. Raises the log's refusal of any of it."""
        pending = self._last.get(workspace)
        if pending is not None:
            await pending.durable()

    def newest(self) -> PendingTransaction | None:
        """The newest of all transactions that are not durable; None if all are."""
        group = self._queue or (self._writing.group if self._writing else ())
        return group[-1] if group else None

    def settle(self) -> None:
        """Wait for the log: every transaction is durable or undone on return."""
        self._end_writing()
        if self._queue:
            group, self._queue = self._queue, []
            self._settled(group, self._refusals(group))

    def _round_ended(self) -> None:
        self._loop = None
        if self._log.is_busy:
            self._loop = asyncio.get_running_loop()
            self._loop.call_later(_LOOK_SECONDS, self._round_ended)
        elif self._thread is None:
            self.settle()
        elif self._writing is None:
            self._write()
        else:
            self._tell_loop(self._writing.refusals)  # the loop that began to write may be gone

    def _write(self) -> None:
        """Let the thread commit the transactions that have gathered."""
        if self._thread is None or not self._queue:
            return
        group, self._queue = self._queue, []
        self._writing = _Writing(group, self._thread.submit(self._refusals, group))
        self._tell_loop(self._writing.refusals)

    def _tell_loop(self, refusals: "Future[Refusals]") -> None:
        """Let the running loop go on once the thread has an answer."""
        loop = asyncio.get_running_loop()

        def ended(future: "Future[Refusals]") -> None:
            with suppress(RuntimeError):  # the loop was closed: whoever comes next settles it
                loop.call_soon_threadsafe(self._written, future)

        refusals.add_done_callback(ended)

    def _written(self, future: "Future[Refusals]") -> None:
        if self._writing is None or self._writing.refusals is future:  # else somebody has settled it already
            self._end_writing()
            self._write()

    def _end_writing(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            self._settled(writing.group, writing.refusals.result())

    def _refusals(self, group: Sequence[PendingTransaction]) -> Refusals:
        """Commit a group. If it is refused, try again workspace by workspace."""
        fault = self._refusal(group)
        by_workspace: dict[str, list[PendingTransaction]] = {}
        for one in group if fault else ():
            by_workspace.setdefault(one.logged.workspace, []).append(one)
        if fault and len(by_workspace) == 1:
            return dict.fromkeys(by_workspace, fault)
        found = {id: self._refusal(some) for id, some in by_workspace.items()}
        return {id: fault for id, fault in found.items() if fault}

    def _refusal(self, group: Sequence[PendingTransaction]) -> BaseException | None:
        try:
            self._log.commit_all([one.logged for one in group])
        except BaseException as fault:  # whatever it is, those who wait have it
            return fault
        return None

    def _settled(self, group: Sequence[PendingTransaction], refusals: Refusals) -> None:
        """Handle the log's answer: undo refused transactions, complete the others, wake all who wait."""
        over = list(group)
        if refusals:
            over += [one for one in self._queue if one.logged.workspace in refusals]
            self._queue = [one for one in self._queue if one.logged.workspace not in refusals]
            self._undo([one for one in over if one.logged.workspace in refusals], refusals)
        for one in over:
            if self._last.get(one.logged.workspace) is one:
                del self._last[one.logged.workspace]
        for one in over:
            if one.refusal is None:
                one.kept()
        for one in over:
            one.wake()

    def _undo(self, undone: Sequence[PendingTransaction], refusals: Refusals) -> None:
        self.refused += any(one.seen for one in undone)
        for one in reversed(undone):
            one.undo()
            one.refusal = refusals[one.logged.workspace]
