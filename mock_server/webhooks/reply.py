"""What a receiver did with a delivery."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_READ = 64 * 1024
"""Bytes of an answer that are read, as they come: nothing is decompressed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` is 0 and ``error`` says why when there was no answer; ``refused`` when our own gate stayed shut.

    ``body`` holds at most MOST_READ bytes, ``ms`` the whole time from connecting to the last byte read.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ms: float = 0.0
    error: str = ""
    refused: bool = False
