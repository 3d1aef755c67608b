"""A file of traffic, bounded in size and told by what it holds."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from contracts.errors import CannotRun
from contracts.traffic import har, journal
from contracts.traffic.reading import Node, Recording

LARGEST = 64 * 1024**2
_REMEDY = "give a HAR file, or what `GET /__admin/requests` of the mock answers"


def opened(path: Path) -> Recording:
    """What is recorded in a file. Raises CannotRun."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise CannotRun(f"{path}: {reason}", _REMEDY) from None
    if len(raw) > LARGEST:
        raise CannotRun(f"{path}: larger than {LARGEST // 1024**2} MiB", "record less at a time")
    return parsed(raw, str(path))


def parsed(raw: bytes, name: str) -> Recording:
    """The same from bytes. Raises CannotRun."""
    try:
        data = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        raise CannotRun(f"{name}: not JSON: line {fault.lineno} column {fault.colno}: {fault.msg}", _REMEDY) from None
    whole = Node(name, data)
    if isinstance(data, Mapping) and "log" in data:
        return har.read(whole)
    if isinstance(data, Mapping) and "requests" in data:
        return journal.read(whole)
    raise CannotRun(f"{name}: neither `log` nor `requests` is in it", _REMEDY)
