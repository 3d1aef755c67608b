"""The receiver behind the server of Python's library: for tests that need no framework."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from business import Receiver


@contextmanager
def serving(receiver: Receiver) -> Iterator[str]:
    """Serve a receiver on a free port of this machine; its URL. ``/people/LEAD`` shows what it knows of a lead."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._answer(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))

        def do_GET(self) -> None:
            person = receiver.people.get(self.path.rpartition("/")[2])
            self._answer(200 if person else 404, json.dumps(person).encode())

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
