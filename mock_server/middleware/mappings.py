"""Stub overrides that were put under ``/__admin/mappings``: they answer before the program does."""

import asyncio
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.answer import Answer, send_answer
from mock_server.api.body import read_body
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.routing import Router
from mock_server.exact_json import write_json
from mock_server.mappings import Override
from mock_server.middleware.asked import asked
from mock_server.settings import Settings


class Mappings:
    """Looks for an override of the workspace; without one the request goes on as it came."""

    def __init__(self, app: ASGIApp, router: Router, settings: Settings) -> None:
        self._app = app
        self._router = router
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[EXCHANGE]
        if exchange.workspace is None or not exchange.workspace.mappings:
            await self._app(scope, receive, send)
            return
        mappings, body = exchange.workspace.mappings, None
        if mappings.reads_bodies:
            length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
            raw = await read_body(receive, length, self._settings.max_body)
            receive, body = _again(raw), _value(raw)
        request, exchange.operation = asked(scope, self._router, body)
        override = mappings.match(request)
        if override is None:
            await self._app(scope, receive, send)
        else:
            exchange.mapping, exchange.step = override.id, "mapping"
            await self._answer(exchange, override, send)

    async def _answer(self, exchange: Exchange, override: Override, send: Send) -> None:
        response, ours = override.response, self._settings.mock_headers
        await asyncio.sleep(response.get("fixedDelayMilliseconds", 0) / 1000)
        headers = [(name.lower().encode(), value.encode()) for name, value in response.get("headers", {}).items()]
        if ours:
            headers.append((b"x-mock-mapping", override.id.encode()))
        body = write_json(response["jsonBody"]) if "jsonBody" in response else b""
        await send_answer(send, exchange, Answer(response.get("status", 200), body), headers, ours=ours)


def _again(raw: bytes) -> Receive:
    """The body once more, for the program below."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


def _value(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")
