"""The moment when a request and its body are complete. From then on it can be verified, whatever it waits for."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.content_encoding import decoded
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.request_body import BODY, body_of
from mock_server.config.settings import Settings
from mock_server.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType

_BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE")
_BODY_FIELDS = (b"content-length", b"transfer-encoding")


class Arrival:
    """Reads the body and puts the exchange into the journal, before a fault can delay the request or make it fail.

    A client that hangs up during its body has made no request.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limit = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request whole before it is passed on."""
        exchange: Exchange = scope[EXCHANGE]
        scope[BODY] = b""
        if scope["method"] not in _BODILESS or not exchange.named.keys().isdisjoint(_BODY_FIELDS):
            await self._read(scope, receive, exchange)
        if exchange.workspace is not None:
            exchange.workspace.journal.arrive(exchange)
        await self._app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        """Read the body; a fault of it is kept for whoever needs it, as another answer may come first."""
        del scope[BODY]
        try:
            body = await body_of(scope, receive, self._limit)
        except PayloadTooLarge as error:
            scope[BODY] = error
            exchange.arrive(b"", self._limit + 1)
            return
        if b"content-encoding" in exchange.named:
            try:
                scope[BODY] = body = await decoded(body, scope["headers"], self._limit)
            except (BadRequest, PayloadTooLarge, UnsupportedMediaType) as error:
                scope[BODY] = error
        exchange.arrive(body, len(body))
