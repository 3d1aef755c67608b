"""A request as the guard sees it, and the interface of whoever decides on writes to a real host."""

from collections.abc import Mapping
from typing import Protocol

from contracts.transport.exchange import Exchange


class GuardedRequest(Protocol):
    """The request that is to go out, as far as the guard looks at it."""

    method: str | None
    url: str | None

    @property
    def headers(self) -> Mapping[str, str | bytes]:
        """The headers that will be sent."""

    @property
    def body(self) -> object:
        """The body that will be sent: bytes, a text, None or a stream."""


class WritePolicy(Protocol):
    """Decides on each write to a real host, and keeps account of it."""

    def check(self, method: str, path: str, body: bytes) -> None:
        """Raises RequestRefused for a write that may not be sent."""

    def sending(self, method: str, path: str, body: bytes) -> None:
        """The write goes out next. What is to be known of it must be on disk when this returns."""

    def answered(self, exchange: Exchange) -> None:
        """The write was answered."""


def body_of(request: GuardedRequest) -> bytes:
    """The bytes of a request's body. A stream, which only its sending would show, counts as nothing."""
    if isinstance(request.body, str):
        return request.body.encode()
    return request.body if isinstance(request.body, bytes) else b""
