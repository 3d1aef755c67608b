"""Open sockets in a process whose tests have forbidden connections.

pytest-socket replaces the class ``socket.socket``, and pytest-recording replaces its ``connect``, so that the code
under test reaches nobody. The handles of a test run in that process too, and must still reach the server.
"""

import _socket
import socket

_REAL: type[socket.socket] = next(kind for kind in socket.socket.__mro__ if kind.__module__ == "socket")


def sockets_are_forbidden() -> bool:
    """Tell whether another class has replaced ``socket.socket``: then no server can accept a connection."""
    return socket.socket is not _REAL


class OwnSocket(_REAL):  # type: ignore[misc,valid-type]  # found at run time
    """A socket as the system provides it, whatever has replaced ``socket.socket``."""

    connect = _socket.socket.connect


def connected(host: str, port: int, timeout: float | None) -> OwnSocket:
    """Connect to the first address of a host that answers. Raises OSError."""
    fault: OSError | None = None
    for family, kind, protocol, _, address in _socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        made = OwnSocket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(address)
        except OSError as error:
            made.close()
            fault = error
        else:
            return made
    raise fault or OSError(f"no address of {host}")
