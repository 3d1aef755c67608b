"""The reply of a receiver to one attempt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mock_server.support.text import header_text

MAX_REPLY_BYTES = 64 * 1024
"""Bytes of an answer that are read, as they come: nothing is decompressed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of a receiver. Without an answer ``status`` is 0 and ``error`` says why; ``refused`` is true when our
    egress policy refused.

    ``body`` has at most MAX_REPLY_BYTES bytes. ``ms`` is the whole time from connecting to the last byte.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ms: float = 0.0
    error: str = ""
    refused: bool = False


def answered(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, ms: float) -> Reply:
    """Turn the bytes of a receiver's reply into text that can be stored, whatever they are. No other place does that.

    Headers of one name are joined by commas, as everywhere in HTTP.
    """
    texts: dict[str, str] = {}
    for raw_name, raw in headers:
        name, text = header_text(raw_name), header_text(raw)
        texts[name] = f"{texts[name]}, {text}" if name in texts else text
    return Reply(status, texts, body, ms)
