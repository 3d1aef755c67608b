"""Stub overrides that were put under ``/__admin/mappings``: they answer before the program does."""

import asyncio
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.answer import Answer, fields, send_answer
from mock_server.api.body import read_body
from mock_server.api.encoding import decoded
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.routing import Router
from mock_server.errors import ApiError
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
            receive, body = _again(raw), self._value(raw, scope)
        request, exchange.operation = asked(scope, self._router, body)
        override = mappings.match(request)
        if override is None:
            await self._app(scope, receive, send)
        else:
            exchange.mapping, exchange.step = override.id, "mapping"
            await self._answer(exchange, override, send)

    def _value(self, raw: bytes, scope: Scope) -> Any:
        """What the body says; nothing where it cannot be unpacked, which the program below refuses."""
        try:
            text = decoded(raw, scope["headers"], self._settings.max_body)
            return orjson.loads(text) if text else None
        except orjson.JSONDecodeError:
            return text.decode("utf-8", "replace")
        except ApiError:
            return None

    async def _answer(self, exchange: Exchange, override: Override, send: Send) -> None:
        response, ours = override.response, self._settings.mock_headers
        await asyncio.sleep(response.get("fixedDelayMilliseconds", 0) / 1000)
        headers = fields(response.get("headers", {}))
        if ours:
            headers.append((b"x-mock-mapping", override.id.encode()))
        body = write_json(response["jsonBody"]) if "jsonBody" in response else b""
        await send_answer(send, exchange, Answer(response.get("status", 200), body), headers, ours=ours)


def _again(raw: bytes) -> Receive:
    """The body once more, for the program below."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive
