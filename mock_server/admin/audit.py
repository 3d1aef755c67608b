"""The audit list of the control plane: who changed what and when, and who was refused. In memory, and bounded.

It has no body, no query and no header, and no key or token that stands in a path.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Any

from starlette.types import Message, Scope, Send

from mock_server.support.redaction import Redactor
from mock_server.support.ring_buffer import RingBuffer
from mock_server.support.text import shorten
from mock_server.world.clock import stamp, wall_time

CALL = "mock_server.call"
"""The name in a request's scope of what is written of it."""
MAX_CALLS = 5_000
MAX_REFUSED = 1_000
"""Refused ones have a place of their own: a stranger cannot push out what others did."""

_READING = ("GET", "HEAD", "OPTIONS")
_MAX_PATH_CHARACTERS = 300


@dataclass
class Call:
    """One control request, as it is written down: ``workspace`` is the one it was about, once that is known."""

    sequence: int
    at: str
    by: str
    method: str
    path: str
    workspace: str | None = None
    status: int | None = None
    """None where the answer never began."""


class Audit:
    """The last control requests that could change something, and the last ones that were not let in."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._numbers = itertools.count(1)
        self._calls: RingBuffer[Call] = RingBuffer(MAX_CALLS)
        self._refused: RingBuffer[Call] = RingBuffer(MAX_REFUSED)

    @property
    def dropped(self) -> int:
        """How many are not kept any more."""
        return self._calls.dropped + self._refused.dropped

    def __iter__(self) -> Iterator[Call]:
        """Go through them, oldest first."""
        return merge(list(self._calls), list(self._refused), key=lambda call: call.sequence)

    def open(self, scope: Scope, by: str) -> Call:
        """Write down a request that is let in, if it can change something."""
        call = self._call(scope, by)
        if scope["method"] not in _READING and not is_delivery(scope):
            self._calls.append(call)
        return call

    def refused(self, scope: Scope, by: str, status: int) -> None:
        """Write down a request that was not let in; ``by`` is empty where nobody knows who it was."""
        call = self._call(scope, by)
        call.status = status
        self._refused.append(call)

    def _call(self, scope: Scope, by: str) -> Call:
        path = self._redactor.redact(shorten(scope["path"], _MAX_PATH_CHARACTERS))
        return Call(next(self._numbers), stamp(wall_time()), by, shorten(scope["method"], 20), path)


def noting_status(call: Call, send: Send) -> Send:
    """``send``, which writes down how the call was answered."""

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
        await send(message)

    return noted


def note_workspace(scope: Mapping[str, Any], id: str) -> None:
    """Write down which workspace a request is about, or made."""
    call = scope.get(CALL)
    if isinstance(call, Call):
        call.workspace = id


def is_delivery(scope: Scope) -> bool:
    """Tell whether it is a webhook for an inbox: that is no control call, there may be many, and senders have no token.

    What an inbox stores is bounded, and only who has a token can read it.
    """
    path: str = scope["path"]
    return scope["method"] == "POST" and path.startswith("/__admin/inbox/") and not path.endswith("/expect")
