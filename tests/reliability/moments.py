"""A workspace whose moments are saved, forked, imported and returned to without end, while its server is killed.

What was acknowledged is there after a death; what was not is there whole, or not at all. A moment is told by the name
of one lead, which is changed before each of them.
"""

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client import Connection
from process import Caller

from mock_server.store.base import Layer, SavedWorkspace
from mock_server.store.state import WorkspaceState

WORKSPACE = "moments"
MAIL = "moment@example.com"
SAVED, TAKEN = ("a", "b", "c"), ("file-d", "file-e")
MAX_FORKS = 5
NUMBERS = itertools.count()
Marks = set[str | None]
"""Names of the lead that are possible; None stands for a moment that is not there."""


@dataclass
class Album:
    """What is known of the workspace, of its snapshots by name, and of its forks by id."""

    key: str
    lead: str
    counts: Mapping[str, int]
    now: Marks
    snapshots: dict[str, Marks] = field(default_factory=dict)
    forks: dict[str, Marks] = field(default_factory=dict)
    acknowledged: int = 0

    @property
    def mark(self) -> str:
        """What the lead is called, when that is known."""
        [mark] = self.now
        return str(mark)

    def known(self, name: str) -> str | None:
        [mark] = self.snapshots.get(name, {None})
        return mark


def begun(process: Any) -> Album:
    """The workspace, with its lead."""
    caller = Caller(process.port)
    made = caller.call("POST", "/__admin/workspaces", {"id": WORKSPACE, "world": "small"}).body
    told = caller.call("POST", "/v1/leads", {"firstName": "first", "email": MAIL}, key=made["key"])
    counts = caller.call("GET", "/__admin/records", workspace=WORKSPACE).body["records"]
    caller.close()
    return Album(made["key"], told.body["lead"]["id"], counts, {"first"})


class Keeper:
    """One client. Each deed is noted as possible before it is asked for, and as known once it is acknowledged."""

    def __init__(self, port: int, album: Album, chance: random.Random) -> None:
        self._connection = Connection(port, album.key)
        self._album = album
        self._chance = chance

    async def keep(self) -> None:
        """Until the server is gone."""
        deeds = (self.write, self.write, self.save, self.save, self.take, self.forget, self.restore, self.fork)
        try:
            while True:
                await self._chance.choice(deeds)()
                self._album.acknowledged += 1
        except (OSError, EOFError):
            self._connection.close()

    async def write(self) -> None:
        name = f"m{next(NUMBERS)}"
        self._album.now.add(name)
        await self._ask("PUT", f"/v1/leads/{self._album.lead}", {"firstName": name})
        self._album.now = {name}

    async def save(self) -> None:
        await self._put(self._chance.choice(SAVED), "/__admin/snapshots", {})

    async def take(self) -> None:
        file = (await self._ask("GET", "/__admin/snapshots/@now/export")).json
        await self._put(self._chance.choice(TAKEN), "/__admin/snapshots/import", file)

    async def _put(self, name: str, path: str, body: dict[str, Any]) -> None:
        mark = self._album.mark
        self._album.snapshots.setdefault(name, {None}).add(mark)
        await self._ask("POST", path, {**body, "name": name})
        self._album.snapshots[name] = {mark}

    async def forget(self) -> None:
        name = self._chance.choice([*SAVED, *TAKEN])
        if self._album.known(name) is not None:
            self._album.snapshots[name].add(None)
            await self._ask("DELETE", f"/__admin/snapshots/{name}")
            self._album.snapshots[name] = {None}

    async def restore(self) -> None:
        name = self._chance.choice([*SAVED, *TAKEN])
        mark = self._album.known(name)
        if mark is not None:
            self._album.now.add(mark)
            await self._ask("POST", f"/__admin/snapshots/{name}/restore", {})
            self._album.now = {mark}

    async def fork(self) -> None:
        """Of a snapshot or of now. Old forks make room."""
        name = self._chance.choice([*SAVED, *TAKEN, "@now"])
        mark = self._album.mark if name == "@now" else self._album.known(name)
        if mark is None:
            return
        if len(self._album.forks) >= MAX_FORKS:
            old = next(iter(self._album.forks))
            self._album.forks[old].add(None)
            await self._ask("DELETE", f"/__admin/workspaces/{old}")
            del self._album.forks[old]
        id = f"fork{next(NUMBERS)}"
        self._album.forks[id] = {None, mark}
        await self._ask("POST", f"/__admin/snapshots/{name}/fork", {"id": id})
        self._album.forks[id] = {mark}

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._connection.ask(method, path, body, f"X-Mock-Workspace: {WORKSPACE}")
        assert answer.status in (200, 201), (method, path, answer)
        return answer


def wrong(album: Album, found: Mapping[str, SavedWorkspace]) -> list[str]:
    """What is not as it can be, in a file after a death. Afterwards the unknown is known."""
    saved = found[WORKSPACE]
    faults = []
    there = {name: _mark(layer, album) for name, (_, layer) in saved.snapshots.items()}
    forks = {id: _mark(fork.layer, album) for id, fork in found.items() if id.startswith("fork")}
    for what, marks, now in (
        ("the workspace", {"": album.now}, {"": _mark(saved.layer, album)}),
        ("a snapshot", album.snapshots, there),
        ("a fork", album.forks, forks),
    ):
        for name in {*marks, *now}:
            if now.get(name) not in marks.get(name, {None}):
                faults.append(f"{what} {name!r} is {now.get(name)}, possible {marks.get(name)}")
            marks[name] = {now.get(name)}
    album.now = {_mark(saved.layer, album)}
    album.forks = {id: marks for id, marks in album.forks.items() if marks != {None}}
    return faults


def _mark(layer: Layer, album: Album) -> str:
    """What the lead is called; *half* where records are missing, or too many."""
    state = WorkspaceState.restored(layer)
    counts = {kind: len(state.rows(kind)) for kind in album.counts}
    leads = [row.record["firstName"] for row in state.rows("leads") if row.record["email"] == MAIL]
    steady = {kind: number for kind, number in album.counts.items() if kind != "leads/activities"}
    if len(leads) != 1 or any(counts[kind] != number for kind, number in steady.items()):
        return f"half: {counts}"
    return str(leads[0])
