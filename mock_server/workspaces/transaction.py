"""A transaction of a workspace, and the actions that follow once it is stored."""

from collections.abc import Callable
from typing import Protocol

from mock_server.errors import StateError
from mock_server.store.base import refusing, unavailable
from mock_server.store.group_commit import GroupCommit, PendingTransaction
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.stubbing.fault_rules import FaultRules


class Tenant(Protocol):
    """The part of a workspace that its transactions need."""

    id: str
    state: WorkspaceState
    faults: FaultRules


class WorkspaceTransaction:
    """All changes in it happen, or none does. Raises StorageUnavailable.

    Without ``commits`` it lives in memory only. With them it is stored when the block ends. A ``grouped`` one is stored
    soon, together with others, and its caller waits for that before it answers. ``after`` is called with a stored
    transaction that changed something. It is a class and no generator, because every request passes it.
    """

    __slots__ = ("_after", "_before", "_commits", "_grouped", "_tenant", "_tx")

    def __init__(
        self,
        tenant: Tenant,
        commits: GroupCommit | None,
        after: Callable[[Transaction], None],
        *,
        grouped: bool = False,
    ) -> None:
        self._tenant, self._commits, self._after, self._grouped = tenant, commits, after, grouped
        self._before = tenant.state.fork() if tenant.faults and tenant.faults.remembering else None
        self._tx = Transaction(tenant.state)

    def __enter__(self) -> Transaction:
        return self._tx

    def __exit__(self, kind: object, fault: BaseException | None, _: object) -> None:
        tx = self._tx
        if fault is not None:
            tx.undo()
            if isinstance(fault, StateError):
                raise unavailable(fault) from None
        elif tx.changed:
            self._append(self._commits, PendingTransaction(tx.logged(self._tenant.id), tx.undo, self._kept))

    def _append(self, commits: GroupCommit | None, pending: PendingTransaction) -> None:
        if commits is None:
            self._kept()
        elif self._grouped:
            commits.append(pending)
        else:
            with refusing():
                commits.keep(pending)

    def _kept(self) -> None:
        """Note the state before the change for stale reads, and call the actions that follow."""
        if self._before is not None and any(not change.kind.startswith("$") for change in self._tx.changes()):
            self._tenant.faults.before = self._before
        self._after(self._tx)
