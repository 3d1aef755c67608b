"""Shows what Python's audit hooks tell while something is watched. A hook stays for the life of a process."""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Watch:
    """What is looked for, in one thread or, without one, in all; and what was seen."""

    events: frozenset[str]
    thread: int | None
    seen: list[tuple[str, list[str]]] = field(default_factory=list)


_watches: list[_Watch] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    for watch in _watches:
        if event in watch.events and watch.thread in (None, threading.get_ident()):
            watch.seen.append((event, _callers()))


def _callers() -> list[str]:
    frame, names = sys._getframe(2), []
    while frame is not None:
        names.append(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
    return names


sys.addaudithook(_audit)


@contextmanager
def audited(*events: str, only_here: bool = False) -> Generator[list[tuple[str, list[str]]], None, None]:
    """The events of these names with the functions that led to each, the nearest first.

    ``only_here`` leaves out what other threads do, such as a server that another test has left running.
    """
    watch = _Watch(frozenset(events), threading.get_ident() if only_here else None)
    _watches.append(watch)
    try:
        yield watch.seen
    finally:
        _watches.remove(watch)
