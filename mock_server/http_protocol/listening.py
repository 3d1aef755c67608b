"""The socket that a server listens on, and the URL that it has there."""

import errno
import socket
from collections.abc import Mapping

from mock_server.config.settings import Settings
from mock_server.errors import Problem, SettingsError
from mock_server.support.own_socket import OwnSocket

_BACKLOG = 2048
_REUSE = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)  # else another server can take it on Windows


def bind(settings: Settings) -> socket.socket:
    """Open a listening socket. A request that is sent from now on waits until the server takes it.

    Raises SettingsError if the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = OwnSocket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, _REUSE, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except (OSError, UnicodeError) as fault:
        listener.close()
        what = getattr(fault, "strerror", None) or "not a host name"
        remedy = _REMEDIES.get(getattr(fault, "errno", 0), "give an address of this machine with --host")
        raise SettingsError(Problem(f"{settings.host}:{settings.port}", what[:1].lower() + what[1:], remedy)) from None
    return listener


_REMEDIES: Mapping[int, str] = {
    errno.EADDRINUSE: "stop what listens there, or give another --port (0 takes a free one)",
    errno.EACCES: "ports below 1024 are for the administrator; give another --port (0 takes a free one)",
}


def url_of(listener: socket.socket, *, secure: bool = False) -> str:
    """The URL of a bound socket, such as ``http://127.0.0.1:4747``."""
    host, port = listener.getsockname()[:2]
    return f"http{'s' * secure}://{f'[{host}]' if ':' in host else host}:{port}"
