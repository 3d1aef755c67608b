"""Values that were masked when the traffic was recorded: they are unknown, so they are not judged."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.transport.exchange import NOT_JSON, Exchange
from mock_server.support.redaction import MASK


def hidden(pointer: str, body: bytes) -> bool:
    """Tell whether a value at a place of a body, or inside it, was masked."""
    if MASK.encode() not in body:
        return False
    value = Exchange("", "", {}, b"", 0, {}, body).json
    return value is NOT_JSON or any(MASK in text for text in _texts(value, [s for s in pointer.split("/") if s]))


def _texts(value: Any, steps: Sequence[str]) -> Iterator[str]:
    """Every text at or below a place, where ``*`` is any item of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, steps[1:])
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if not steps or steps[0] == name:
                yield from _texts(member, steps[1:])
