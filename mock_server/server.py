"""Run the application on a socket, in this process or in a thread of it: bind, be ready, drain, stop."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType

import uvicorn
from starlette.applications import Starlette

from mock_server.api.exchange import Exchange
from mock_server.app import create_app
from mock_server.errors import Problem, SettingsError
from mock_server.settings import Settings
from mock_server.store.base import Log, NoLog
from mock_server.store.sqlite import SqliteLog

_GRACE = 8  # seconds that requests in flight have to end once a stop was asked for
_READY = 30.0


def open_log(settings: Settings) -> Log:
    """Where state is kept. Raises StateError."""
    return SqliteLog(Path(settings.state)) if settings.state else NoLog()


def bind(settings: Settings) -> socket.socket:
    """A listening socket. Raises SettingsError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (OSError, OverflowError) as fault:
        listener.close()
        what = getattr(fault, "strerror", None) or str(fault)
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(Problem(where, what, "give another --port, or 0 for a free one")) from None
    listener.set_inheritable(True)
    return listener


def url_of(listener: socket.socket) -> str:
    """``http://127.0.0.1:4747`` for a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configured(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,  # costs as much as our own work; we write our own line
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


class Server(uvicorn.Server):
    """uvicorn's server, except that a stop that was asked for ends well: exit 0, and a second signal is final."""

    interrupted = False
    """Whether the stop came from the keyboard."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.interrupted = self.interrupted or sig == signal.SIGINT
        self.force_exit = self.should_exit
        self.should_exit = True


def run(app: Starlette, listener: socket.socket) -> Server:
    """Serve in this thread until a signal asks to stop; the server, for how it ended."""
    server = Server(configured(app))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    return server


class MockServer:
    """A server in a thread, for tests and notebooks::

    with MockServer() as server:
        httpx.get(f"{server.url}/v1/leads", headers={"Authorization": f"Bearer {server.api_key}"})
    """

    def __init__(self, settings: Settings | None = None, *, observe: Callable[[Exchange], None] | None = None) -> None:
        self.settings = settings or Settings(port=0, quiet=True)
        self._log = open_log(self.settings)
        try:
            self.app = create_app(self.settings, self._log, observe or (lambda exchange: None))
            self._listener = bind(self.settings)
        except BaseException:
            self._log.close()
            raise
        self.url = url_of(self._listener)
        self.api_key: str = self.app.state.key
        self._server = Server(configured(self.app))
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sophiie-mock", daemon=True)

    def __enter__(self) -> "MockServer":
        self._thread.start()
        if not self._ready.wait(_READY):
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._log.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        # The socket listens from here on: a request sent now waits until the server takes it.
        self._listener.listen(2048)
        self._ready.set()
        await self._server.serve(sockets=[self._listener])
