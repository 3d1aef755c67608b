"""Deliveries that a fault holds back: until a later time, or until another one of their subscription was made."""

from mock_server.store.base import Row
from mock_server.stubbing.delivery_faults import HOLDING, REORDER, DeliveryStrike
from mock_server.webhooks import attempts, outbox
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.clock import LATEST, epoch_ms, from_epoch_ms, stamp


class HeldDeliveries:
    """Holds deliveries back as the faults of their workspaces say, and lets them go again."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def strike(self, workspace: Workspace, row: Row) -> DeliveryStrike | None:
        """The fault that strikes the next attempt at a delivery; none if a fault has held it back already."""
        if "held" in row.record and not row.record["attempts"]:
            return None
        return workspace.faults.deliveries.strike(row.record, attempts.turn(row.record))

    async def hold(self, workspace: Workspace, row: Row, strike: DeliveryStrike | None) -> bool:
        """Hold a delivery back if the fault wants it, and tell whether it is held. Raises StorageUnavailable."""
        if strike is None or strike.rule.fault not in HOLDING:
            return False
        due = from_epoch_ms(min(epoch_ms(workspace.clock.now()) + round(strike.rule.seconds * 1000), epoch_ms(LATEST)))
        with self._workspaces.transaction(workspace, grouped=True) as tx:
            if tx.get(outbox.KIND, row.id) is row:
                text = strike.description()
                changes = {"held": text, "dueAt": stamp(due)}
                outbox.finish_delivery(tx, row, outbox.PENDING, f"held back by a fault: {text}", **changes)
        if strike.rule.fault == REORDER:
            workspace.faults.deliveries.waiting.setdefault(row.record["subscriptionId"], []).append(str(row.id))
        await self._workspaces.durable(workspace)
        return True

    async def release(self, workspace: Workspace, row: Row) -> None:
        """Let go what waited for another delivery of this subscription. Raises StorageUnavailable."""
        waiting = workspace.faults.deliveries.waiting.pop(row.record["subscriptionId"], [])
        others = [id for id in waiting if id != row.id]
        if not others:
            return
        with self._workspaces.transaction(workspace, grouped=True) as tx:
            for held in filter(None, (tx.get(outbox.KIND, id) for id in others)):
                if held.record["state"] == outbox.PENDING and not held.record["attempts"]:
                    changes = {"dueAt": workspace.clock.stamp()}
                    outbox.finish_delivery(tx, held, outbox.PENDING, held.record["reason"], **changes)
        await self._workspaces.durable(workspace)
