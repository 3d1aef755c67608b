"""Sends no answer that may be out of date: where another server can have taken over, what was read is held back.

The lease is looked at after the answer was made, so that a pause between the two is noticed.
"""

from typing import Protocol, runtime_checkable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.api.error_bodies import ErrorBodies
from mock_server.api.response import explained, headers_for
from mock_server.config.control_paths import LIVE
from mock_server.errors import StorageUnavailable

_WHY = "this server has not heard of its database for some seconds, so another one may have taken over; ask again soon"


@runtime_checkable
class LeasedLog(Protocol):
    """The interface of a log that another server can take over."""

    def is_current(self) -> bool:
        """Tell whether memory is what is kept."""


def fenced(app: ASGIApp, log: object, envelope: ErrorBodies) -> ASGIApp:
    """``app``, behind a fence where its log can be taken over; others pay nothing."""
    return ReadFence(app, log, envelope) if isinstance(log, LeasedLog) else app


class ReadFence:
    """Answers 503 in the place of what was read without a lease."""

    def __init__(self, app: ASGIApp, log: LeasedLog, envelope: ErrorBodies) -> None:
        self._app = app
        self._log = log
        self._envelope = envelope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request, and its answer if the lease is held as that begins."""
        if scope["type"] != "http" or scope["path"] == LIVE:
            await self._app(scope, receive, send)
            return
        refused = False

        async def send_if_current(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and not self._log.is_current():
                refused = True
                await self._refuse(scope["path"], send)
            elif not refused:
                await send(message)

        await self._app(scope, receive, send_if_current)

    async def _refuse(self, path: str, send: Send) -> None:
        error = StorageUnavailable(_WHY)
        body = self._envelope.body(error.status, path, None)
        headers = [*headers_for(body), explained(error.explain)]
        await send({"type": "http.response.start", "status": error.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
