"""A recording as exchanges, and how much of each was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.errors import CannotRun
from contracts.traffic.context import NO_CONTEXT, EntryContext
from contracts.transport.exchange import Exchange


class Part(StrEnum):
    """How much of a message was recorded."""

    WHOLE = "whole"
    HEAD = "head"
    """The body was not stored, or was cut."""
    BENT = "bent"
    """The answer does not come from the target: a fault or an override made it."""


@dataclass(frozen=True)
class Recorded:
    """One recorded exchange. ``pointer`` is its place in the file, ``number`` its number for a person."""

    number: int
    pointer: str
    exchange: Exchange
    request: Part = Part.WHOLE
    answer: Part = Part.WHOLE
    context: EntryContext = NO_CONTEXT


@dataclass(frozen=True)
class UnreadableEntry:
    """An entry that cannot be read as an exchange. ``url`` is its URL; ``reason`` names its place."""

    url: str
    reason: CannotRun


HAR, JOURNAL = "HAR", "journal"


@dataclass
class Recording:
    """A recording.

    ``left_out`` has a reason for each entry that is no exchange; ``secrets`` are recorded credentials. ``unanswered``
    has the requests among them to which no answer was recorded, because the client gave up for example.
    """

    kind: str
    entries: list[Recorded] = field(default_factory=list)
    unreadable: list[UnreadableEntry] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    unanswered: list[Recorded] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of entries in the file, with those that are no exchange."""
        return len(self.entries) + len(self.unreadable) + sum(self.left_out.values())

    @property
    def remedy(self) -> str:
        """The advice to somebody whose recording has no request for the API."""
        if self.size == 0 and self.kind == JOURNAL:
            return "run your tests first; a journal is of one workspace: name theirs (X-Mock-Workspace, --workspace)"
        return "record requests to the API, or name its document (--spec) or base path (--base)"

    def leave_out(self, reason: str) -> None:
        """Count an entry that is no exchange, by the reason."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


_CREDENTIALS = ("authorization", "cookie", "token", "secret", "password", "api-key", "api_key", "apikey")
_SHORTEST = 6


def credentials(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Values of headers and parameters whose name says that they are secret."""
    found = set()
    for name, value in pairs:
        if any(word in name.lower() for word in _CREDENTIALS):
            found |= {part for part in (value, value.partition(" ")[2]) if len(part) >= _SHORTEST}
    return found
