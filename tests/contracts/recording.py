"""A stand-in for a production host: a server on this machine, under another name, that writes down what it sees."""

import math
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "https://api.sophiie.test"
KEY = "sk_live_" + "k9Q2vX7mB4nT6wZ1"


@dataclass
class Seen:
    method: str
    path: str
    authorization: str | None
    at: float
    body: bytes = b""


@dataclass
class Recording:
    url: str
    seen: list[Seen] = field(default_factory=list)

    @property
    def reroutes(self) -> Mapping[str, str]:
        return {HOST: self.url}

    def most_in_a_minute(self) -> int:
        times = sorted(seen.at for seen in self.seen)
        return max((sum(start <= at <= start + 60 for at in times) for start in times), default=0)


Answer = tuple[int, Mapping[str, str], bytes]


class FakeClock:
    """Time passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


_TOO_MANY = b'{"success":false,"message":"Too many requests","error":{"status":429,"message":"Too many requests"}}'


@dataclass
class Meter:
    """The limit of a production host, by its clock: ``most`` in any ``window``, or in each one from ``phase`` on."""

    clock: Callable[[], float]
    most: int = 60
    window: float = 60.0
    phase: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """In place of the documented ones."""
    times: list[float] = field(default_factory=list)

    def refuses(self) -> Answer | None:
        """Count a request. The refusal, when it is one too many."""
        now = self.clock()
        start = now - self.window if self.phase is None else now - (now - self.phase) % self.window
        self.times = [at for at in self.times if at > start or (at == start and self.phase is not None)]
        if len(self.times) < self.most:
            self.times.append(now)
            return None
        left = (self.times[0] if self.phase is None else start) + self.window - now
        said = {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(math.ceil(left)),
        }
        return 429, {**said, **self.headers}, _TOO_MANY


@contextmanager
def recording(
    answer: Callable[[str, str], Answer],
    clock: Callable[[], float] = lambda: 0.0,
    forward: Callable[[Seen], Answer] | None = None,
) -> Generator[Recording, None, None]:
    """``forward`` answers in place of ``answer`` when the body matters."""
    asked = forward or (lambda seen: answer(seen.method, seen.path))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline(65537)
            except ConnectionError:  # the client died
                self.raw_requestline = b""
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            seen = Seen(self.command, self.path, self.headers.get("authorization"), clock(), body)
            record.seen.append(seen)
            try:
                status, headers, body = asked(seen)
            except ConnectionAbortedError:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            with suppress(ConnectionError):  # the client died
                self.end_headers()
                self.wfile.write(body if self.command != "HEAD" else b"")
                self.wfile.flush()

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    record = Recording(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield record
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
