"""Clients that record what they ask and what is answered, of a list and a register in a workspace of their own.

A list is the leads of a workspace, a register the first name of its first lead. The clients ask all replicas in turn;
what they recorded must be linearizable, whoever served the workspace meanwhile.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from client import Answer, Connection
from linearizability import Operation, growing_list, is_linearizable, register

CLIENTS = 3
APPENDS = 40  # a page has 50, and is read as a whole
_SECONDS = 30  # that a client waits for an answer


class Reached(Protocol):
    """A replica that clients ask."""

    port: int


@dataclass
class Recorded:
    """What one workspace answered."""

    of_list: list[Operation] = field(default_factory=list)
    of_register: list[Operation] = field(default_factory=list)

    @property
    def is_linearizable(self) -> bool:
        in_list = is_linearizable(self.of_list, growing_list(self.of_list), 0)
        return in_list and is_linearizable(self.of_register, register, (0,))


class _Asking:
    """Asks one replica after the other; None for an answer that nobody can rely on."""

    def __init__(self, replicas: Sequence[Reached], key: str, workspace: str = "") -> None:
        self._replicas = replicas
        self._key = key
        self._header = [f"X-Mock-Workspace: {workspace}"] if workspace else []
        self._turn = 0

    async def ask(self, method: str, path: str, body: Any = None) -> Answer | None:
        self._turn += 1
        connection = Connection(self._replicas[self._turn % len(self._replicas)].port, self._key)
        try:
            asked = connection.ask(method, path, body, *self._header)
            answer = await asyncio.wait_for(asked, _SECONDS)
            return answer if answer.status < 300 else None
        except (OSError, EOFError, TimeoutError):
            await asyncio.sleep(0.05)
            return None
        finally:
            connection.close()

    async def insist(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask until there is an answer."""
        while (answer := await self.ask(method, path, body)) is None:
            await asyncio.sleep(0.05)
        return answer


async def record(replicas: Sequence[Reached], is_over: Callable[[], bool]) -> Recorded:
    """Let some clients use a new workspace, until its list is long enough."""
    recorded = Recorded()
    made = (await _Asking(replicas, "").insist("POST", "/__admin/workspaces", {})).json
    asking = [_Asking(replicas, made["key"]) for _ in range(CLIENTS)]
    lead = (await asking[0].insist("POST", "/v1/leads", {"firstName": "0"})).json["lead"]["id"]
    numbers = iter(range(1, APPENDS + 1))

    async def use(one: _Asking) -> None:
        for number in numbers:
            if is_over():
                return
            await _note(recorded.of_list, "append", number, one.ask("POST", "/v1/leads", {"firstName": f"{number}"}))
            await _read_list(recorded, one, lead)
            changed = one.ask("PUT", f"/__admin/records/leads/{lead}", {"firstName": f"{number}"})
            await _note(recorded.of_register, "write", number, changed)
            await _read_register(recorded, one, lead)

    await asyncio.gather(*map(use, asking))
    with suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await asking[0].insist("GET", "/v1/leads")  # it is there again, if an owner had just died
    for one in asking:
        await _read_list(recorded, one, lead)
        await _read_register(recorded, one, lead)
    return recorded


async def _note(history: list[Operation], kind: str, value: Hashable, asked: Awaitable[Answer | None]) -> None:
    """Record a change; without an answer nobody knows whether it happened."""
    began = time.monotonic()
    answer = await asked
    history.append(Operation(kind, value, began, *([] if answer is None else [time.monotonic()])))


async def _read_list(recorded: Recorded, one: _Asking, lead: str) -> None:
    began = time.monotonic()
    if (answer := await one.ask("GET", "/v1/leads")) is not None:
        others = (int(each["firstName"]) for each in answer.json["leads"] if each["id"] != lead)
        values = [value for value in others if value]  # the first lead was perhaps made twice, as nobody answered
        recorded.of_list.append(Operation("read", tuple(reversed(values)), began, time.monotonic()))


async def _read_register(recorded: Recorded, one: _Asking, lead: str) -> None:
    began = time.monotonic()
    if (answer := await one.ask("GET", f"/v1/leads/{lead}")) is not None:
        recorded.of_register.append(Operation("read", int(answer.json["firstName"]), began, time.monotonic()))
