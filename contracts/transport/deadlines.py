"""Connections with a time limit for each phase of a request, however slowly the other side sends.

The time-out of a socket ends only silence. A target that sends one byte a second is never silent. So each read of the
status line, the headers and the body gets only the time that is left until a deadline.
"""

import http
import http.client
import io
import socket
import threading
import time
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool


class Deadline(threading.local):
    """Holds the times (monotonic clock) at which the answer to this thread's request must have come."""

    head = float("inf")
    """The status line and the headers must have come by then."""
    whole = float("inf")
    """The body must have come by then."""

    def start(self, head: float, whole: float) -> None:
        """Start: ``head`` seconds for the status line and the headers, ``whole`` seconds for the whole answer."""
        now = time.monotonic()
        self.head, self.whole = now + head, now + whole


class _TimedFile(io.RawIOBase):
    """Reads the bytes of a socket until a deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._silence, self._deadline = sock, sock.gettimeout(), deadline
        self._file = cast("io.RawIOBase", sock.makefile("rb", buffering=0))
        self.phase = "head"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = getattr(self._deadline, self.phase) - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the request")
        self._sock.settimeout(min(left, self._silence or left))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _TimedSocket:
    """Stands in for a socket where an answer is read."""

    def __init__(self, file: _TimedFile) -> None:
        self._file = file

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._file)


class _Timed(HTTPConnection):
    """A connection that reads its answers until the deadline. The time-out of the socket limits connecting, TLS and
    sending.
    """

    def __init__(self, *args: Any, deadline: Deadline, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline = deadline
        self.response_class = self._answer  # type: ignore[assignment]  # it is only called

    def _answer(self, sock: socket.socket, **options: Any) -> http.client.HTTPResponse:
        file = _TimedFile(sock, self._deadline)
        return _TimedAnswer(file, **options)


class _TimedTLS(_Timed, HTTPSConnection):
    """A timed connection over TLS. The time-out of the socket limits the whole handshake."""


class _TimedAnswer(http.client.HTTPResponse):
    def __init__(self, file: _TimedFile, **options: Any) -> None:
        self._timed = file
        super().__init__(_TimedSocket(file), **options)  # type: ignore[arg-type]  # of which it asks for a file only

    def begin(self) -> None:
        super().begin()
        self._timed.phase = "whole"

    def _read_status(self) -> tuple[str, int, str]:
        """The status line of the answer itself: what announces it (103 Early Hints) is read past, as 100 is."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # the library has no other place
            if not 100 < status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)


def set_deadline(pool: HTTPConnectionPool, deadline: Deadline) -> None:
    """Make all connections of a pool keep to a deadline."""
    pool.ConnectionCls = _TimedTLS if pool.scheme == "https" else _Timed
    pool.conn_kw["deadline"] = deadline
