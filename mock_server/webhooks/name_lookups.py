"""Look up names so that a slow one delays few others.

uvloop looks up names in four threads, and asks the same threads about an address before it connects there. Four names
whose server is silent would hold every delivery, also those to loopback. Here each name has a thread of its own, up
to a bound. Names of one domain get few of the threads, for they have one name server, which may be silent.
"""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

_FLAGS = socket.AI_ADDRCONFIG & getattr(socket, "AI_MASK", -1)
_NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
MAX_LOOKUPS = 64
"""Most look-ups at one time, and so most threads."""
MAX_LOOKUPS_PER_DOMAIN = 8
"""Most look-ups at one time of names whose last two labels are the same."""

Question = tuple[str, int, int]
"""Host, port and address family."""
Addresses = list[dict[str, Any]]
Fault = OSError | UnicodeError


@dataclass(eq=False)
class _LookUp:
    """A question, the promise of its answer, and how many wait for it."""

    question: Question
    answer: asyncio.Future[Addresses]
    domain: str = field(init=False)
    askers: int = 0

    def __post_init__(self) -> None:
        self.domain = ".".join(self.question[0].rstrip(".").casefold().split(".")[-2:])


class NameLookups:
    """Asks the system for addresses. Those who ask for the same name at one time share one look-up."""

    def __init__(self) -> None:
        self._running: dict[Question, _LookUp] = {}
        self._threads = _Threads()

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> Addresses:
        """The addresses of a host, in the form that aiohttp wants. Raises socket.gaierror."""
        question, loop = (host, port, int(family)), asyncio.get_running_loop()
        found = self._running.get(question)
        if found is None or found.answer.done() or found.answer.get_loop() is not loop:
            found = self._running[question] = _LookUp(question, loop.create_future())
            found.answer.add_done_callback(partial(self._ended, found))
            self._threads.add(found)
        found.askers += 1
        try:
            return await asyncio.shield(found.answer)
        finally:
            found.askers -= 1
            if not found.askers and self._threads.discard(found):
                found.answer.cancel()

    def _ended(self, found: _LookUp, answer: asyncio.Future[Addresses]) -> None:
        """Forget a look-up that has ended, and look at its fault: perhaps nobody waits for it any more."""
        if self._running.get(found.question) is found:
            del self._running[found.question]
        _ = answer.cancelled() or answer.exception()

    def give_up(self) -> None:
        """Cancel those who wait for an address. The system cannot be interrupted, so its answers are dropped."""
        for found in self._running.values():
            self._threads.discard(found)
            if found.answer.get_loop() is asyncio.get_running_loop():
                found.answer.cancel()
        self._running.clear()

    async def close(self) -> None:
        """Give up."""
        self.give_up()


class _Threads:
    """Makes look-ups in a bounded number of threads, which the end of the process does not wait for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, dict[_LookUp, None]] = {}  # by domain; each domain in its turn

    def add(self, found: _LookUp) -> None:
        """Begin a look-up. Without a free thread it waits for the end of another one."""
        with self._lock:
            if found.domain != "localhost" and not self._has_room(found.domain):  # for that the system asks nobody
                self._waiting.setdefault(found.domain, {})[found] = None
                return
            self._held[found.domain] += 1
        threading.Thread(target=self._work, args=[found], name="name look-up", daemon=True).start()

    def discard(self, found: _LookUp) -> bool:
        """Forget a look-up that was not begun. Return True if there was one."""
        with self._lock:
            return self._taken(found.domain, found) is found

    def _work(self, found: _LookUp | None) -> None:
        while found is not None:
            _ask(found)
            with self._lock:
                self._held[found.domain] -= 1
                if not self._held[found.domain]:
                    del self._held[found.domain]
                domain = next((it for it in self._waiting if self._has_room(it)), None)
                found = self._taken(domain, next(iter(self._waiting[domain]))) if domain is not None else None
                if found is not None:
                    self._held[found.domain] += 1

    def _has_room(self, domain: str) -> bool:
        return self._held.total() < MAX_LOOKUPS and self._held[domain] < MAX_LOOKUPS_PER_DOMAIN

    def _taken(self, domain: str, found: _LookUp) -> _LookUp | None:
        """Take a look-up out of those that wait; None if it does not wait. The next turn is another domain's."""
        there = self._waiting.get(domain, {})
        if found not in there:
            return None
        del there[found], self._waiting[domain]
        if there:
            self._waiting[domain] = there
        return found


def _ask(found: _LookUp) -> None:
    answer: Addresses | Fault
    try:
        answer = _addresses(*found.question)
    except (OSError, UnicodeError) as fault:
        answer = fault
    with suppress(RuntimeError):  # the event loop has ended meanwhile
        found.answer.get_loop().call_soon_threadsafe(_settle, found.answer, answer)


def _settle(found: asyncio.Future[Addresses], answer: Addresses | Fault) -> None:
    if found.done():
        return
    if isinstance(answer, Fault):
        found.set_exception(answer)
    else:
        found.set_result(answer)


def _addresses(host: str, port: int, family: int) -> Addresses:
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=_FLAGS)
    except socket.gaierror:
        if host.rstrip(".").casefold() != "localhost":
            raise
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)  # some systems need a network for the flag
    return [
        {"hostname": host, "host": _number(kind, address), "port": address[1], "family": kind, "proto": protocol,
         "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV}
        for kind, _, protocol, _, address in infos
    ]  # fmt: skip


def _number(kind: int, address: Sequence[Any]) -> str:
    """The address in numbers, of a link-local one with its interface."""
    if kind == socket.AF_INET6 and len(address) > 3 and address[3]:
        return socket.getnameinfo(tuple(address), _NUMERIC)[0]
    return str(address[0])
