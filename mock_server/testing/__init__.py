"""Handles for tests: one workspace of a running server, with everything that can be done to it.

The pytest fixture ``sophiie`` is one; without pytest::

    with MockServer() as server, workspace(server.url, world="small") as sophiie:
        sophiie.client.get("/v1/leads")

All of it goes through the control plane, so the server may run in a thread, in another process or elsewhere; where it
runs elsewhere, its libraries need not be here.
"""

from typing import TYPE_CHECKING, Any

from mock_server.testing.async_handles import AsyncSophiie
from mock_server.testing.errors import Refused
from mock_server.testing.factory import AsyncWorkspaceFactory, WorkspaceFactory
from mock_server.testing.server_choice import mock_server_class
from mock_server.testing.sophiie import Sophiie, workspace

if TYPE_CHECKING:
    from mock_server.server import MockServer

__all__ = [
    "AsyncSophiie",
    "AsyncWorkspaceFactory",
    "MockServer",
    "Refused",
    "Sophiie",
    "WorkspaceFactory",
    "workspace",
]


def __getattr__(name: str) -> Any:
    """Import the server at its first use: it takes a third of a second, and may not be installed."""
    if name == "MockServer":
        return mock_server_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
