"""Look up names so that a slow one delays nobody else.

uvloop looks up names in four threads, and asks the same threads about an address before it connects there. Four names
whose server is silent would hold every delivery, also those to loopback. Here each name has a thread of its own.
"""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

_FLAGS = socket.AI_ADDRCONFIG & getattr(socket, "AI_MASK", -1)
_NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV

Question = tuple[str, int, int]
"""Host, port and address family."""
Addresses = list[dict[str, Any]]
Fault = OSError | UnicodeError


class NameLookups:
    """Asks the system for addresses. Those who ask for the same name at one time share one look-up."""

    def __init__(self) -> None:
        self._running: dict[Question, asyncio.Future[Addresses]] = {}

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> Addresses:
        """The addresses of a host, in the form that aiohttp wants. Raises socket.gaierror."""
        question, loop = (host, port, int(family)), asyncio.get_running_loop()
        found = self._running.get(question)
        if found is None or found.done() or found.get_loop() is not loop:
            found = self._running[question] = loop.create_future()
            found.add_done_callback(partial(self._ended, question))
            asking = threading.Thread(target=_ask, args=[question, found], name="name look-up", daemon=True)
            asking.start()
        return await asyncio.shield(found)

    def _ended(self, question: Question, found: asyncio.Future[Addresses]) -> None:
        """Forget a look-up that has ended, and look at its fault: perhaps nobody waits for it any more."""
        if self._running.get(question) is found:
            del self._running[question]
        _ = found.cancelled() or found.exception()

    def give_up(self) -> None:
        """Cancel those who wait for an address. The system cannot be interrupted, so its answers are dropped."""
        for found in self._running.values():
            if found.get_loop() is asyncio.get_running_loop():
                found.cancel()
        self._running.clear()

    async def close(self) -> None:
        """Give up."""
        self.give_up()


def _ask(question: Question, found: asyncio.Future[Addresses]) -> None:
    """Answer a question, in a thread that the end of the process does not wait for."""
    answer: Addresses | Fault
    try:
        answer = _addresses(*question)
    except (OSError, UnicodeError) as fault:
        answer = fault
    with suppress(RuntimeError):  # the event loop has ended meanwhile
        found.get_loop().call_soon_threadsafe(_settle, found, answer)


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
