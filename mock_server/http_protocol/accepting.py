"""Accept many connections in each round of the event loop, so that somebody new is served beside hundreds of others."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_PER_ROUND = 16  # connections; each costs a look at the socket for every connection that comes


@contextmanager
def accepting(listener: socket.socket) -> Iterator[list[socket.socket]]:
    """The listening socket and copies of it, by each of which a loop accepts; the copies are closed afterwards.

    In a round uvloop accepts one connection on each socket and serves everybody who has asked: hundreds who are served
    already would keep somebody new waiting for as many rounds as others came before.
    """
    with ExitStack() as opened:
        yield [listener, *(opened.enter_context(listener.dup()) for _ in range(_PER_ROUND - 1))]
