"""``/__admin/feed``: the news of a workspace, as a stream of server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mock_server.admin import query
from mock_server.admin.context import AdminContext, ControlRefused
from mock_server.admin.feed_rows import Row, request_row
from mock_server.admin.ignored_input import IgnoredInput
from mock_server.admin.live_feed import AT_ONCE_MILLISECONDS, MAX_ROWS, FeedEntry, LiveFeed
from mock_server.admin.while_connected import while_connected
from mock_server.api.exchange import Exchange
from mock_server.api.request_body import ClientGone
from mock_server.support.exact_json import write_json
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import Stopwatch

MAX_STREAMS = 32
"""Readers that a server has at the same time; each is one open page."""
_LOOK_SECONDS = 0.2
_LOOKS_PER_SIGN = 75  # a sign of life each quarter of a minute
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    return [Route("/feed", _Feeds(control).show)]


class _Feeds:
    """The handler. It counts the streams that are open."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control
        self._ignored = IgnoredInput(control.workspaces.contract, control.names)
        self.open = 0

    async def show(self, request: Request) -> Response:
        """Send the newest ``limit`` rows; with ``follow`` also those that come, until the reader goes away."""
        query.refuse_unknown(request, ("limit", "follow"))
        limit = query.whole_number(request, "limit", 500, MAX_ROWS)
        follow = query.flag(request, "follow") and request.method == "GET"
        workspace = self._control.workspace(request)
        if follow and self.open >= MAX_STREAMS:
            raise ControlRefused(429, f"{MAX_STREAMS} pages follow this server already: close one of them")
        return _Stream(self, self._messages(workspace, limit, follow=follow))

    async def _messages(self, workspace: Workspace, limit: int, *, follow: bool) -> AsyncIterator[bytes]:
        feed, looks = LiveFeed(workspace, self._control.endpoint.refused_keys, self._request_row), 0
        found = await feed.next()
        yield _message("begin", {"workspace": workspace.id})
        async for message in self._rows(found[-limit:] if limit else ()):
            yield message
        while follow and not self._is_over(workspace):
            await asyncio.sleep(_LOOK_SECONDS)
            looks += 1
            if looks % _LOOKS_PER_SIGN == 0:
                yield b": still here\n\n"
            if feed.begin_anew():
                yield _message("begin", {"workspace": workspace.id})
            found = await feed.next()
            if feed.skipped:
                yield _message("skipped", {"count": feed.skipped})
            async for message in self._rows(found):
                yield message

    async def _rows(self, found: Sequence[FeedEntry]) -> AsyncIterator[bytes]:
        rows, watch = [], Stopwatch()
        for one in found:
            rows.append(one.row())
            if watch.ms() > AT_ONCE_MILLISECONDS:
                yield _message("rows", rows)
                await asyncio.sleep(0)
                rows, watch = [], Stopwatch()
        if rows:
            yield _message("rows", rows)

    def _request_row(self, exchange: Exchange) -> Row:
        return request_row(exchange, self._ignored.of(exchange) if exchange.over else ())

    def _is_over(self, workspace: Workspace) -> bool:
        return self._control.dispatcher.news.is_over or self._control.workspaces.get(workspace.id) is not workspace


class _Stream(StreamingResponse):
    """A stream that counts as open until its last byte is sent or its reader is gone."""

    def __init__(self, feeds: _Feeds, messages: AsyncIterator[bytes]) -> None:
        super().__init__(messages, headers=_HEADERS, media_type="text/event-stream")
        self._feeds = feeds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. A reader that has closed its sending side is gone: a killed browser looks the same."""
        self._feeds.open += 1
        try:
            await while_connected(Request(scope), super().__call__(scope, receive, send), waits=True)
        except ClientGone:
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._feeds.open -= 1


def _message(name: str, value: Any) -> bytes:
    """One server-sent event; JSON has no line breaks of its own."""
    return b"event: " + name.encode() + b"\ndata: " + write_json(value) + b"\n\n"
