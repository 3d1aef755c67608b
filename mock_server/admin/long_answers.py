"""Long answers: they are written in turns with other work, and large ones are sent in parts."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mock_server.event_loop.turns import Turns
from mock_server.support.exact_json import write_json

_AT_ONCE = 1024 * 1024  # bytes of an answer up to which it has a length
_PART = 64 * 1024  # bytes that are sent at a time
_JSON = "application/json"


class StreamedAnswer(Response):
    """An answer whose text is made while it is sent, so that memory never holds all of it."""

    def __init__(self, parts: Iterable[bytes], status: int = 200, media_type: str = _JSON) -> None:
        super().__init__(status_code=status)
        self._parts = parts
        self._media_type = media_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer in parts, with turns for other requests between them."""
        turns, parts = Turns(patient=True), iter(self._parts)
        begun, size = [], 0
        await turns.rest()
        for part in parts:
            begun.append(part)
            size += len(part)
            if size > _AT_ONCE:
                rest = _in_turns(begun, parts, turns)
                await StreamingResponse(rest, self.status_code, media_type=self._media_type)(scope, receive, send)
                return
            await turns.rest()
        await Response(b"".join(begun), self.status_code, media_type=self._media_type)(scope, receive, send)


async def _in_turns(begun: list[bytes], parts: Iterator[bytes], turns: Turns) -> AsyncIterator[bytes]:
    size = sum(map(len, begun))
    for part in parts:
        begun.append(part)
        size += len(part)
        if size >= _PART:
            yield b"".join(begun)
            begun, size = [], 0
        await turns.rest()
    if begun:
        yield b"".join(begun)


def listing(status: int = 200, **members: Any) -> StreamedAnswer:
    """Write a JSON object. A member that is an iterator becomes a list, whose items are made one by one."""
    return StreamedAnswer(_object(members), status)


def _object(members: dict[str, Any]) -> Iterator[bytes]:
    yield b"{"
    for index, (name, value) in enumerate(members.items()):
        yield (b"," if index else b"") + write_json(name) + b":"
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield write_json(value)
    yield b"}"


def _list(items: Iterator[Any]) -> Iterator[bytes]:
    yield b"["
    for index, item in enumerate(items):
        yield (b"," if index else b"") + write_json(item)
    yield b"]"
