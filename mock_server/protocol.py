"""What uvicorn's parser leaves open: bounds on a request's head, and the vendor's body where a request is not HTTP.

A refusal here comes before any key was looked at; it tells nothing of the routes.
"""

import asyncio
import socket
import struct
from typing import cast

import httptools
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from mock_server.api.answer import explained, headers_for

LARGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers."""
_TOO_LARGE = (431, f"the line and headers of a request have at most {LARGEST_HEAD} bytes")
_VERSIONS = ("1.1", "1.0")
_NOT_HTTP = (400, "this is not HTTP/1.1, or a method that HTTP does not know")


class Unfit(Exception):
    """Raised into the parser, which then gives up: a status, and why."""


class Connection:
    """What a fault may do to a connection, past HTTP: the extension ``mock.connection`` of a request's scope."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """As it is."""
        self._transport.write(data)

    def close(self) -> None:
        """After what was written."""
        self._transport.close()

    def reset(self) -> None:
        """At once: to linger for no time is what makes the system send a reset."""
        peer = self._transport.get_extra_info("socket")
        if peer is not None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class Protocol(HttpToolsProtocol):
    """One connection. The application's ``state`` has ``envelope`` and ``settings``."""

    deadline = 10.0
    """Seconds for a head, and for what is left of a body once its request was answered."""
    linger = 1.0
    """Seconds that a client may go on sending to who no longer listens; what it still sends is thrown away."""
    _timer: asyncio.TimerHandle | None = None
    _head: int | None = None  # bytes that came of a head that is not whole yet, those it began with left out
    _fed = 0  # bytes that came last
    _tail: int | None = None  # bytes that came after the latest chunk's size, and are no body
    _last_words: bytes | None = None  # a refusal that waits until what came before it is answered

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._allow(self.deadline)

    def connection_lost(self, exc: Exception | None) -> None:
        self._allow(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._last_words is not None:
            return
        self._unset_keepalive_if_required()
        self._fed = len(data)
        if self._head is not None:
            self._head += len(data)
        elif self._tail is not None:
            self._tail += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError as fault:
            self._refuse(*fault.__context__.args if isinstance(fault.__context__, Unfit) else _NOT_HTTP)
        else:
            if max(self._head or 0, self._tail or 0) > LARGEST_HEAD:
                self._refuse(*_TOO_LARGE)
            elif self._head == 0:
                self._allow(self.deadline)  # only now: most heads are whole at once

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"mock.connection": Connection(self.transport)}  # type: ignore[dict-item]  # not JSON, but ours
        self._head = 0

    def on_headers_complete(self) -> None:
        if (self._head or 0) + self._fed > LARGEST_HEAD and self._size > LARGEST_HEAD:
            raise Unfit(*_TOO_LARGE)
        if self.parser.get_http_version() not in _VERSIONS:
            raise Unfit(*_NOT_HTTP)
        self._head = None
        self._allow(None)
        if not self._offered:
            super().on_headers_complete()
            self.headers = []  # a trailer is no header: it comes after all was decided

    def on_chunk_header(self) -> None:
        self._tail = 0

    def on_body(self, body: bytes) -> None:
        self._tail = None
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._tail = None
        if not self._offered:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        last = not self.pipeline
        super().on_response_complete()
        if last and self._last_words is not None and not self.transport.is_closing():
            self._hang_up(self._last_words)
        elif self.cycle.response_complete and self.cycle.more_body:
            self._allow(self.deadline)

    @property
    def _size(self) -> int:
        """Bytes of the head, without what stands between its parts."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    @property
    def _offered(self) -> bool:
        """Whether the request offers to go on in another protocol."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _decline(self, rest: bytes) -> None:
        """Hear the request again without its offer: the parser takes what follows one for the other protocol.

        Java's HttpClient offers HTTP/2 with every first request, bodies included.
        """
        if not self._offered:  # CONNECT: answered as any method, but nothing can follow it
            self.shutdown()
            return
        line = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        lines = [line, *(b": ".join(header) for header in self.headers if header[0] != b"upgrade")]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as the parent's
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _allow(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self._head is None or self._last_words is not None:
            self.transport.close()
        else:
            self._refuse(408, f"the line and headers of a request were not whole after {self.deadline:g} s")

    def _refuse(self, status: int, why: str) -> None:
        """Refuse what cannot be read further, in its turn: requests before it are answered first."""
        self._allow(None)
        self._last_words = self._refusal(status, why)
        if not self._waiting():
            self._hang_up(self._last_words)

    def _hang_up(self, words: bytes) -> None:
        """Say them, and listen no more. Closed at once, with input unread, the system would take them back."""
        self.transport.write(words)
        self.transport.write_eof()
        self.flow.resume_reading()
        self._allow(self.linger)

    def _waiting(self) -> bool:
        """Whether requests before the refused one have no answer yet. Its own is taken back if its head was whole."""
        cycle = self.cycle
        if cycle is None or self._head is not None or not cycle.more_body:
            return cycle is not None and not cycle.response_complete
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            return True
        if cycle.response_started:  # it has its answer, whatever its body is
            self._last_words = b""
        cycle.disconnected = True
        cycle.message_event.set()
        return False

    def _refusal(self, status: int, why: str) -> bytes:
        state = cast(Starlette, self.config.app).state
        body = state.envelope.body(status, "", None)
        headers = [*self.server_state.default_headers, *headers_for(body), (b"connection", b"close")]
        if state.settings.mock_headers:
            headers.append(explained([why]))
        lines = [STATUS_LINE[status][:-2], *(b": ".join(header) for header in headers)]
        return b"\r\n".join([*lines, b"", body])
