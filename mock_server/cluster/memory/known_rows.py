"""The knowledge which rows of a workspace's memory are stored, and the difference to what is in memory now."""

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mock_server.cluster.memory.part import MemoryRow, Part
from mock_server.workspaces.workspace import Workspace


class KnownRow(NamedTuple):
    """A row that is stored. It holds on to its object, so that no other one gets the same identity."""

    number: int
    state: Hashable
    subject: object


class NewRow(NamedTuple):
    """A row that must be written."""

    number: int
    part: str
    dump: Callable[[], bytes]


@dataclass
class Difference:
    """The rows to write and to remove, and what is known once that is done."""

    put: list[NewRow] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    rows: dict[str, dict[int, KnownRow]] = field(default_factory=dict)
    versions: dict[str, Hashable] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.put or self.removed)


class KnownRows:
    """The stored rows of one workspace by part, and by the identity of the object that each stands for."""

    def __init__(self, workspace: Workspace, parts: Sequence[Part]) -> None:
        self.workspace = workspace
        self._parts = parts
        self._numbers = itertools.count(1)
        self._rows: dict[str, dict[int, KnownRow]] = {}
        self._versions: dict[str, Hashable] = {}

    def note(self, part: Part, number: int, row: MemoryRow) -> None:
        """Note a row that was loaded; they come in the order of their numbers within a part."""
        self._rows.setdefault(part.name, {})[id(row.subject)] = KnownRow(number, row.state, row.subject)

    def number_on(self, number: int) -> None:
        """Give new rows numbers from this one on."""
        self._numbers = itertools.count(number)

    def difference(self) -> Difference:
        """Compare what is stored with what is in memory at this moment."""
        found = Difference()
        for part in self._parts:
            version = part.version(self.workspace)
            if version is None or version != self._versions.get(part.name):
                self._compare(part, found)
                found.versions[part.name] = version
        return found

    def _compare(self, part: Part, found: Difference) -> None:
        known, now = self._rows.get(part.name, {}), found.rows.setdefault(part.name, {})
        for row in part.rows(self.workspace):
            key = id(row.subject)
            stored = known.get(key)
            if stored is None or stored.state != row.state:
                number = next(self._numbers) if stored is None else stored.number
                stored = KnownRow(number, row.state, row.subject)
                found.put.append(NewRow(number, part.name, row.dump))
            now[key] = stored
        found.removed += [stored.number for key, stored in known.items() if key not in now]

    def done(self, stored: Difference) -> None:
        """Note that a difference was stored."""
        self._rows |= stored.rows
        self._versions |= stored.versions
