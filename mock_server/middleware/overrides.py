"""The stub overrides that a user sets under ``/__admin/mappings``. They answer before the program itself does."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.response import PreparedResponse, fields, send_answer
from mock_server.api.stage import Stage
from mock_server.config.settings import Settings
from mock_server.middleware.pattern_request import pattern_request
from mock_server.stubbing.overrides import Override
from mock_server.stubbing.raw_body import is_raw, raw_body
from mock_server.support.exact_json import write_json


class OverridesMiddleware:
    """Looks for an override in the workspace. Without one, the request goes on unchanged."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a stub override, or pass the request on."""
        exchange: Exchange = scope[EXCHANGE]
        if exchange.workspace is None or not exchange.workspace.mappings:
            await self._app(scope, receive, send)
            return
        override = await exchange.workspace.mappings.match(pattern_request(scope, exchange), exchange.note)
        if override is None:
            await self._app(scope, receive, send)
        else:
            exchange.mapping, exchange.stage = override.id, Stage.OVERRIDE
            exchange.note(f"stub {override.id} answers, not the program")
            await self._answer(exchange, override, send)

    async def _answer(self, exchange: Exchange, override: Override, send: Send) -> None:
        response, ours = override.response, self._settings.mock_headers
        await asyncio.sleep(response.get("fixedDelayMilliseconds", 0) / 1000)
        headers = fields(response.get("headers", {}))
        if ours:
            headers.append((b"x-mock-mapping", override.id.encode()))
        answer = PreparedResponse(response.get("status", 200), *_body(response))
        await send_answer(send, exchange, answer, headers, ours=ours)


def _body(response: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The bytes of a stub's answer and their media type."""
    if is_raw(response):
        return raw_body(response)
    return (write_json(response["jsonBody"]) if "jsonBody" in response else b""), b"application/json"
