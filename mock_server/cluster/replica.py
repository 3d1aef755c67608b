"""One of several servers on one database: it serves the state, or forwards to the one that does.

The replica that serves has the lease of the database. The lease ends when that replica stops, dies or is cut off. The
first other replica that then gets the lease makes the application, and serves the requests that wait.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from mock_server.cluster.forwarding import NOT_SERVED_HERE, PEER, AnswerLost, Forwarder, NotSent
from mock_server.cluster.peer import Peer
from mock_server.config.control_paths import LIVE, OPEN
from mock_server.errors import SetupError, StateError
from mock_server.store.base import Log

log = logging.getLogger("mock_server")

_LOOK_SECONDS = 0.2
"""The time between two checks which replica has the lease."""
_PATIENCE_SECONDS = 20.0
"""How long a request waits for a replica that serves: a lease must end, and an application must start."""
_BUSY = b'{"error":"nobody serves this state at the moment; ask again soon"}'
_LOST = b'{"error":"the replica that served this request is gone, and nobody knows how far it came"}'
_STRANGER = b'{"error":"this header is for replicas, which share a secret"}'


class Replica(Starlette):
    """The application of a replica.

    ``owner`` looks up the URL of the replica that has the lease, None if no replica has it; ``claim`` takes the lease,
    or raises StateError; ``make`` makes the application on a log. All three may take a while, so they run in threads.
    """

    def __init__(
        self, peer: Peer, owner: Callable[[], str | None], claim: Callable[[], Log], make: Callable[[Log], Starlette]
    ) -> None:
        super().__init__(lifespan=self._living)
        self.lost: Callable[[StateError], None] = lambda fault: None
        """The callback for the moment when another replica has taken over: this replica must stop then."""
        self._peer = peer
        self._owner, self._claim, self._make = owner, claim, make
        self._forwarder = Forwarder(peer)
        self._serving: Starlette | None = None
        self._url: str | None = None  # of the replica that serves
        self._opened = AsyncExitStack()
        self.state.dispatcher = self

    @property
    def serves(self) -> bool:
        """True once this replica itself serves the state."""
        return self._serving is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or let another replica serve it."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        shown = next((value for name, value in scope["headers"] if name == PEER), None)
        if self._serving is None and scope["method"] == "GET" and scope["path"] in OPEN:
            await self._tell_health(scope["path"], send)
        elif shown is None:
            await self._serve(scope, receive, send)
        elif not self._peer.knows(shown):
            await _answer(send, 403, _STRANGER)
        elif self._serving is None:  # never forwarded twice: two replicas could forward it to each other for ever
            await _answer(send, 503, _BUSY, [(NOT_SERVED_HERE, b"1")])
        else:
            named = [(name, value) for name, value in scope["headers"] if name != PEER]
            await self._serving({**scope, "headers": named}, receive, send)

    async def _tell_health(self, path: str, send: Send) -> None:
        """Answer that this replica is live, and that it is ready once it knows the replica that serves."""
        if path == LIVE:
            await _answer(send, 200, b'{"status":"live"}')
        else:
            await _answer(send, *((200, b'{"status":"ready"}') if self._url else (503, _BUSY)))

    async def close(self) -> None:
        """End deliveries if this replica makes any. The server calls this when it stops."""
        if self._serving is not None:
            await self._serving.state.dispatcher.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request here or on another replica, as soon as one of them serves."""
        now = asyncio.get_running_loop().time
        last = now() + _PATIENCE_SECONDS
        while now() < last:
            if self._serving is not None:
                return await self._serving(scope, receive, send)
            try:
                if self._url is not None:
                    return await self._forwarder.forward(scope, receive, send, self._url)
            except NotSent:
                self._url = None
            except AnswerLost:
                return await _answer(send, 503, _LOST)
            await asyncio.sleep(_LOOK_SECONDS / 2)
        return await _answer(send, 503, _BUSY)

    @asynccontextmanager
    async def _living(self, app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            await self._opened.aclose()
            await self._forwarder.close()

    async def _watch(self) -> None:
        """Look up which replica serves, until this one does."""
        before, said = None, ""
        while self._serving is None:
            try:
                self._url = await asyncio.to_thread(self._owner)
                if self._url != before:  # the earlier one may hang, and requests that it has would hang too
                    await self._forwarder.close()
                before = self._url
                if self._url is None:
                    await self._take_over()
            except StateError as fault:  # another server was quicker or is no replica, or the database is gone
                if str(fault) != said:
                    log.warning("this replica does not serve: %s", fault)
                said = str(fault)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take_over(self) -> None:
        """Take the lease, and serve. Raises StateError if another server has the lease.

        A state that cannot be served ends this replica, as it ends a single server at its start.
        """
        kept = await asyncio.to_thread(self._claim)
        self._opened.push_async_callback(asyncio.to_thread, kept.close)
        kept.lost = self.lost
        try:
            app = await asyncio.to_thread(self._make, kept)
        except SetupError as fault:
            self.lost(StateError(*fault.problems))
            await (
                asyncio.Event().wait()
            )  # until the process ends; without the lease this replica would try to take over again
            raise
        await self._opened.enter_async_context(app.router.lifespan_context(app))
        if not getattr(kept, "is_first", True):
            for workspace in app.state.workspaces:
                workspace.journal.begin_after_a_move()
        self._serving = app
        log.warning("this replica, %s, serves the state from now on", self._peer.url)


async def _answer(send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    described = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*described, *headers]})
    await send({"type": "http.response.body", "body": body})
