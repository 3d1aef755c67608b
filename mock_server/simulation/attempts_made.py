"""The delivery attempts that are made while a clock moves."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.webhooks import outbox
from mock_server.workspaces.workspace import Workspace, Workspaces


class AttemptsMade:
    """The attempts that transactions of one workspace have stored since somebody asked last."""

    def __init__(self) -> None:
        self._before: dict[Id, int] = {}  # how many attempts there were at a delivery
        self._now: dict[Id, Row] = {}

    def committed(self, tx: Transaction) -> None:
        """Take over the attempts that a transaction has stored."""
        for change in tx.changes():
            if change.kind == outbox.KIND and change.row is not None:
                before = change.before.record["attempts"] if change.before else ()
                self._before.setdefault(change.id, len(before))
                self._now[change.id] = change.row

    def take(self, at: str) -> Sequence[Mapping[str, Any]]:
        """List the attempts in the order of their deliveries, as events ``at`` this time, and forget them."""
        events = [
            {
                "at": at,
                "what": "delivery attempted",
                "deliveryId": row.id,
                "trigger": row.record["trigger"],
                "attempt": attempt["number"],
                "status": attempt["status"],
            }
            for row in sorted(self._now.values(), key=lambda row: row.key)
            for attempt in row.record["attempts"][self._before[row.id] :]
        ]
        self._before, self._now = {}, {}
        return events


class AttemptWatch:
    """Notes attempts in those workspaces only whose clocks are being moved."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._watched: dict[Workspace, AttemptsMade] = {}
        workspaces.on_commit(self._committed)

    @contextmanager
    def watching(self, workspace: Workspace) -> Iterator[AttemptsMade]:
        """Note the attempts of a workspace until the block ends."""
        made = self._watched[workspace] = AttemptsMade()
        try:
            yield made
        finally:
            if self._watched.get(workspace) is made:
                del self._watched[workspace]

    def _committed(self, workspace: Workspace, tx: Transaction) -> None:
        if (made := self._watched.get(workspace)) is not None:
            made.committed(tx)
