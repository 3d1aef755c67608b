"""A request as the guard sees it, and the interface of the part that decides about writes to a real host."""

from collections.abc import Mapping
from typing import Protocol

from contracts.transport.exchange import Exchange


class GuardedRequest(Protocol):
    """A request that is about to go out: the parts that the guard looks at."""

    method: str | None
    url: str | None

    @property
    def headers(self) -> Mapping[str, str | bytes]:
        """The headers that will be sent."""

    @property
    def body(self) -> object:
        """The body that will be sent: bytes, a text, None or a stream."""


class WritePolicy(Protocol):
    """Decides about each write to a real host, and records it."""

    def check(self, method: str, path: str, body: bytes) -> None:
        """Raises RequestRefused for a write that is not allowed."""

    def sending(self, method: str, path: str, body: bytes) -> None:
        """Record a write just before it is sent. When this returns, the record must be on disk."""

    def answered(self, exchange: Exchange) -> None:
        """Record the answer to the write."""


def body_of(request: GuardedRequest) -> bytes:
    """The bytes of a request's body; none for a stream, whose bytes are known only when it is sent."""
    if isinstance(request.body, str):
        return request.body.encode()
    return request.body if isinstance(request.body, bytes) else b""
