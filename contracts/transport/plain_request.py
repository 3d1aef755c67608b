"""One plain request to an address that a person has named. No redirect is followed.

It has one deadline over all its steps, and the answer has a bound, for the other side is not trusted.
"""

import http.client
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from mock_server.support.tls_client import context_for


def fetch(url: str, seconds: float, most: int) -> tuple[int, bytes]:
    """The status and at most ``most`` bytes of the answer to a GET. Raises OSError, and ValueError for no URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context_for(host))
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=seconds)
    )
    deadline = threading.Timer(seconds, _cut, [connection])
    deadline.daemon = True
    deadline.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer.status, answer.read(most)
    except http.client.HTTPException as fault:
        raise OSError(f"no HTTP answer: {type(fault).__name__}") from None
    finally:
        deadline.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a request whose time is over, whatever step it is in."""
    with suppress(OSError, AttributeError):  # it may have ended just now
        connection.sock.shutdown(socket.SHUT_RDWR)
