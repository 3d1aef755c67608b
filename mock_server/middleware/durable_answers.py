"""An answer goes out once everything that it may show is durable: nobody sees what a crash or a full disk takes back.

These two layers are the only places that wait for it, so no route can forget it. They are there only with ``--state``.
"""

import asyncio
import logging
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.problem import problem
from mock_server.config.control_paths import LIVE
from mock_server.errors import ApiError, StateError
from mock_server.store.base import unavailable
from mock_server.store.group_commit import GroupCommit

log = logging.getLogger("mock_server")


class DurableAnswers:
    """Holds back the answers of the emulated API, refusals included, until their workspace is durable.

    A behaviour reads and answers without letting anybody else in between, so what is pending as the answer begins is
    what it can have seen; its body is whole by then.
    """

    def __init__(self, app: ASGIApp, commits: GroupCommit) -> None:
        self._app = app
        self._commits = commits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises StorageUnavailable where the answer would show what was undone."""
        exchange: Exchange = scope[EXCHANGE]

        async def durable(message: Message) -> None:
            if message["type"] == "http.response.start" and self._is_pending(exchange):
                await self._wait(exchange)
            await send(message)

        try:
            await self._app(scope, receive, durable)
        except ApiError:  # a conflict, say, with what is not durable yet
            if self._is_pending(exchange):
                await self._wait(exchange)
            raise

    def _is_pending(self, exchange: Exchange) -> bool:
        return exchange.workspace is not None and self._commits.pending(exchange.workspace.id) is not None

    async def _wait(self, exchange: Exchange) -> None:
        if exchange.workspace is None:
            return
        now = asyncio.get_running_loop().time
        began = now()
        try:
            await self._commits.durable(exchange.workspace.id)
            self._commits.waits.add(now() - began)
        except Exception as fault:  # whatever the log refused with: the answer must not go out
            exchange.retract()
            raise (unavailable(fault) if isinstance(fault, StateError) else fault) from None


class DurableControl:
    """Holds back the answers of the control plane until all that was pending in any workspace is durable.

    They may be long, or wait for something to happen: one that began before a transaction was undone is refused.
    """

    def __init__(self, app: ASGIApp, commits: GroupCommit) -> None:
        self._app = app
        self._commits = commits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 503 in place of an answer that shows what was undone."""
        if scope["path"] == LIVE:
            await self._app(scope, receive, send)
            return
        before = self._commits.refused
        begun = refused = False

        async def durable(message: Message) -> None:
            nonlocal begun, refused
            if refused:
                return
            why = await self._why_not(before)
            if why and begun:
                raise RuntimeError("an answer was cut short: what it shows was undone")
            refused = bool(why)
            if why:
                await problem(503, " ".join(why))(scope, receive, send)
            else:
                begun = True
                await send(message)

        await self._app(scope, receive, durable)

    async def _why_not(self, before: int) -> Sequence[str]:
        try:
            if (pending := self._commits.newest()) is not None:
                await pending.durable()
        except StateError as fault:
            return unavailable(fault).explain
        except Exception:  # a mistake of ours in the log: the answer must not go out, and says where to look
            log.exception("a transaction could not be kept")
            return ["a bug of the mock; its log has the traceback"]
        if self._commits.refused != before:
            return ["changes that this answer may show could not be kept and were undone → ask again"]
        return ()
