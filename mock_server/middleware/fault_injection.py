"""The faults that a user sets under ``/__admin/faults``: what the real network and the real API do on a bad day.

Each faulted answer says so in the journal, and in ``X-Mock-Fault`` when it has headers.
"""

import asyncio
import copy
from collections.abc import AsyncIterator, MutableMapping
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.response import Header, PreparedResponse, fields, send_answer, with_headers
from mock_server.api.stage import Stage
from mock_server.config.rates import RATE_LIMIT_PER_MINUTE
from mock_server.errors import ApiError, InjectedFault, TooManyRequests
from mock_server.middleware.cross_origin import SHARED
from mock_server.middleware.pattern_request import pattern_request
from mock_server.stubbing.fault_rules import BODY_FAULTS, CONNECTION_FAULTS, STALE_READ, FaultHit
from mock_server.stubbing.raw_body import is_raw, raw_body
from mock_server.workspaces.workspace import Workspace

CONNECTION = "mock.connection"
"""The extension of a scope through which the connection itself can be hurt; only a socket has it."""

_GARBAGE = 512  # bytes


class TransportConnection(Protocol):
    """The connection as the transport offers it."""

    def write(self, data: bytes) -> None:
        """Past HTTP, as it is."""

    def close(self) -> None:
        """After what was written."""

    def reset(self) -> None:
        """At once, so that the peer sees a reset."""


class NoTransport(RuntimeError):
    """A rule asks for a fault of the connection, but there is none: the request came in process, without a socket."""


class FaultInjection:
    """Applies the fault rules of the workspace. Control routes, and requests without a workspace, are never faulted."""

    def __init__(self, app: ASGIApp, *, ours: bool) -> None:
        self._app = app
        self._ours = ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a fault rule strike the request, or pass it on."""
        exchange: Exchange = scope[EXCHANGE]
        workspace = exchange.workspace
        strike = None
        if workspace is not None and workspace.faults:
            strike = await workspace.faults.strike(pattern_request(scope, exchange), exchange.key)
        if workspace is None or strike is None:
            await self._app(scope, receive, send)
            return
        exchange.fault = strike.description()
        exchange.stage = Stage.FAULT
        headers = self._headers(strike, workspace)
        await asyncio.sleep(strike.delay())
        if strike.rule.fault in CONNECTION_FAULTS:
            await self._hurt(strike, headers, scope, receive, send)
        elif is_raw(strike.rule.response):
            answer = PreparedResponse(int(strike.rule.response["status"]), *raw_body(strike.rule.response))
            await send_answer(send, exchange, answer, headers, ours=self._ours)
        elif "status" in strike.rule.response:
            raise InjectedFault(int(strike.rule.response["status"]), f"fault {exchange.fault}", headers=headers)
        elif strike.rule.fault == STALE_READ:
            await self._stale(workspace, exchange, headers, scope, receive, send)
        else:
            changes = strike.rule.fault in BODY_FAULTS or "chunkedDribbleDelay" in strike.rule.response
            await self._answer_below(headers, _changed(strike, send) if changes else send, scope, receive)

    def _headers(self, strike: FaultHit, workspace: Workspace) -> list[Header]:
        """The headers of the rule; a 429 has the documented ones too, with or without ``Retry-After``."""
        given = {name.lower(): value for name, value in strike.rule.response.get("headers", {}).items()}
        if strike.rule.response.get("status") == TooManyRequests.status:
            limit = str(workspace.plan.limit or RATE_LIMIT_PER_MINUTE)
            given = {"x-ratelimit-limit": limit, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60", **given}
        return with_headers(fields(given), [(b"x-mock-fault", strike.description().encode())] if self._ours else [])

    async def _answer_below(self, headers: list[Header], send: Send, scope: Scope, receive: Receive) -> None:
        """The answer of the program below, errors included, with the headers of the fault."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_headers(message["headers"], headers)}
                scope[EXCHANGE].answered = message["headers"]  # the journal tells what is sent
            await send(message)

        try:
            await self._app(scope, receive, marked)
        except ApiError as error:
            error.headers = tuple(with_headers(error.headers, headers))
            raise

    async def _stale(
        self,
        workspace: Workspace,
        exchange: Exchange,
        headers: list[Header],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Answer the request from the workspace as it was before the last change."""
        if workspace.faults.before is not None:
            exchange.workspace = copy.copy(workspace)
            exchange.workspace.state = workspace.faults.before
        try:
            await self._answer_below(headers, send, scope, receive)
        finally:
            exchange.workspace = workspace

    async def _hurt(self, strike: FaultHit, headers: list[Header], scope: Scope, receive: Receive, send: Send) -> None:
        """The connection ends, as the fault wants it; then there is nothing more to say."""
        connection: TransportConnection | None = (scope.get("extensions") or {}).get(CONNECTION)
        fault = strike.rule.fault
        if connection is None:
            raise NoTransport(
                f"{fault} (rule {strike.rule.id}) needs a socket: start the server with MockServer; where that warns "
                "of uvicorn's parser, this fault cannot be made"
            )
        if fault == "INCOMPLETE_RESPONSE":
            await self._answer_below(headers, _cut(connection, send), scope, receive)
        elif fault == "CONNECTION_RESET_BY_PEER":
            connection.reset()
        elif fault != "TIMEOUT":
            connection.write(_noise(fault, strike, [*headers, *scope.get(SHARED, ())]))
            connection.close()
        async for _ in _until_gone(receive):
            pass


def _noise(fault: str, strike: FaultHit, headers: list[Header]) -> bytes:
    """The bytes that go over the wire before it is closed."""
    garbage = bytes(strike.chance.below(256) for _ in range(_GARBAGE))
    if fault == "MALFORMED_RESPONSE_CHUNK":
        usual = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
        head = b"".join(b"%s: %s\r\n" % header for header in with_headers(usual, headers))
        return b"HTTP/1.1 200 OK\r\n%s\r\nzz\r\n%s" % (head, garbage)
    return b"" if fault == "EMPTY_RESPONSE" else garbage


async def _until_gone(receive: Receive) -> AsyncIterator[MutableMapping[str, Any]]:
    while (message := await receive())["type"] != "http.disconnect":
        yield message


def _cut(connection: TransportConnection, send: Send) -> Send:
    """Half of the body that Content-Length promises, then the end."""

    async def cut(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
        else:
            body = message.get("body", b"")
            await send({**message, "body": body[: len(body) // 2], "more_body": True})
            connection.close()

    return cut


def _changed(strike: FaultHit, send: Send) -> Send:
    """The answer with its body cut, garbled or in drips."""
    response = strike.rule.response
    started: list[Message] = []

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        body = message.get("body", b"")
        if strike.rule.fault in BODY_FAULTS and body:
            garbage = bytes(strike.chance.below(256) for _ in range(_GARBAGE))
            body = body[: len(body) // 2] if strike.rule.fault == "TRUNCATED_BODY" else garbage
        headers = [pair for pair in started[0]["headers"] if pair[0] != b"content-length"]
        await send({**started[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await _drip(response.get("chunkedDribbleDelay"), body, send)

    return changed


async def _drip(dribble: dict[str, int] | None, body: bytes, send: Send) -> None:
    """The body at once, or in so many parts over so many milliseconds."""
    parts = dribble["numberOfChunks"] if dribble else 1
    size = -(-len(body) // parts) or 1
    for index in range(parts):
        if dribble:
            await asyncio.sleep(dribble["totalDuration"] / parts / 1000)
        await send({"type": "http.response.body", "body": body[index * size : (index + 1) * size], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
