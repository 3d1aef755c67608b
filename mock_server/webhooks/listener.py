"""One listener, and the subscriptions in its workspace that are marked with its id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mock_server.store.base import Row
from mock_server.store.state import Transaction
from mock_server.webhooks import outbox
from mock_server.webhooks import subscriptions as subscription
from mock_server.workspaces.workspace import Workspace


@dataclass(slots=True, eq=False)
class Listener:
    """A client that listens. ``version`` grows with each change that the client must learn of; ``because`` is the
    reason of the last one.

    The version is 0 when the listener has not come back since the server started. ``open_requests`` counts its requests
    that wait for an answer now. ``last_seen`` is when it last asked (time of the event loop).
    """

    id: str
    workspace: Workspace
    hook: str
    triggers: Sequence[str]
    skip_verify: bool
    last_seen: float
    open_requests: int = 0
    version: int = 0
    because: str = ""
    subscriptions: dict[int, str] = field(default_factory=dict)  # id → trigger, of those that there are
    known: set[int] = field(default_factory=set)  # ids, of those that there were as well
    numbered_from: int = 0  # the version since which attempts are counted anew

    def wants(self, row: Row) -> bool:
        """Tell whether a subscription of the listener is still as the listener asked for it."""
        record = row.record
        same = record["hookUrl"] == self.hook and bool(record.get("skipVerify")) == self.skip_verify
        return same and record["trigger"] in self.triggers

    def subscribe(self, tx: Transaction, now: str) -> None:
        """Make the subscriptions as the listener wants them: keep those that fit, add what is missing, remove the
        others.
        """
        marks = {"listener": self.id, **({"skipVerify": True} if self.skip_verify else {})}
        has = marked(tx, {self.id})
        unsubscribe(tx, [row for row in has if not self.wants(row)])
        self.subscriptions = {int(row.id): row.record["trigger"] for row in has if self.wants(row)}
        for trigger in self.triggers:
            if trigger not in self.subscriptions.values():
                made = subscription.subscribe(tx, now, self.hook, trigger, **marks)
                self.subscriptions[made["id"]] = trigger
        self.known |= self.subscriptions.keys()

    def change(self, because: str) -> None:
        """Note a change that the listener must learn of."""
        self.version += 1
        self.because = because

    def missing(self) -> bool:
        """Tell whether somebody else has ended a subscription of the listener. The subscription is left out from now
        on.
        """
        there = {int(row.id) for row in self.workspace.state.rows(subscription.KIND)}
        left = {id: trigger for id, trigger in self.subscriptions.items() if id in there}
        lost, self.subscriptions = len(left) < len(self.subscriptions), left
        return lost


def listeners_before_restart(workspace: Workspace, now: float) -> list[Listener]:
    """The listeners of the time before a restart of the server, found by their subscriptions."""
    rows: dict[str, list[Row]] = {}
    for row in workspace.state.rows(subscription.KIND):
        if "listener" in row.record:
            rows.setdefault(row.record["listener"], []).append(row)
    found = []
    for id, own in rows.items():
        first, triggers = own[0].record, [row.record["trigger"] for row in own]
        found.append(Listener(id, workspace, first["hookUrl"], triggers, bool(first.get("skipVerify")), now))
    return found


def marked(tx: Transaction, ids: Collection[str] | None = None) -> list[Row]:
    """The subscriptions of these listeners; of all without ``ids``."""
    rows = tx.find(subscription.KIND)
    return [row for row in rows if "listener" in row.record and (ids is None or row.record["listener"] in ids)]


def unsubscribe(tx: Transaction, rows: Collection[Row]) -> int:
    """Remove the subscriptions of listeners that have gone, and return how many deliveries that cancels."""
    for row in rows:
        subscription.unsubscribe(tx, int(row.id))
    return sum(outbox.cancel_all(tx, int(row.id), "nobody listens any more") for row in rows)
