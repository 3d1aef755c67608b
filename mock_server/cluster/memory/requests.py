"""The request journal as rows, and the coverage of those requests that it has no more."""

from collections.abc import Hashable, Iterable
from functools import partial
from typing import Any, Protocol

from mock_server.cluster.memory.part import MemoryRow, value_of
from mock_server.support.exact_json import write_json
from mock_server.workspaces.request_journal import Entry
from mock_server.workspaces.workspace import Workspace


class EntryForm(Protocol):
    """The form in which one request is stored, with its secrets masked."""

    def dump(self, entry: Any) -> bytes:
        """Write a request and its answer."""

    def load(self, workspace: Workspace, body: bytes) -> Entry:
        """Bring one back. Raises ValueError or LookupError for another form."""


class Journal:
    """A row for each request. One that is under way is written again when it is over."""

    name = "request"

    def __init__(self, form: EntryForm) -> None:
        self._form = form

    def version(self, workspace: Workspace) -> Hashable:
        """Return None: a request changes when it is over."""

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        """The requests, oldest first."""
        return (MemoryRow(entry, entry.over, partial(self._form.dump, entry)) for entry in workspace.journal)

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        """Put a request back into the journal, as its newest one."""
        entry = self._form.load(workspace, body)
        workspace.journal.restore(entry)
        return MemoryRow(entry, entry.over, partial(self._form.dump, entry))


class CoverageOfDropped:
    """One row. The requests in the journal bring their own coverage."""

    name = "coverage"

    def version(self, workspace: Workspace) -> Hashable:
        """Return None: a request that was dropped while it was under way is counted later."""

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        """The row as it is now."""
        facts = write_json(workspace.journal.coverage.to_dict())
        return [MemoryRow(workspace.journal, facts, lambda: facts)]

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        """Count on from what was counted."""
        counts: dict[str, Any] = value_of(body)
        workspace.journal.coverage.add_counts(counts)
        return MemoryRow(workspace.journal, body, lambda: body)
