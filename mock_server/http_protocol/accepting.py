"""Accept many connections in each round of the event loop, so that a new client is served beside hundreds of others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_PER_ROUND = 16  # connections; each costs a look at the socket for every connection that comes


@contextmanager
def accepting(listener: socket.socket) -> Iterator[list[socket.socket]]:
    """The listening socket and copies of it, on each of which a loop accepts. The copies are closed afterwards.

    In a round uvloop accepts one connection on each socket and serves all clients that have asked. With one socket, a
    new client would wait for as many rounds as others came before it.
    """
    with ExitStack() as opened:
        yield [listener, *(opened.enter_context(listener.dup()) for _ in range(_PER_ROUND - 1))]
