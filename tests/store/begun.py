"""A workspace on a log, begun as a state is: what the program does by way of its templates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mock_server.store.base import Log, at_once
from mock_server.store.state import WorkspaceState

_FACTS: Mapping[str, Any] = MappingProxyType({"seed": 1})


def begun(log: Log, workspace: str, state: WorkspaceState, facts: Mapping[str, Any] = _FACTS) -> WorkspaceState:
    """The state that the workspace has from now on."""
    layer = at_once(log.keep({kind: state.rows(kind) for kind in state.kinds}, state.counters, {}))
    log.begin(workspace, facts, layer)
    log.release(layer)
    return state.fork()
