"""The last requests whose key opened no workspace, in the words of the log: no key, header or body of them is kept."""

from collections.abc import Mapping
from typing import Any

from mock_server.api.exchange import Exchange
from mock_server.support.ring_buffer import RingBuffer
from mock_server.workspaces.workspace import DEFAULT, Workspaces
from mock_server.world.clock import stamp, wall_time

MAX_REFUSED = 100


class RefusedKeys(RingBuffer[Mapping[str, Any]]):
    """Requests that are in no journal, because they belong to no workspace. ``at`` is the time of the default one."""

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__(MAX_REFUSED)
        self._workspaces = workspaces

    def note(self, exchange: Exchange) -> None:
        """Keep what the log says of a request."""
        default = self._workspaces.get(DEFAULT)
        at = default.clock.stamp() if default else stamp(wall_time())
        self.append({**exchange.to_dict(), "at": at, "url": exchange.url, "endedAt": exchange.stage.value})
