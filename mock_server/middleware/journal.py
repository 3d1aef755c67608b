"""Opens an exchange with its route, turns errors into the vendor's error body, closes the exchange."""

import itertools
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.error_bodies import ErrorBodies
from mock_server.api.evolving import Evolving
from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.refused_keys import RefusedKeys
from mock_server.api.request_body import ClientGone
from mock_server.api.response import send_answer
from mock_server.api.routing import Router
from mock_server.config.settings import Settings
from mock_server.errors import ApiError, BadRequest, InternalError, InvalidPart, NotServed
from mock_server.middleware.fault_injection import NoTransport
from mock_server.support.redaction import Redactor

log = logging.getLogger("mock_server")

Observer = Callable[[Exchange], None]


class JournalMiddleware:
    """Opens and closes the exchange of each request, and counts it in ``answers`` by its status.

    ``refused`` gets those whose key opens no workspace, and with it no journal.
    ``observe`` is called with each finished exchange, for the log.
    """

    def __init__(
        self,
        app: ASGIApp,
        router: Router,
        answers: Counter[int],
        refused: RefusedKeys,
        settings: Settings,
        envelope: ErrorBodies,
        redactor: Redactor,
        observe: Observer,
        evolving: Evolving,
    ) -> None:
        self._app = app
        self._router = router
        self._answers = answers
        self._refused = refused
        self._envelope = envelope
        self._redactor = redactor
        self._ours = settings.mock_headers
        self._observe = observe
        self._evolving = evolving
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep the request in the journal, from its arrival to the end of its answer."""
        exchange = Exchange("", scope, self._redactor, self._router.route(scope["method"], scope["raw_path"]))
        scope[EXCHANGE] = exchange
        try:
            await self._app(scope, receive, send)
        except ClientGone:
            return
        except NoTransport:
            raise
        except ApiError as error:
            await self._refuse(exchange, error, scope, send)
        except Exception:  # a bug of ours: it is logged, and the client has an answer all the same
            trace = self._redactor.redact(traceback.format_exc())
            log.error("%s %r: a bug of ours\n%s", exchange.method, exchange.path, trace)
            if exchange.status:  # the answer has begun: nothing can be said any more
                raise
            await self._refuse(exchange, InternalError("a bug of the mock; its log has the traceback"), scope, send)
        exchange.close()
        self._answers[exchange.status or 0] += 1
        if exchange.workspace is not None:
            exchange.workspace.journal.end(exchange)
        else:
            self._refused.note(exchange)
        self._observe(exchange)

    async def _refuse(self, exchange: Exchange, error: ApiError, scope: Scope, send: Send) -> None:
        status = error.status
        parts: Sequence[InvalidPart] = ()
        if isinstance(error, BadRequest) and exchange.operation is not None:
            status, parts = self._envelope.refusal(exchange.operation), error.parts
        exchange.id = exchange.id or f"req_anon_{next(self._numbers)}"
        exchange.refuse(error)
        answer = self._envelope.answer(status, scope["path"], exchange.operation, exchange.accept, parts)
        if not isinstance(error, InternalError | NotServed):  # our own failings are no evolution of the API
            answer = self._evolving(exchange, answer)
        await send_answer(send, exchange, answer, error.headers, ours=self._ours)
