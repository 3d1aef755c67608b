"""A transaction of a workspace, and what follows once it is kept."""

from collections.abc import Callable

from mock_server.errors import StateError
from mock_server.store.base import Log, unavailable
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.stubbing.fault_rules import FaultRules


class WorkspaceTransaction:
    """Everything that is done in it happens, and is kept by ``log``, or nothing does. Raises StorageUnavailable.

    ``after`` is called with a transaction that changed something, once it is kept. A class and no generator, as every
    request passes it.
    """

    __slots__ = ("_after", "_before", "_faults", "_tx")

    def __init__(
        self, state: WorkspaceState, faults: FaultRules, log: Log, id: str, after: Callable[[Transaction], None]
    ) -> None:
        self._faults, self._after = faults, after
        self._before = state.fork() if faults and faults.remembering else None
        self._tx = state.transaction(log, id)

    def __enter__(self) -> Transaction:
        return self._tx

    def __exit__(self, kind: object, fault: BaseException | None, _: object) -> None:
        tx = self._tx
        try:
            tx.__exit__(kind)
            if isinstance(fault, StateError):
                raise fault
        except StateError as lost:
            raise unavailable(lost) from None
        if fault is not None or not tx.changed:
            return
        if self._before is not None and any(not change.kind.startswith("$") for change in tx.changes()):
            self._faults.before = self._before
        self._after(tx)
