"""Shows what Python's audit hooks tell while something is watched. A hook stays for the life of a process."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

_watched: list[tuple[frozenset[str], list[tuple[str, list[str]]]]] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    for events, seen in _watched:
        if event in events:
            seen.append((event, _callers()))


def _callers() -> list[str]:
    frame, names = sys._getframe(2), []
    while frame is not None:
        names.append(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return names


sys.addaudithook(_audit)


@contextmanager
def audited(*events: str) -> Generator[list[tuple[str, list[str]]], None, None]:
    """The events of these names with the functions that led to each, the nearest first."""
    seen: list[tuple[str, list[str]]] = []
    watched = frozenset(events), seen
    _watched.append(watched)
    try:
        yield seen
    finally:
        _watched.remove(watched)
