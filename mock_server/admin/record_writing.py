"""Write records by hand, in one transaction. Long work is done in a thread beside the event loop."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request

from mock_server.admin.context import AdminContext, ControlRefused
from mock_server.behaviours.record_events import emit_changes
from mock_server.behaviours.registry import ActionContext
from mock_server.errors import RecordsError
from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.support.condition import in_a_thread
from mock_server.workspaces.own_data.planting import Ground
from mock_server.workspaces.workspace import Workspace

MAX_RECORDS = 2_000
"""Most records of one request, with those inside other records."""
FEW_RECORDS = 20
"""Most records that are written without a thread, in some hundredths of a second."""
FEW_LETTERS = 20_000
"""Most characters of input that are read without a thread."""

_TRIES = 5
Work = Callable[[Ground], Any]
Named = tuple[str, Id]


async def write(
    control: AdminContext, request: Request, work: Work, count: int, *, emit: bool, named: Named | None = None
) -> Any:
    """Return the result of ``work`` on the request's workspace, stored whole or not at all. Raises ControlRefused.

    ``named`` is the record that is changed, if events are to report the change.
    """
    workspace = control.workspace(request)
    try:
        if count <= FEW_RECORDS:
            with control.workspaces.transaction(workspace) as tx:
                result = work(_ground(control, workspace, tx))
                _emit(control, workspace, tx, named, emit=emit)
        else:
            result = await _apart(control, request, work, emit=emit)
    except RecordsError as fault:
        raise ControlRefused(409 if fault.conflict else 400, str(fault), pointer=fault.pointer) from None
    control.dispatcher.wake(workspace)
    return result


async def _apart(control: AdminContext, request: Request, work: Work, *, emit: bool) -> Any:
    """Work on a copy in a thread, then store the result if nothing has changed meanwhile."""
    for _ in range(_TRIES):
        workspace = control.workspace(request)
        state = workspace.state
        version, tx = state.version, Transaction(state.fork())
        result = await in_a_thread(partial(work, _ground(control, workspace, tx)))
        if control.workspace(request) is not workspace or workspace.state is not state or state.version is not version:
            continue
        with control.workspaces.transaction(workspace) as kept:
            for change in tx.changes():
                if change.row is None:
                    kept.remove(change.kind, change.id)
                else:
                    kept.put(change.kind, change.id, change.row.record)
            _count(kept, tx)
            _emit(control, workspace, kept, None, emit=emit)
        return result
    raise ControlRefused(409, "the workspace is changed all the time; try again, or write fewer records at once")


def _count(kept: Transaction, tx: Transaction) -> None:
    """Set the counters to the values after the work."""
    for kind, number in tx.counters().items():
        while kept.count(kind) < number - 1:
            pass


def _ground(control: AdminContext, workspace: Workspace, tx: Transaction) -> Ground:
    contract, kinds = control.workspaces.contract, workspace.state.kinds
    return Ground(contract, tx, workspace.ids, workspace.plan.recipe, workspace.clock.now_ms(), kinds)


def _emit(control: AdminContext, workspace: Workspace, tx: Transaction, named: Named | None, *, emit: bool) -> None:
    if emit:
        contract, now = control.workspaces.contract, workspace.clock.stamp()
        action = ActionContext(contract=contract, tx=tx, ids=workspace.ids, now=now, cause="records")
        emit_changes(action, list(tx.changes()), named)


def found(workspace: Workspace, path: str, id: str) -> tuple[str, Row]:
    """The kind and the record in a path; an id may contain slashes. Raises ControlRefused."""
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        kind, rest = "/".join(parts[:length]), "/".join([*parts[length:], id])
        if kind in workspace.state.kinds and not kind.startswith("$"):
            tx, number = Transaction(workspace.state), rest.isascii() and rest.isdigit() and len(rest) < 19
            row = tx.get(kind, rest) or (tx.get(kind, int(rest)) if number else None)
            if row is None:
                raise ControlRefused(404, f"none of the {kind} has this id in this workspace")
            return kind, row
    raise ControlRefused(404, "no such kind; GET /__admin/records lists them")
