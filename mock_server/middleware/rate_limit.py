"""The vendor's rate limit: observed by default, enforced on request, with the three documented headers on a 429."""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.api.exchange import EXCHANGE, Exchange
from mock_server.api.stage import Stage
from mock_server.errors import TooManyRequests
from mock_server.workspaces.rate_limit import RemainingRequests

log = logging.getLogger("mock_server")


class RateLimit:
    """Counts every authenticated request, however it ends (gap ``rate-limit-scope``)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and answer 429 when none is left in this minute."""
        _count(scope[EXCHANGE])
        await self._app(scope, receive, send)


def _count(exchange: Exchange) -> None:
    workspace = exchange.workspace
    if workspace is None or not workspace.plan.limit:
        return
    exchange.stage = Stage.RATE_LIMIT
    allowance = exchange.allowance = workspace.quota(exchange.key).take()
    if not allowance.over:
        return
    what = f"more than {allowance.limit} requests in this minute; the window ends in {allowance.reset} s"
    if workspace.plan.enforced:
        raise TooManyRequests(what, headers=_headers(allowance))
    exchange.explain.append(f"the real API would have answered 429: {what}")  # our own words: nothing to mask
    if allowance.over == 1:
        log.warning("rate limit: the real API would answer 429 now (%s); --rate-limit 60 enforces it", what)


def _headers(allowance: RemainingRequests) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-ratelimit-limit", str(allowance.limit).encode()),
        (b"x-ratelimit-remaining", str(allowance.remaining).encode()),
        (b"x-ratelimit-reset", str(allowance.reset).encode()),
    ]
