"""Opens an exchange, answers whatever is raised below it in the vendor's envelope, closes the exchange."""

import itertools
import logging
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.answer import send_answer
from mock_server.api.body import ClientGone
from mock_server.api.envelope import Envelope
from mock_server.api.exchange import Exchange
from mock_server.errors import ApiError, BadRequest, InternalError
from mock_server.settings import Settings

log = logging.getLogger("mock_server")

Observer = Callable[[Exchange], None]


class JournalMiddleware:
    """``observe`` is told of each finished exchange (the line on the terminal)."""

    def __init__(self, app: ASGIApp, settings: Settings, envelope: Envelope, observe: Observer) -> None:
        self._app = app
        self._envelope = envelope
        self._ours = settings.mock_headers
        self._observe = observe
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(f"req_{next(self._numbers)}", scope)
        scope["mock.exchange"] = exchange
        try:
            await self._app(scope, receive, send)
        except ClientGone:
            return
        except ApiError as error:
            await self._refuse(exchange, error, send)
        except Exception:
            log.exception("%s %s: a bug of ours", exchange.method, exchange.path)
            if exchange.status:  # the answer has begun: nothing can be said any more
                raise
            await self._refuse(exchange, InternalError("a bug of the mock; its log has the traceback"), send)
        if exchange.workspace is not None:
            exchange.workspace.journal.append(exchange)
        self._observe(exchange)

    async def _refuse(self, exchange: Exchange, error: ApiError, send: Send) -> None:
        status = error.status
        if isinstance(error, BadRequest) and exchange.operation is not None:
            status = self._envelope.refusal(exchange.operation)
        exchange.explain.extend(error.explain)
        body = self._envelope.body(status, exchange.path, exchange.operation)
        await send_answer(send, exchange, status, body, error.headers, ours=self._ours)
