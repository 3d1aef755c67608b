"""The last requests whose key opened no workspace, for the page's feed: no key, header or body of them is kept."""

from mock_server.api.exchange import Exchange
from mock_server.support.ring_buffer import RingBuffer
from mock_server.workspaces.workspace import DEFAULT, Workspaces
from mock_server.world.clock import epoch_ms, wall_time

MAX_REFUSED = 100


class RefusedKeys(RingBuffer[Exchange]):
    """Requests that are in no journal, because they belong to no workspace. ``at`` is the time of the default one."""

    def __init__(self, workspaces: Workspaces) -> None:
        super().__init__(MAX_REFUSED)
        self._workspaces = workspaces

    def note(self, exchange: Exchange) -> None:
        """Keep a request without its header and body, with the time that the default workspace shows."""
        default = self._workspaces.get(DEFAULT)
        exchange.at_ms = default.clock.now_ms() if default else epoch_ms(wall_time())
        exchange.headers, exchange.body, exchange.answered, exchange.answer = (), b"", (), b""
        self.append(exchange)
