"""One of several servers on one database: it serves the workspaces that it owns, and forwards all other requests.

Each workspace has one owner. A request can come to any replica: that one serves it, or takes the workspace if no living
replica owns it, or forwards the request to the owner. A forwarded request is never forwarded again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.cluster.forwarding import NOT_SERVED_HERE, PEER, AnswerLost, Forwarder, NotSent
from mock_server.cluster.joined_answers import join_for
from mock_server.cluster.joined_requests import JoinedRequests
from mock_server.cluster.own_answers import BUSY, LOST, STRANGER, after, refuse
from mock_server.cluster.ownership import Ownership
from mock_server.cluster.peer import Peer
from mock_server.cluster.request_subject import Subject, changes_rules, opens, subject_of
from mock_server.cluster.visits import Unsettled, Unusable
from mock_server.config.control_paths import LIVE
from mock_server.errors import StateError
from mock_server.store.postgres_owners import Replica as Living

log = logging.getLogger("mock_server")

_LOOK_AROUND_SECONDS = 0.25
_ROUNDS_IN_A_LOOK = 4  # each second, what is owned is compared with the database
_AGAIN_SECONDS = 0.1
_PATIENCE_SECONDS = 20.0
"""How long a request waits for somebody to serve it: a lease must end, and a workspace be loaded."""
_UNREACHABLE_SECONDS = 1.0
"""After this time with an owner that lives and cannot be reached, its workspace is asked for."""


class Replica(Starlette):
    """The application of a replica, around ``app``, which serves what this replica owns.

    ``shown`` reads the digests of the keys that a request shows. With an ``open_api``, some requests need no key.
    """

    def __init__(
        self,
        peer: Peer,
        app: Starlette,
        ownership: Ownership,
        shown: Callable[[Scope], Sequence[str]],
        *,
        open_api: bool,
    ) -> None:
        super().__init__(lifespan=self._living)
        self._peer = peer
        self._app: ASGIApp = app
        self._lifespan = app.router.lifespan_context(app)
        self._dispatcher = app.state.dispatcher
        self._ownership = ownership
        self._shown, self._open_api = shown, open_api
        self._forwarders: dict[int, Forwarder] = {}
        self._joined = JoinedRequests(app, ownership, self._forwarder)
        self.state = app.state
        self.state.dispatcher = self

    async def close(self) -> None:
        """End deliveries, and take no more workspaces. The server calls this when it stops."""
        self._ownership.is_closing = True
        await self._dispatcher.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or let another replica serve it."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        secret = next((value for name, value in scope["headers"] if name == PEER), None)
        if secret is not None and not self._peer.knows(secret):
            await refuse(send, 403, STRANGER)
        elif scope["path"] == LIVE:
            await self._app(scope, receive, send)
        elif secret is not None:
            named = [(name, value) for name, value in scope["headers"] if name != PEER]
            await self._serve_peer({**scope, "headers": named}, receive, send)
        elif (join := join_for(scope)) is not None:
            await self._joined.serve(scope, send, join)
        else:
            await self._serve(scope, receive, send)

    async def _serve_peer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what another replica has forwarded, if it can be served here."""
        try:
            workspace = None
            if join_for(scope):
                await self._ownership.take_all()
            else:
                workspace = await self._ownership.workspace(self._subject(scope))
            if workspace is not None and not self._ownership.is_here(workspace):
                self._ownership.directory.forget(workspace)
                if await self._ownership.owner(workspace) is not None:
                    raise Unsettled
            visit = await self._ownership.entered(workspace, opens=opens(scope))
        except Unusable as fault:
            return await refuse(send, 503, str(fault))
        except (Unsettled, StateError):
            return await refuse(send, 503, BUSY, [(NOT_SERVED_HERE, b"1")])
        with visit:
            return await self._serve_here(workspace, scope, receive, send)

    async def _serve_here(self, workspace: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; one that sets something is answered once that is stored for the next owner."""
        if workspace is not None and changes_rules(scope):
            send = after(partial(self._ownership.memory.store, workspace), send)
        await self._app(scope, receive, send)

    def _subject(self, scope: Scope) -> Subject:
        return subject_of(scope, self._shown, open_api=self._open_api)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request here or on another replica, as soon as one of them can."""
        subject = self._subject(scope)
        unreachable: dict[str, float] = {}
        now = asyncio.get_running_loop().time
        last = now() + _PATIENCE_SECONDS
        while now() < last:
            try:
                workspace = await self._ownership.workspace(subject)
                other = await self._other(scope, workspace)
                if other is not None:
                    return await self._forwarder(other).forward(scope, receive, send, other.url)
                visit = await self._ownership.entered(workspace, opens=opens(scope))
            except NotSent:
                if workspace is not None:
                    self._ownership.directory.forget(workspace)
                    if now() - unreachable.setdefault(workspace, now()) > _UNREACHABLE_SECONDS:
                        await self._ask_for(workspace)
            except Unsettled:
                pass
            except Unusable as why:
                return await refuse(send, 503, str(why))
            except AnswerLost:
                return await refuse(send, 503, LOST)
            except StateError as fault:  # the database is away for the moment
                log.debug("a request waits: %s", fault)
            else:
                with visit:
                    return await self._serve_here(workspace, scope, receive, send)
            await asyncio.sleep(_AGAIN_SECONDS)
        return await refuse(send, 503, BUSY)

    async def _other(self, scope: Scope, workspace: str | None) -> Living | None:
        """The replica to which a request must go; None if it is served here. Raises Unsettled if it must wait."""
        if workspace is None:
            makes_one = scope["method"] == "POST" and scope["path"] == "/__admin/workspaces"
            return self._ownership.quietest() if makes_one else None
        if self._ownership.is_here(workspace):
            return None
        return await self._ownership.owner(workspace)

    async def _ask_for(self, workspace: str) -> None:
        try:
            await self._ownership.want(workspace)
        except StateError as fault:
            log.warning("workspace %s cannot be asked for: %s", workspace, fault)

    def _forwarder(self, other: Living) -> Forwarder:
        if other.server not in self._forwarders:
            self._forwarders[other.server] = Forwarder(self._peer)
        return self._forwarders[other.server]

    @asynccontextmanager
    async def _living(self, app: Starlette) -> AsyncIterator[None]:
        async with self._lifespan:
            watching = asyncio.create_task(self._watch())
            try:
                async with self._ownership.memory.running():
                    yield
            finally:
                watching.cancel()
                await asyncio.wait([watching])
        await self._ownership.leave()
        for forwarder in self._forwarders.values():
            await forwarder.close()

    async def _let_go(self) -> None:
        """Close the connections to dead replicas: one may hang, and requests that it has would hang too."""
        living = {each.server for each in self._ownership.directory.replicas}
        for server in self._forwarders.keys() - living:
            await self._forwarders.pop(server).close()

    async def _watch(self) -> None:
        """Look again and again which replicas live, and what this one should own."""
        said, rounds = "", 0
        while True:
            try:
                await self._ownership.directory.look_around()
                await self._let_go()
                if rounds % _ROUNDS_IN_A_LOOK == 0:
                    await self._ownership.look()
                said = ""
            except StateError as fault:
                if str(fault) != said:
                    log.warning("the other replicas are not known at the moment: %s", fault)
                said = str(fault)
            rounds += 1
            await asyncio.sleep(_LOOK_AROUND_SECONDS)
