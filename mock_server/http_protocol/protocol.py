"""Bound a request's head, and answer bytes that are not HTTP in the vendor's shape. uvicorn's parser does neither.

A refusal here is sent before any key is examined; it says nothing about the routes.
"""

import asyncio
from typing import cast

import httptools
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_server.api.host_header import TARGET
from mock_server.api.raw_connection import RawConnection, with_one_date
from mock_server.api.raw_refusal import raw_refusal

MAX_HEAD_BYTES = 64 * 1024
"""Most bytes of a request line with its headers."""
_TOO_LARGE = (431, f"the line and headers of a request have at most {MAX_HEAD_BYTES} bytes")
_VERSIONS = ("1.1", "1.0")
_STOPPING = (503, "the server is stopping; ask again once it is back")
_NOT_HTTP = (400, "this is not HTTP/1.1, or a method that HTTP does not know")


class MalformedRequest(Exception):
    """Ends the parsing of a request: it has the status of the answer, and the reason."""


class HttpProtocol(HttpToolsProtocol):
    """One HTTP connection. The application's ``state`` has ``envelope`` and ``settings``."""

    deadline = 10.0
    """Seconds for a head, and for the rest of a body once its request was answered."""
    linger = 1.0
    """Seconds for which a client may still send after we have stopped reading; its bytes are dropped."""
    _timer: asyncio.TimerHandle | None = None
    _head: int | None = None  # bytes that came of a head that is not whole yet, those it began with left out
    _begun = 0  # bytes that came last when a head began that is not whole yet; most of them may be of other requests
    _fed = 0  # bytes that came last
    _tail: int | None = None  # bytes that came after the latest chunk's size, and are no body
    _last_words: bytes | None = None  # a refusal that waits until what came before it is answered
    _ended = False  # the client sends nothing more, and may still wait for answers
    _task: asyncio.Task[None] | None = None  # works on the request whose turn it is
    _answering: RequestResponseCycle | None = None  # the request whose turn it is; later ones wait in the pipeline

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Start the deadline of the first head."""
        super().connection_made(transport)
        self._application, self.app, self._raw = self.app, self._run, RawConnection(transport)
        self._allow(self.deadline)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application in a task that ``cut_off`` can end."""
        self._task = asyncio.current_task()
        await self._application(scope, receive, with_one_date(send, self._answering))

    def connection_lost(self, exc: Exception | None) -> None:
        """End the requests of the connection."""
        self._allow(None)
        self._give_up(self._answering)
        self._raw.end(lost=True)
        super().connection_lost(exc)
        self.app = self._application  # the method in its place holds this object: garbage that must be looked for

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn's never keeps the connection
        """Answer the complete requests of a client that has closed its side; True keeps the connection until then."""
        self._ended = True
        self._raw.end()
        self._allow(None)
        if self.cycle is not None and self.cycle.more_body:
            if self.pipeline and self.pipeline[0][0] is self.cycle:
                self.pipeline.popleft()
            self._give_up(self.cycle)
        return self._owes_an_answer and self.scheme == "http"  # TLS cannot be closed on one side only

    def data_received(self, data: bytes) -> None:
        """Parse bytes, one request at a time; after a refusal nothing is parsed."""
        if self._last_words is not None:
            return
        self._unset_keepalive_if_required()
        rest: bytes | None = data
        while rest is not None:
            rest = self._feed(rest)

    def _feed(self, data: bytes) -> bytes | None:
        """Give bytes to the parser, and again those that it leaves: each request of a pipeline may leave some."""
        self._fed = len(data)
        if self._head is not None:
            self._head += len(data)
        elif self._tail is not None:
            self._tail += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            return self._without_offer(data[offer.args[0] :])
        except httptools.HttpParserError as fault:
            self._refuse(*fault.__context__.args if isinstance(fault.__context__, MalformedRequest) else _NOT_HTTP)
        else:
            if max(self._head or 0, self._tail or 0) > MAX_HEAD_BYTES:
                self._refuse(*_TOO_LARGE)
            elif self._head == 0:
                self._begun = len(data)
                self._allow(self.deadline)  # only now: most heads are whole at once
        return None

    def on_message_begin(self) -> None:
        """Begin to count the bytes of a head."""
        super().on_message_begin()
        self.scope["extensions"] = {"mock.connection": self._raw}  # type: ignore[dict-item]  # not JSON, but ours
        self._head = 0

    def on_headers_complete(self) -> None:
        """Check the size and the HTTP version of a complete head."""
        if (self._head or 0) + self._begun + self._fed > MAX_HEAD_BYTES and self._size > MAX_HEAD_BYTES:
            raise MalformedRequest(*_TOO_LARGE)
        if self.parser.get_http_version() not in _VERSIONS:
            raise MalformedRequest(*_NOT_HTTP)
        self._head, self._begun = None, 0
        self._allow(None)
        if not self._offered:
            if not self.url.startswith(b"/"):  # it may name a host of its own
                self.scope["extensions"][TARGET] = self.url  # type: ignore[assignment]  # not JSON, but ours
            super().on_headers_complete()
            self.headers = []  # a trailer is no header: it comes after all was decided
            if not self.pipeline:
                self._answering = self.cycle

    def on_chunk_header(self) -> None:
        """Begin to count the bytes of what may be a trailer."""
        self._tail = 0

    def on_body(self, body: bytes) -> None:
        """Pass on a part of a body."""
        self._tail = None
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Tell the application that the request is complete."""
        self._tail = None
        if not self._offered:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request of the pipeline, or close."""
        last = not self.pipeline
        if self.pipeline:
            self._answering = self.pipeline[-1][0]
        super().on_response_complete()
        if last and self._last_words is not None and not self.transport.is_closing():
            self._hang_up(self._last_words)
        elif last and self._ended:
            self.transport.close()
        elif self.cycle.response_complete and self.cycle.more_body:
            self._allow(self.deadline)

    def unanswered(self) -> RequestResponseCycle | None:
        """The request whose turn it is, as long as no byte of its answer was sent."""
        cycle = self._answering
        return cycle if self._owes_an_answer and cycle is not None and not cycle.response_started else None

    def cut_off(self) -> None:
        """End and refuse the request whose turn it is, because the server stops. Requests behind it are not begun."""
        if (cycle := self.unanswered()) is not None and not self.transport.is_closing():
            self.pipeline.clear()
            self._give_up(cycle)
            if self._task is not None:
                self._task.cancel()
            self._last_words = self._refusal(*_STOPPING, cycle.scope["path"])
            self._hang_up(self._last_words)

    @property
    def _owes_an_answer(self) -> bool:
        cycle = self._answering
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    @staticmethod
    def _give_up(cycle: RequestResponseCycle | None) -> None:
        """Tell the application that nobody waits for this answer."""
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    @property
    def _size(self) -> int:
        """Bytes of the head, without the separators between its parts."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    @property
    def _offered(self) -> bool:
        """True if the request offers to change to another protocol."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _without_offer(self, rest: bytes) -> bytes | None:
        """Repeat the request without its offer of another protocol: the parser would expect that protocol next.

        Java's HttpClient offers HTTP/2 with every first request, also with those that have a body.
        """
        if not self._offered:  # CONNECT: answered as any method, but nothing can follow it
            self.shutdown()
            return None
        line = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        lines = [line, *(b": ".join(header) for header in self.headers if header[0] != b"upgrade")]
        self.parser = httptools.HttpRequestParser(self)
        if hasattr(self.parser, "set_dangerous_leniencies"):  # httptools 0.6.3
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as the parent's
        return b"\r\n".join([*lines, b"", rest])

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
        """Refuse a request that cannot be read further, in its turn: requests before it are answered first."""
        self._allow(None)
        self._last_words = self._refusal(status, why)
        if not self._waiting():
            self._hang_up(self._last_words)

    def _hang_up(self, words: bytes) -> None:
        """Send the answers and stop reading. If it closed at once with unread input, the system would withdraw them."""
        self.transport.write(words)
        self.transport.write_eof()
        self.flow.resume_reading()
        self._allow(self.linger)

    def _waiting(self) -> bool:
        """Drop the refused request if its head was complete; tell whether requests before it have no answer yet."""
        cycle = self.cycle
        if cycle is None or self._head is not None or not cycle.more_body:
            return cycle is not None and not cycle.response_complete
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            return True
        if cycle.response_started:  # it has its answer, whatever its body is
            self._last_words = b""
        self._give_up(cycle)
        return False

    def _refusal(self, status: int, why: str, path: str = "") -> bytes:
        state = cast(Starlette, self.config.app).state
        return raw_refusal(state, self.server_state.default_headers, status, why, path)
