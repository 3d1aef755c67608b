"""The interface of one part of a workspace's memory: the rows that stand for it in a database."""

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, Protocol

from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json
from mock_server.workspaces.workspace import Workspace


class MemoryRow(NamedTuple):
    """One object in memory, and the function that writes it as bytes.

    The row is written again when ``state`` is another one, and removed when the object is there no more.
    """

    subject: object
    state: Hashable
    dump: Callable[[], bytes]


class Part(Protocol):
    """A part of the memory of a workspace, as rows in their order."""

    name: str

    def version(self, workspace: Workspace) -> Hashable:
        """Make a value that differs after each change; None if the rows must be compared to know."""

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        """List the rows as they are now."""

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        """Bring back the object of one row. Raises ValueError or LookupError if the row is of another version."""


def value_of(body: bytes) -> dict[str, object]:
    """Read the JSON object of a row, which may hold a whole body of a person."""
    value: dict[str, object] = read_json(body, MAX_JSON_DEPTH + ENVELOPE_DEPTH)
    return value
