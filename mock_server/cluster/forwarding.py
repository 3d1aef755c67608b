"""Forward a request to the replica that owns its workspace, and its answer to the client, byte by byte.

A request that is not safe to repeat is sent with ``Expect: 100-continue``. The other replica does nothing before it
asks for the body, so if it goes away before that, the request can be sent again.
"""

from collections.abc import AsyncIterator, Iterator

import aiohttp
from multidict import CIMultiDict
from starlette.types import Receive, Scope, Send
from yarl import URL

from mock_server.cluster.peer import Peer

PEER = b"x-mock-peer"
"""The header with the secret of replicas; a request that has it is never forwarded again."""
NOT_SERVED_HERE = b"x-mock-not-served-here"
"""The header of the answer of a replica that does not own the workspace, to another replica."""

_OF_ONE_CONNECTION = frozenset(
    (
        *(b"connection", b"expect", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
        *(b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade", PEER),
    )
)
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
_NONE_OF_OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=2.0)


class NotSent(Exception):
    """The other replica has done nothing: it is gone, or does not own the workspace any more."""


class AnswerLost(Exception):
    """The other replica went away, and may have handled the request before that."""


class _Body:
    """The body of a request, read from the client when the other replica asks for it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.begun = False

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the body part by part. Raises AnswerLost when the client goes away."""
        self.begun = True
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise AnswerLost
            if part := message.get("body", b""):
                yield part
            if not message.get("more_body", False):
                return


class Forwarder:
    """A client of other replicas. It lives as long as the event loop that uses it."""

    def __init__(self, peer: Peer) -> None:
        self._secret = peer.secret
        self._session: aiohttp.ClientSession | None = None

    async def forward(self, scope: Scope, receive: Receive, send: Send, url: str) -> None:
        """Send a request on, and its answer back. Raises NotSent or AnswerLost before any of the answer is sent."""
        body = _Body(receive)
        repeatable = scope["method"] in _REPEATABLE and not _has_body(scope)
        session = self._opened()
        begun = False
        try:
            async with session.request(
                scope["method"],
                URL(url + _target(scope), encoded=True),
                headers=CIMultiDict(self._fields(scope)),
                data=None if repeatable else body.parts(),
                expect100=not repeatable,
                allow_redirects=False,
                skip_auto_headers=_NONE_OF_OURS,
            ) as answer:
                headers = [(name.lower(), value) for name, value in answer.raw_headers]
                if any(name == NOT_SERVED_HERE for name, _ in headers):
                    raise NotSent
                begun = True
                await _pass_on(answer, headers, send)
        except (aiohttp.ClientError, TimeoutError, OSError):
            if begun:
                raise  # the client sees a broken answer, as the connection ends
            if repeatable or not body.begun:
                raise NotSent from None
            raise AnswerLost from None

    async def close(self) -> None:
        """Close all connections: a request that waits for its answer ends with AnswerLost or NotSent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # One connection for each request: if a connection is idle, nobody sees that the other replica is gone.
            connector = aiohttp.TCPConnector(limit=0, force_close=True)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=_TIMEOUT, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    def _fields(self, scope: Scope) -> Iterator[tuple[str, str]]:
        for name, value in scope["headers"]:
            if name not in _OF_ONE_CONNECTION:
                yield name.decode("latin-1"), value.decode("utf-8", "replace")
        yield PEER.decode(), self._secret


def _has_body(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"content-length" in names or b"transfer-encoding" in names


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


async def _pass_on(answer: aiohttp.ClientResponse, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    passed = [(name, value) for name, value in headers if name not in _OF_ONE_CONNECTION]
    await send({"type": "http.response.start", "status": answer.status, "headers": passed})
    async for part in answer.content.iter_any():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
