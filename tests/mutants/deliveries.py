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
Teller = Callable[[Delivery, Post, dict[str, Any]], Awaitable[Reply]]

_ROW: ContextVar[Any] = ContextVar("row")


class _Gate:
    """In place of the gate for outgoing connections: what concerns the trigger passes the mutant."""

    def __init__(self, opened: Callable[[], Awaitable[Any]], trigger: str, tell: Teller) -> None:
        self._opened, self._trigger, self._tell = opened, trigger, tell
        self._memory: dict[str, Any] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        async def forward(delivery: Delivery) -> Reply:
            gate = await self._opened()
            reply: Reply = await gate.post(delivery.url, orjson.dumps(delivery.body), delivery.headers)
            return reply

        record = _ROW.get().record
        attempt = Delivery(url, orjson.loads(body), headers, len(record["attempts"]) + 1)
        if record["trigger"] == self._trigger:
            return await self._tell(attempt, forward, self._memory)
        return await forward(attempt)

    async def close(self) -> None:
        gate = await self._opened()
        await gate.close()


def install(dispatcher: Any, trigger: str, tell: Teller) -> None:
    """Put a mutant between a dispatcher and its gate."""
    posted, opened = dispatcher._posted, dispatcher._opened
    gates: list[Any] = []

    async def real() -> Any:
        if not gates:
            between, dispatcher._gate = dispatcher._gate, None
            gates.append(await opened())
            dispatcher._gate = between
        return gates[0]

    async def remembered(workspace: Any, row: Any) -> Any:
        _ROW.set(row)
        return await posted(workspace, row)

    dispatcher._posted = remembered
    dispatcher._gate = _Gate(real, trigger, tell)
