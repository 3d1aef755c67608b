"""Ask every replica, and join their answers."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Scope, Send

from mock_server.cluster.forwarding import AnswerLost, Forwarder, NotSent
from mock_server.cluster.joined_answers import Join, question_for_all
from mock_server.cluster.own_answers import BUSY, refuse, send_whole
from mock_server.cluster.ownership import Ownership
from mock_server.errors import StateError
from mock_server.store.postgres_owners import Replica

_AGAIN_SECONDS = 0.1
_PATIENCE_SECONDS = 20.0
_MAX_ROUNDS = 5
"""While workspaces are made all the time, an answer is as good as the last one."""


class JoinedRequests:
    """Answers requests about all workspaces, on behalf of ``app`` and of all other replicas."""

    def __init__(self, app: ASGIApp, ownership: Ownership, forwarder: Callable[[Replica], Forwarder]) -> None:
        self._app = app
        self._ownership = ownership
        self._forwarder = forwarder

    async def serve(self, scope: Scope, send: Send, join: Join) -> None:
        """Answer about all replicas. Any answer other than 200 stands for all of them."""
        now = asyncio.get_running_loop().time
        last = now() + _PATIENCE_SECONDS
        while now() < last:
            try:
                parts = await self._parts(scope)
            except (NotSent, AnswerLost, StateError):  # it is gone, and will not be asked once its lease has ended
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            whole = next((part for part in parts if part.status != 200), parts[0])
            if whole.status == 200:
                whole.body = join([part.body for part in parts])
            headers = [(name, value) for name, value in whole.headers if name != b"content-length"]
            await send_whole(send, whole.status, headers, whole.body)
            return
        await refuse(send, 503, BUSY)

    async def _parts(self, scope: Scope) -> "Sequence[_Part]":
        """The answers of all replicas, asked again if a workspace has gone from one to another meanwhile."""
        for _ in range(_MAX_ROUNDS):
            await self._ownership.directory.look_around()
            await self._ownership.take_all()
            before = await self._ownership.changes()
            everybody = (None, *self._ownership.directory.others)
            parts = [await self._part(question_for_all(scope), other) for other in everybody]
            if await self._ownership.changes() == before:
                break
        return parts

    async def _part(self, scope: Scope, other: Replica | None) -> "_Part":
        part = _Part()
        if other is None:
            await self._app(dict(scope), _no_body, part.send)
        else:
            await self._forwarder(other).forward(scope, _no_body, part.send, other.url)
        return part


class _Part:
    """The answer of one replica, as a whole."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Sequence[tuple[bytes, bytes]] = ()
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.body += message.get("body", b"")


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
