"""The reply of a receiver to one attempt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mock_server.support.text import header_text

MAX_REPLY_BYTES = 64 * 1024
"""Bytes of an answer that are read, as they come: nothing is decompressed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` is 0 and ``error`` says why when there was no answer; ``refused`` when our own gate stayed shut.

    ``body`` holds at most MAX_REPLY_BYTES bytes, ``ms`` the whole time from connecting to the last byte read.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ms: float = 0.0
    error: str = ""
    refused: bool = False


def answered(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, ms: float) -> Reply:
    """The only place where what a receiver said becomes text: whatever bytes it sent, the text can be kept.

    Headers of one name are joined by commas, as everywhere in HTTP.
    """
    texts: dict[str, str] = {}
    for raw_name, raw in headers:
        name, text = header_text(raw_name), header_text(raw)
        texts[name] = f"{texts[name]}, {text}" if name in texts else text
    return Reply(status, texts, body, ms)
