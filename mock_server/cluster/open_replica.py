"""Make a server one of several replicas on a database."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Protocol

from starlette.applications import Starlette
from starlette.types import Scope

from mock_server.cluster.memory.parts import parts_with
from mock_server.cluster.memory.requests import EntryForm
from mock_server.cluster.ownership import Ownership
from mock_server.cluster.peer import Peer
from mock_server.cluster.replica import Replica
from mock_server.spec.contract import Contract
from mock_server.store.base import Log
from mock_server.store.replica_log import ReplicaLog


class KeyReader(Protocol):
    """Reads digests of keys from requests. They ``are_needed`` if no request is served without one."""

    are_needed: bool

    def __call__(self, scope: Scope) -> Sequence[str]:
        """List the digests of all keys that a request shows."""


def open_replica(
    peer: Peer,
    state: str,
    make: Callable[[Log], Starlette],
    shown_in: Callable[[Contract], KeyReader],
    form_in: Callable[[Contract], EntryForm],
    opened: ExitStack,
) -> Replica:
    """Join the replicas on this state; ``make`` makes the application that serves. Raises SetupError."""
    kept = ReplicaLog(state, peer.url)
    opened.callback(kept.close)
    app = make(kept)
    workspaces = app.state.workspaces
    shown = shown_in(workspaces.contract)
    ownership = Ownership(kept, workspaces, app.state.dispatcher, parts_with(form_in(workspaces.contract)))
    return Replica(peer, app, ownership, shown, open_api=not shown.are_needed)
