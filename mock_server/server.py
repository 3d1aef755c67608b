"""Run the application on a socket, in this process or in a thread of it: bind, be ready, drain, stop."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from types import FrameType, TracebackType

import uvicorn
from starlette.applications import Starlette

from mock_server.api.exchange import Exchange
from mock_server.app import create_app
from mock_server.cluster.peer import peer_of
from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.http_protocol.accepting import accepting
from mock_server.http_protocol.listening import bind, url_of
from mock_server.http_protocol.parser_choice import http_parser
from mock_server.http_protocol.stopping import refuse_all, refuse_the_slow
from mock_server.http_protocol.tls import tls_options
from mock_server.middleware.shown_keys import ShownKeys
from mock_server.store.base import Log
from mock_server.store.open_log import open_log as open_state
from mock_server.support.redaction import Redactor

try:
    from uvloop import new_event_loop
except ImportError:  # Windows has none
    new_event_loop = None  # type: ignore[assignment]  # asyncio.Runner then makes its own loop

log = logging.getLogger("mock_server")

_GRACE = 3  # seconds that requests in flight have to end once deliveries have, which may take three
_IDLE = 75  # seconds that a connection may wait for its next request; clients give up theirs earlier
_UNREAD = 0.02  # seconds in which the loop reads what had arrived when the stop was asked for
_LOOK = 0.1  # seconds between looks whether a second signal came


def open_log(settings: Settings) -> Log:
    """Open the log that stores the state. Raises StateError."""
    return open_state(settings.state, flushed=settings.state_survives == "power")


def open_app(
    settings: Settings,
    listener: socket.socket,
    opened: ExitStack,
    observe: Callable[[Exchange], None],
    redactor: Redactor | None = None,
) -> Starlette:
    """Make the application on its log, as a replica if others share the state. Raises SetupError."""
    peer = peer_of(settings, url_of(listener, secure=bool(settings.tls_cert)))
    if peer is None:
        log = open_log(settings)
        opened.callback(log.close)
        return create_app(settings, log, observe, redactor)
    from mock_server.api.stored_exchange import ExchangeForm  # start-up: for those who have several servers
    from mock_server.cluster.open_replica import open_replica  # start-up: as above

    redactor = redactor or Redactor()
    redactor.hide(peer.secret)
    make = partial(create_app, settings, observe=observe, redactor=redactor)
    return open_replica(peer, settings.state, make, ShownKeys, partial(ExchangeForm, redactor=redactor), opened)


def configured(app: Starlette, protocol: type[asyncio.Protocol] | None = None) -> uvicorn.Config:
    """Configure uvicorn for the application; ``protocol`` is a test's own parser. Raises SettingsError."""
    return uvicorn.Config(
        app,
        lifespan="on",
        http=protocol or http_parser(),
        ws="none",
        access_log=False,  # costs as much as our own work; we write our own line
        log_config=None,
        log_level="error",
        server_header=False,
        proxy_headers=False,  # nobody stands in front: what a client says of its address is not believed
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
        **tls_options(app.state.settings),
    )


class Server(uvicorn.Server):
    """A uvicorn server, except that a requested stop ends well (exit code 0), and a second signal is final."""

    interrupted = False
    """True when the stop came from the keyboard."""
    lost_its_state = False
    """True if the server stopped by itself because its state file is not its own any more."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # as uvicorn narrows it
        """Do nothing: ``until_stopped`` handles signals, for uvicorn's own way changes with its versions."""
        return nullcontext()

    def install_signal_handlers(self) -> None:
        """Do nothing, for ``until_stopped`` handles signals. uvicorn before 0.29 calls this."""

    @contextmanager
    def _stoppable(self) -> Generator[None, None, None]:
        """Stop the server on a signal inside this block; only the main thread can listen to signals."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _signals()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def until_stopped(self, listener: socket.socket) -> None:
        """Serve in this thread until the server stops."""
        with self._stoppable(), accepting(listener) as sockets, asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(self.serve(sockets=sockets))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End deliveries and live views, answer the requests that clients have sent by now, and take no more.

        Deliveries end first: a receiver on this very port must still be there.
        """
        app = self.config.app
        closing = asyncio.create_task(app.state.dispatcher.close() if isinstance(app, Starlette) else asyncio.sleep(0))
        await asyncio.sleep(_UNREAD)
        for connection in list(self.server_state.connections):
            connection.shutdown()
        refusing = asyncio.create_task(refuse_the_slow(self.server_state))
        while not closing.done() and not self.force_exit:
            await asyncio.wait([closing], timeout=_LOOK)
        if not self.force_exit:
            await super().shutdown(sockets)
        refusing.cancel()
        if self.force_exit:
            for server in self.servers:
                server.close()
            await refuse_all(self.server_state)

    def stop(self) -> None:
        """Ask the server to stop, from any thread."""
        self.should_exit = True

    def give_up(self, fault: StateError) -> None:
        """Stop because nothing can be stored any more; requests that still come are answered 503."""
        log.critical("%s; nothing more is kept, so the server stops", fault)
        self.lost_its_state = True
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ask the server to stop; a second signal does not wait for requests."""
        self.interrupted = self.interrupted or sig == signal.SIGINT
        self.force_exit = self.should_exit
        self.should_exit = True


def _signals() -> Iterator[int]:
    """The signals that ask for a stop.

    A closed terminal does so too, except where that is ignored, as with `nohup`.
    """
    yield from (signal.SIGINT, signal.SIGTERM)
    hangup = getattr(signal, "SIGHUP", None)  # not every system has it
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        yield hangup


def _cut_short(record: logging.LogRecord) -> bool:
    """A log filter: False for a request that was cut off when the server stopped, for that is no error to show."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "CancelledError" not in record.getMessage()


def run(app: Starlette, listener: socket.socket) -> Server:
    """Serve in this thread until a signal asks to stop. Return the server, which knows how it ended."""
    server = server_of(app)
    server.until_stopped(listener)
    return server


def server_of(app: Starlette) -> Server:
    """Make the server of an application. It stops by itself when its state file is not its own any more."""
    logging.getLogger("uvicorn.error").addFilter(_cut_short)
    server = Server(configured(app))
    _tell_of_loss(app, server)
    return server


def _tell_of_loss(app: Starlette, server: Server) -> None:
    """Stop the server once somebody else has its state."""
    app.state.workspaces.log.lost = server.give_up


class MockServer:
    """A server in a thread, for tests and notebooks::

    with MockServer() as server:
        httpx.get(f"{server.url}/v1/leads", headers={"Authorization": f"Bearer {server.api_key}"})

    It can be entered again: with ``state`` it takes up where it stopped.
    """

    url: str
    api_key: str
    admin_token: str
    """The token that opens the control plane of a server that others reach; an empty text on loopback."""
    app: Starlette
    protocol: type[asyncio.Protocol] | None = None

    def __init__(self, settings: Settings | None = None, *, observe: Callable[[Exchange], None] | None = None) -> None:
        self.settings = settings or Settings(port=0, quiet=True)
        self._observe = observe or (lambda exchange: None)
        self._running = ExitStack()

    def __enter__(self) -> "MockServer":
        """Start the server in a thread. Raises SetupError, and leaves nothing open."""
        with ExitStack() as opened:
            listener = opened.enter_context(bind(self.settings))
            self.app = open_app(self.settings, listener, opened, self._observe)
            self.url = url_of(listener, secure=bool(self.settings.tls_cert))
            self.api_key, self.admin_token = self.app.state.key, self.app.state.admin_token or ""
            server = Server(configured(self.app, self.protocol))
            _tell_of_loss(self.app, server)
            thread = threading.Thread(target=server.until_stopped, args=[listener], name="sophiie-mock", daemon=True)
            thread.start()
            opened.callback(thread.join)
            opened.callback(server.stop)
            while not server.started:
                thread.join(0.005)
                if not thread.is_alive():
                    raise RuntimeError("the server did not start; its log says why")
            self.app.state.workspaces.wait_for_all()
            self._running = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()
