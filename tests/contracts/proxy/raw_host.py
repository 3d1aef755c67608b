"""A host that sends bytes as a test has written them, however wrong: each request gets the script of its path."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

RESET = b"<reset>"
"""In a script: end the connection as a crash does."""
HANG = b"<hang>"
"""In a script: send nothing more, and keep the connection open until the client gives up."""


@dataclass
class RawHost:
    url: str = ""
    seen: list[bytes] = field(default_factory=list)
    """Each request whole: its head and its body."""


def whole(status: str, body: bytes = b"", *headers: str) -> Sequence[bytes]:
    """A script of an ordinary answer."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return ["\r\n".join(lines).encode("latin-1") + body]


@contextmanager
def raw_host(scripts: Callable[[str], Iterable[bytes]]) -> Generator[RawHost, None, None]:
    host = RawHost()
    over = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                while self._one():
                    pass

        def _one(self) -> bool:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline()
                if not line:
                    return False
                head += line
            length = next((int(line.partition(b":")[2]) for line in head.lower().splitlines()
                           if line.startswith(b"content-length:")), 0)  # fmt: skip
            host.seen.append(head + self.rfile.read(length))
            stays = True
            for part in scripts(head.split()[1].decode("latin-1")):
                if part == RESET:
                    self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                    self.request.close()
                    return False
                if part == HANG:
                    over.wait(10)
                    return False
                stays = stays and b"Connection: close" not in part
                self.wfile.write(part)
                self.wfile.flush()
            return stays

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
