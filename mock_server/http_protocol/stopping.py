"""End the connections of a server that stops: each request in flight is refused in the shape of its API.

Otherwise the loop that ends would cancel them, and uvicorn would answer 500 in a shape of nobody's.
"""

import asyncio

from uvicorn.server import ServerState

from mock_server.http_protocol.parser_choice import Stoppable

_PATIENCE = 0.5  # seconds that a request in flight has once the server stops; then it is refused
_LAST_WORDS = 0.2  # seconds that clients have to read why they are refused, where the stop cannot wait
_LOOK = 0.02  # seconds between looks whether they have gone


async def refuse_the_slow(state: ServerState) -> None:
    """Answer 503 to each request that is in flight for longer than ``patience``, and end its work."""
    slow: dict[Stoppable, object] = {}
    while True:
        connections = _stoppable(state)
        for connection in connections:
            if slow.get(connection) is connection.unanswered() is not None:
                connection.cut_off()
        slow = {connection: connection.unanswered() for connection in connections}
        await asyncio.sleep(_PATIENCE)


async def refuse_all(state: ServerState) -> None:
    """Answer 503 to every request in flight, and close each connection once its client has read that, or soon."""
    for connection in _stoppable(state):
        connection.cut_off()
    for _ in range(round(_LAST_WORDS / _LOOK)):
        if not state.connections:
            return
        await asyncio.sleep(_LOOK)
    for connection in _stoppable(state):
        connection.transport.abort()
    await asyncio.sleep(0)  # only in the loop's next round is a connection told, and its timer ended


def _stoppable(state: ServerState) -> list[Stoppable]:
    return [connection for connection in state.connections if isinstance(connection, Stoppable)]
