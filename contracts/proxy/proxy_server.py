"""The listening half of the proxy: HTTP on loopback, each request passed on and each answer handed back as it came."""

import json
import math
import re
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from contracts.errors import RequestRefused
from contracts.proxy.key_windows import MAX_REQUESTS_PER_MINUTE, KeyWindows
from contracts.transport.forwarding import ClientRequest, ForwardedAnswer, ForwardingTransport, Headers
from contracts.transport.target import is_loopback

MAX_BODY_BYTES = 32 * 1024 * 1024
_FOLD = re.compile(r"\r?\n[ \t]+")
"""A field in several lines, as old clients send it: a proxy passes it on in one."""
_KEYS = ("authorization", "x-api-key", "cookie")
Passed = Callable[[ClientRequest, ForwardedAnswer, float], None]
"""Called with each answer before it is handed back, and with the seconds that the host took; it must not wait."""


class ProxyServer(ThreadingHTTPServer):
    """Listens on a port of this machine. ``passed`` is told of each exchange, ``refused`` of each refusal of ours."""

    daemon_threads = True

    def __init__(
        self,
        port: int,
        transport: ForwardingTransport,
        passed: Passed,
        refused: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.transport, self.passed, self.refused = transport, passed, refused
        self.windows = KeyWindows(clock)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The base URL for the client."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def server_close(self) -> None:
        """Stop listening, and close the connections to the host."""
        super().server_close()
        self.transport.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no fault of anybody's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: ProxyServer

    def _pass_on(self) -> None:
        sent: Headers = [(name, _FOLD.sub(" ", value)) for name, value in self.headers.items()]
        content = self._content()
        if content is None or not self._is_ours():
            return
        credential = next((self.headers[name] for name in _KEYS if name in self.headers), "")
        if wait := self.server.windows.seconds_until_free(credential):
            what = f"{MAX_REQUESTS_PER_MINUTE} requests were sent with this key in a minute; nothing was sent"
            self._refuse(429, what, {"Retry-After": str(math.ceil(wait))})
            return
        transport = self.server.transport
        request = ClientRequest(self.command, transport.guard.policy.origin + self.path, self.path, sent, content)
        transport.guard.permit(request)
        started = time.perf_counter()
        self._relayed = False
        try:
            answer = transport.send(request, self._relay if self.request_version == "HTTP/1.1" else None)
        except (OSError, ValueError, RequestRefused) as fault:
            self._broken_off(fault)
            return
        seconds = time.perf_counter() - started
        self.server.passed(request, answer, seconds)  # first: who stops the proxy after the answer wants it recorded
        if self._relayed:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self._hand_back(answer)

    def _relay(self, head: ForwardedAnswer, part: bytes) -> None:
        """Hand back a part of an answer whose length nobody knows yet, so that a stream is one for the client too."""
        if not self._relayed:
            self._relayed = True
            self._write_head(head, "Transfer-Encoding: chunked")
        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def _broken_off(self, fault: Exception) -> None:
        """Refuse in the name of the proxy; an answer that has begun is broken off, as it came."""
        if not self._relayed:
            self._refuse(502, f"no answer of the host: {type(fault).__name__}")
            return
        self.server.refused(f"{self.command}: the host's answer was broken off: {type(fault).__name__}")
        self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        """Pass on requests of every HTTP method, whatever its name."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _is_ours(self) -> bool:
        """Refuse what is for another host: an absolute URL, or a name that is not this machine's."""
        if not self.path.startswith("/") or self.path.startswith("//"):
            self._refuse(403, "this proxy has one host: give its own address as the base URL of your client")
            return False
        if not self.path.isascii() or not self.path.isprintable():
            self._refuse(400, "the address in the request has letters that belong there as %xx")
            return False
        if not is_loopback(_host_name(self.headers.get("host", ""))):
            self._refuse(403, "the Host header does not name this machine")
            return False
        return True

    def _content(self) -> bytes | None:
        """The body of the request as bytes; None when it was refused."""
        try:
            if "chunked" in self.headers.get("transfer-encoding", "").lower():
                return self._chunks()
            length = int(self.headers.get("content-length") or 0)
            if 0 <= length <= MAX_BODY_BYTES:
                content = self.rfile.read(length)
                if len(content) == length:
                    return content
                self.close_connection = True  # the client went away before its request was whole
                return None
        except ValueError:
            pass
        self.close_connection = True
        self._refuse(413, f"a body that is larger than {MAX_BODY_BYTES} bytes, or whose length cannot be read")
        return None

    def _chunks(self) -> bytes:
        """A body in chunks. Raises ValueError."""
        found = bytearray()
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            if size < 0 or len(found) + size > MAX_BODY_BYTES:
                raise ValueError("too large")
            found += self.rfile.read(size)
            self.rfile.readline(8)
        while self.rfile.readline(65537).strip():
            pass
        return bytes(found)

    def _refuse(self, status: int, what: str, headers: dict[str, str] | None = None) -> None:
        """Answer in the name of the proxy, and say so."""
        problem = {"title": f"sophiie-mock proxy: {what}", "status": status}
        named = {"Content-Type": "application/problem+json", "X-Mock-Proxy": "refused", **(headers or {})}
        self.server.refused(f"{self.command} refused ({status}): {what}")
        self._hand_back(ForwardedAnswer(status, "", list(named.items()), json.dumps(problem).encode()))

    def _hand_back(self, answer: ForwardedAnswer) -> None:
        has_length = any(name.lower() == "content-length" for name, _ in answer.headers)
        is_bodied = answer.status not in (204, 304) and answer.status >= 200
        self._write_head(answer, *([f"Content-Length: {len(answer.body)}"] if is_bodied and not has_length else []))
        self.wfile.write(b"" if self.command == "HEAD" else answer.body)

    def _write_head(self, answer: ForwardedAnswer, *more: str) -> None:
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.headers)]
        self.wfile.write("\r\n".join([*lines, *more, "", ""]).encode("latin-1", "replace"))

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: lines are printed once an exchange is judged."""


def _host_name(text: str) -> str:
    """The name in a Host header; empty for one that cannot be read."""
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
