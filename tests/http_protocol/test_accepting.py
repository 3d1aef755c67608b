import asyncio
from contextlib import ExitStack

import pytest
from wire import connected

from mock_server.config.settings import Settings
from mock_server.http_protocol.accepting import accepting
from mock_server.http_protocol.listening import bind, url_of


def test_many_who_connect_at_once_are_accepted_in_a_few_rounds() -> None:
    """In each round of the event loop, everybody who is connected already may be served first."""
    uvloop = pytest.importorskip("uvloop")
    accepted: list[int] = []  # the round in which each was
    rounds = 0

    class Counting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.close()
            accepted.append(rounds)

    async def accept_all(number: int) -> None:
        nonlocal rounds
        loop = asyncio.get_running_loop()
        for socket in sockets:
            servers.callback((await loop.create_server(Counting, sock=socket)).close)
        while len(accepted) < number:
            rounds += 1
            await asyncio.sleep(0)

    with bind(Settings(port=0)) as listener, accepting(listener) as sockets, ExitStack() as clients:
        for _ in range(64):
            clients.enter_context(connected(url_of(listener), 10))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, ExitStack() as servers:
            runner.run(asyncio.wait_for(accept_all(64), 10))
    assert accepted[-1] - accepted[0] <= 8
