"""A proxy as stands before many hosts: it is slow, packs answers, adds headers of its own, and keeps no connection."""

import gzip
import http.client
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DELAY = 0.015
OWN = (
    ("Via", "1.1 proxy.example"),
    ("X-Cache", "MISS"),
    ("X-Cache", "MISS from the edge"),
    ("Server-Timing", 'cdn;desc="hit, or miss";dur=15'),
    ("Set-Cookie", "__edge=1; Path=/; HttpOnly"),
    ("Set-Cookie", "lb=a,b; Expires=Wed, 21 Oct 2026 07:28:00 GMT"),
    ("Alt-Svc", 'h3=":443"; ma=86400'),
    ("x-ODD_name", "\xe9 ; ="),
    ("X-Empty", ""),
)
_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length", "date", "server", "host"))


@contextmanager
def slow_proxy(origin: str, delay: float = DELAY) -> Generator[str, None, None]:
    """The URL of a proxy before ``origin``, for as long as this lasts."""
    behind = urlsplit(origin).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            time.sleep(delay)
            connection = http.client.HTTPConnection(behind, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            connection.request(self.command, self.path, body or None, {**headers, "Host": behind})
            answer = connection.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in (*answer.getheaders(), *OWN):
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            if content and "gzip" in self.headers.get("accept-encoding", ""):
                content = gzip.compress(content)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Vary", "Accept-Encoding")
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")
            connection.close()

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):  # whatever the method is
                return self._pass_on
            raise AttributeError(name)

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
