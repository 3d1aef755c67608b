"""The order in which a subscription gets its deliveries. It is a cache of the outbox, so that no queue has to be
searched.
"""

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.webhooks import outbox


class DeliveryQueue:
    """The first attempts in the order of their events, and the retries by their time. A retry waits beside the queue
    and blocks nothing.

    An entry stays until its delivery has changed. So a delivery that could not be recorded is still owed.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._fresh: deque[Id] = deque()
        self._later: list[tuple[str, int, Id]] = []
        for row in sorted(rows, key=lambda row: row.key[1]):
            self.add(row)

    def add(self, row: Row) -> None:
        """Add a delivery that is owed, for the first time or again."""
        if _waits(row):
            heappush(self._later, (row.record["dueAt"], row.key[1], row.id))
        else:
            self._fresh.append(row.id)

    def first(self, tx: Transaction, now: str) -> Row | None:
        """The delivery to make now. A first attempt never waits for the workspace's clock."""
        while self._later and self._later[0][0] <= now:
            due, _, id = self._later[0]
            row = _owed(tx, id)
            if row is not None and _waits(row) and row.record["dueAt"] == due:
                return row
            heappop(self._later)
        while self._fresh:
            row = _owed(tx, self._fresh[0])
            if row is not None and not _waits(row):
                return row
            self._fresh.popleft()
        return None

    def next_due(self) -> str | None:
        """The time of the next look at the queue; perhaps nothing is due then."""
        return self._later[0][0] if self._later else None


def _waits(row: Row) -> bool:
    """Tell whether a delivery waits beside the queue: for a retry, or because a fault holds it back."""
    return bool(row.record["attempts"]) or "held" in row.record


def _owed(tx: Transaction, id: Id) -> Row | None:
    row = tx.get(outbox.KIND, id)
    return row if row is not None and row.record["state"] == outbox.PENDING else None
