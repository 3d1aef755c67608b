"""``/__admin/webhooks/deliveries``: see them, make them again, cancel them, wait until none is owed."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import StreamedAnswer, listing
from mock_server.admin.routes.webhooks import existing, listed, one
from mock_server.errors import StorageUnavailable
from mock_server.store.base import Record, Row
from mock_server.store.state import Transaction
from mock_server.webhooks import outbox, subscriptions
from mock_server.world.clock import parse, stamp

_ID: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
_FLAG: Mapping[str, Any] = {"type": "boolean"}

# Whether a repeat keeps its id decides whether a receiver can tell it from a new one: the caller must say.
AGAIN = JsonBody(("newId",), newId=_FLAG)
"""The body that makes one delivery, or those of one event, again."""
MANY_AGAIN = JsonBody(
    ("newId",),
    newId=_FLAG,
    state={"enum": [outbox.FAILED, outbox.DELIVERED, outbox.CANCELLED]},
    ids={"type": "array", "items": _ID, "maxItems": outbox.MAX_STORED, "uniqueItems": True},
    since={"type": "string", "format": "date-time"},
    until={"type": "string", "format": "date-time"},
    subscriptionId={"type": "integer"},
)
"""The body of ``/webhooks/deliveries/redeliver``."""
_TOLD = 20  # deliveries that a drain which took too long names
DRAIN = JsonBody(timeout={"type": "number", "minimum": 0, "maximum": 120})
"""The body of ``/webhooks/drain``."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Deliveries(control)
    return [
        Route("/webhooks/deliveries", listed(control, outbox.KIND)),
        Route("/webhooks/deliveries/redeliver", here.redeliver_many, methods=["POST"]),
        Route("/webhooks/deliveries/{id}", one(control, outbox.KIND)),
        Route("/webhooks/deliveries/{id}/redeliver", here.redeliver, methods=["POST"]),
        Route("/webhooks/deliveries/{id}/cancel", here.cancel, methods=["POST"]),
        Route("/webhooks/events/{id}/resend", here.resend, methods=["POST"]),
        Route("/webhooks/log", here.log),
        Route("/webhooks/drain", here.drain, methods=["POST"]),
    ]


class _Deliveries:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def resend(self, request: Request) -> Response:
        """Deliver an event again to everyone who subscribes to its type now."""
        asked = await self._control.body(request, AGAIN)
        with self._transaction(request) as tx:
            event = existing(tx, outbox.EVENTS, request).record
            subscribers = [row.record for row in tx.find(subscriptions.KIND, {"trigger": event["type"]})]
            made = [self._again(tx, request, event, one, new=asked["newId"]) for one in subscribers]
        return answer({"deliveries": made}, 202)

    async def redeliver(self, request: Request) -> Response:
        """Make one delivery again. One that is still owed is made now, in place of its retry."""
        asked = await self._control.body(request, AGAIN)
        with self._transaction(request) as tx:
            row = existing(tx, outbox.KIND, request)
            try:
                made = self._repeat(tx, request, row, new=asked["newId"])
            except LookupError as why:
                raise ControlRefused(409, f"delivery {row.id}: {why}") from None
        return answer({"deliveries": [made]}, 202)

    async def redeliver_many(self, request: Request) -> Response:
        """All that failed; or those of ``ids``, of another ``state``, of a range of time, of one subscription."""
        asked = _range(await self._control.body(request, MANY_AGAIN))
        made, skipped = [], []
        with self._transaction(request) as tx:
            chosen = [row.id for row in _named(tx, asked) if _chosen(row.record, asked)]
        for start in range(0, len(chosen), outbox.SLICE):
            try:
                with self._transaction(request) as tx:
                    for row in filter(None, (tx.get(outbox.KIND, id) for id in chosen[start : start + outbox.SLICE])):
                        try:
                            made.append(self._repeat(tx, request, row, new=asked["newId"]))
                        except LookupError as why:
                            skipped.append({"id": row.id, "reason": str(why)})
            except StorageUnavailable as fault:
                raise ControlRefused(503, f"{fault}; the first {start} of {len(chosen)} were made") from None
            await asyncio.sleep(0)  # thousands at once would keep everybody waiting
        return listing(202, deliveries=iter(made), skipped=iter(skipped))

    async def cancel(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        with self._transaction(request) as tx:
            row = existing(tx, outbox.KIND, request)
            if row.record["state"] != outbox.PENDING:
                raise ControlRefused(409, f"the delivery is {row.record['state']} already")
            return answer(outbox.finish_delivery(tx, row, outbox.CANCELLED, "cancelled by hand").record)

    async def log(self, request: Request) -> Response:
        """The delivery log without real time in it: the same seed and script give the same text."""
        with self._transaction(request) as tx:
            rows = tx.find(outbox.KIND)
        lines = ("".join(f"{line}\n" for line in outbox.to_dict(row.record)).encode() for row in rows)
        return StreamedAnswer(lines, media_type="text/plain")

    async def drain(self, request: Request) -> Response:
        """Answer when nothing that is due is owed and nothing is in flight; ``waiting`` for their time are so many.

        When that takes too long, say what is owed.
        """
        asked = await self._control.body(request, DRAIN)
        workspace = self._control.workspace(request)
        seconds = asked.get("timeout", 10)
        drained = await self._control.dispatcher.drain(workspace, seconds)
        with self._transaction(request) as tx:
            owed = tx.find(outbox.KIND, {"state": outbox.PENDING})
        if not drained:
            lines = [line for row in owed[:_TOLD] for line in outbox.to_dict(row.record)]
            what = f"something is still due or in flight after {seconds:g} s"
            raise ControlRefused(504, what, waiting=len(owed), deliveries=lines)
        return answer({"drained": True, "waiting": len(owed)})

    def _repeat(self, tx: Transaction, request: Request, row: Row, *, new: bool) -> Record:
        """Repeat deliveries. Raises LookupError, before anything is changed."""
        event, subscriber = _parts(tx, row)
        if row.record["state"] == outbox.PENDING:
            outbox.finish_delivery(tx, row, outbox.CANCELLED, "redelivered by hand")
        return self._again(tx, request, event, subscriber, new=new)

    def _again(self, tx: Transaction, request: Request, event: Record, subscriber: Record, *, new: bool) -> Record:
        workspace = self._control.workspace(request)
        number = f"{event['id']}_{tx.count('$resent')}" if new else None
        return outbox.add(tx, workspace.ids, workspace.clock.stamp(), event, subscriber, new_id=number).record

    def _transaction(self, request: Request) -> AbstractContextManager[Transaction]:
        return self._control.workspaces.transaction(self._control.workspace(request))


def _named(tx: Transaction, asked: Mapping[str, Any]) -> list[Row]:
    """The deliveries with these ``ids``, or all. Raises ControlRefused for an unknown id."""
    if "ids" not in asked:
        return list(tx.find(outbox.KIND))
    rows = []
    for index, id in enumerate(asked["ids"]):
        row = tx.get(outbox.KIND, id)
        if row is None:
            raise ControlRefused(404, "none of the deliveries of this workspace has this id", pointer=f"/ids/{index}")
        rows.append(row)
    return rows


def _parts(tx: Transaction, row: Row) -> tuple[Record, Record]:
    """The event of a delivery and its subscriber. Raises LookupError if one of them is gone."""
    event = tx.get(outbox.EVENTS, row.record["eventId"])
    subscriber = tx.get(subscriptions.KIND, row.record["subscriptionId"])
    if event is None or subscriber is None:
        raise LookupError("its subscription is gone" if event else "its event is no longer kept")
    return event.record, subscriber.record


def _range(asked: dict[str, Any]) -> dict[str, Any]:
    """The times in the store's form. Raises ControlRefused."""
    for name in ("since", "until"):
        if name in asked:
            try:
                asked[name] = stamp(parse(asked[name]))
            except ValueError as fault:
                raise ControlRefused(400, str(fault), pointer=f"/{name}") from None
    return asked


def _chosen(delivery: Record, asked: Mapping[str, Any]) -> bool:
    state = asked.get("state", None if "ids" in asked else outbox.FAILED)
    return bool(
        state in (None, delivery["state"])
        and asked.get("subscriptionId", delivery["subscriptionId"]) == delivery["subscriptionId"]
        and asked.get("since", "") <= delivery["createdAt"] <= asked.get("until", "9999")
    )
