"""Deliveries on their way from the dispatcher to a subscriber, and how a mutant gets between."""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mock_server.webhooks.reply import Reply


@dataclass(frozen=True)
class Delivery:
    """One attempt. ``number`` counts from 1."""

    url: str
    body: Any
    headers: Mapping[str, str]
    number: int = 1

    def but(self, body: Any = None, **headers: str) -> "Delivery":
        """The same with another body or other headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        known = {name: value for name, value in self.headers.items() if name.lower() not in named}
        return replace(self, body=self.body if body is None else body, headers={**known, **named})


Post = Callable[[Delivery], Awaitable[Reply]]
Teller = Callable[[Delivery, Post], Awaitable[Reply]]

_ROW: ContextVar[Any] = ContextVar("row")


class _Gate:
    """In place of a dispatcher's gate for outgoing connections: asks who breaks the trigger just now."""

    def __init__(self, opened: Callable[[], Awaitable[Any]], teller: Callable[[str], Teller | None]) -> None:
        self._opened, self._teller = opened, teller
        self._real: Any = None

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool = True, method: str = "POST"
    ) -> Reply:
        record = _ROW.get().record
        attempt = Delivery(url, orjson.loads(body), headers, len(record["attempts"]) + 1)
        tell = self._teller(record["trigger"])
        return await tell(attempt, self._forward) if tell else await self._forward(attempt)

    async def _forward(self, delivery: Delivery) -> Reply:
        self._real = self._real or await self._opened()
        reply: Reply = await self._real.post(delivery.url, orjson.dumps(delivery.body), delivery.headers)
        return reply

    async def close(self) -> None:
        if self._real is not None:
            await self._real.close()


def install(dispatcher: Any, teller: Callable[[str], Teller | None]) -> None:
    """Put mutants between a dispatcher and its gate."""
    posted, opened = dispatcher._posted, dispatcher._opened

    async def real() -> Any:
        between, dispatcher._gate = dispatcher._gate, None
        try:
            return await opened()
        finally:
            dispatcher._gate = between

    async def remembered(workspace: Any, row: Any, strike: Any) -> Any:
        _ROW.set(row)
        return await posted(workspace, row, strike)

    dispatcher._posted = remembered
    dispatcher._gate = _Gate(real, teller)
