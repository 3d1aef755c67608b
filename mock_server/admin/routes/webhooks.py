"""``/__admin/webhooks``: subscriptions, events, secrets. Deliveries and listeners have modules of their own."""

import base64
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.admin.query import Field, narrowing, whole_number
from mock_server.behaviours.document_events import event_body
from mock_server.store.base import Record, Row
from mock_server.store.state import Transaction
from mock_server.webhooks import events, outbox, rendering
from mock_server.webhooks import secrets as signing
from mock_server.webhooks import subscriptions as subscription

_SUBSCRIBE = "POST /api/webhooks/zapier/subscribe"
OWN_EVENT = JsonBody(
    ("type",),
    type={"type": "string", "maxLength": 200},
    body={},
    base64={"type": "string"},
    contentType={"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},
)
"""The body that delivers an event of the caller's own."""
ROTATION = JsonBody(keepOld={"type": "boolean"})
"""The body that rotates the secret."""
_FIELDS: Mapping[str, Mapping[str, Field]] = {
    subscription.KIND: {"trigger": str, "hookUrl": str},  # another document may have triggers of its own
    events.KIND: {"type": str, "recordId": str, "cause": str},
    outbox.KIND: {
        "state": outbox.STATES,
        "trigger": str,
        "subscriptionId": int,
        "eventId": str,
        "messageId": str,
    },
}
_MAX_ROWS_PER_PAGE = 1_000
_TOO_MUCH_OWED = f"bodies of {events.MAX_RAW_BYTES:,} bytes are still owed to subscribers; drain or cancel them first"


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Webhooks(control)
    return [
        Route("/webhooks/subscriptions", listed(control, subscription.KIND)),
        Route("/webhooks/subscriptions/{id:int}", one(control, subscription.KIND)),
        Route("/webhooks/subscriptions/{id:int}", here.unsubscribe, methods=["DELETE"]),
        Route("/webhooks/subscriptions/{id:int}/pause", here.pause(paused=True), methods=["POST"]),
        Route("/webhooks/subscriptions/{id:int}/resume", here.pause(paused=False), methods=["POST"]),
        Route("/webhooks/triggers", here.triggers),
        Route("/webhooks/events", listed(control, events.KIND)),
        Route("/webhooks/events", here.raw, methods=["POST"]),
        Route("/webhooks/events/{id}", one(control, events.KIND)),
        Route("/webhooks/heal", here.heal, methods=["POST"]),
        Route("/webhooks/secrets", here.secrets),
        Route("/webhooks/secrets/rotate", here.rotate, methods=["POST"]),
    ]


def listed(control: AdminContext, kind: str) -> Callable[[Request], Any]:
    """A handler that lists the records of a kind."""

    async def handler(request: Request) -> Response:
        """Newest first; a query parameter that names a field narrows it, ``limit`` and ``offset`` page it."""
        where = narrowing(request, _fields(control, kind))
        limit, offset = whole_number(request, "limit", 100), whole_number(request, "offset", 0)
        workspace = control.workspace(request)
        with control.workspaces.transaction(workspace) as tx:
            rows, total = tx.page(kind, offset, min(limit, _MAX_ROWS_PER_PAGE), where)
        more = {}
        if kind != subscription.KIND:
            more["dropped"] = workspace.state.counters.get(kind, 0) - len(workspace.state.rows(kind))
        items = (_shown(kind, row) for row in rows)
        return listing(items=items, total=total, workspace=workspace.id, **more)

    return handler


def _shown(kind: str, row: Row) -> Record:
    return rendering.shown(row.record) if kind == events.KIND else row.record


def _fields(control: AdminContext, kind: str) -> Mapping[str, Field]:
    """The fields that narrow a list; an event must be one that the document, or the vendor, knows."""
    named = {"type", "trigger"} & _FIELDS[kind].keys() if kind != subscription.KIND else set()
    return {**_FIELDS[kind], **dict.fromkeys(named, tuple(_known(control)))}


def one(control: AdminContext, kind: str) -> Callable[[Request], Any]:
    """A handler that shows one record of a kind."""

    async def handler(request: Request) -> Response:
        workspace = control.workspace(request)
        with control.workspaces.transaction(workspace) as tx:
            return answer({**_shown(kind, existing(tx, kind, request)), "workspace": workspace.id})

    return handler


def existing(tx: Transaction, kind: str, request: Request) -> Row:
    """The row that the path names. Raises ControlRefused (404)."""
    row = tx.get(kind, request.path_params["id"])
    if row is None:
        raise ControlRefused(404, f"none of the {kind[1:]} of this workspace has this id")
    return row


class _Webhooks:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    def pause(self, *, paused: bool) -> Callable[[Request], Any]:
        async def handler(request: Request) -> Response:
            """Hold back what a subscription is owed, or let it go on."""
            await self._control.body(request, NOTHING)
            with self._transaction(request) as tx:
                row = existing(tx, subscription.KIND, request)
                changed = tx.put(subscription.KIND, row.id, {**row.record, "paused": paused})
            self._wake(request)
            return answer(changed.record)

        return handler

    async def unsubscribe(self, request: Request) -> Response:
        with self._transaction(request) as tx:
            row = existing(tx, subscription.KIND, request)
            subscription.unsubscribe(tx, int(row.id))
            ended = outbox.cancel_all(tx, int(row.id), "the subscription was removed")
        return answer({"removed": row.id, "cancelled": ended})

    async def triggers(self, request: Request) -> Response:
        """List the triggers that can be subscribed to here: those that the served document lets through."""
        self._control.workspace(request)  # refuses a workspace that is not there, as every other route does
        foreign = self._control.workspaces.contract.foreign
        there = triggers(self._control)
        return answer({"triggers": there, "documented": there if foreign else [events.DOCUMENTED]})

    async def raw(self, request: Request) -> Response:
        """Deliver a body of the caller's own to a trigger's subscribers; nothing happened in the workspace.

        ``body`` is a JSON value. ``base64`` is bytes that are delivered as they are, with their ``contentType``.
        """
        largest = self._control.settings.max_body
        asked = await self._control.body(request, OWN_EVENT, most=2 * largest + 1024)  # base64 makes three bytes four
        there = _known(self._control)
        if asked["type"] not in there:
            what = f"/type: is none of the values there are ({', '.join(there)})"
            raise ControlRefused(400, what, pointer="/type")
        workspace = self._control.workspace(request)
        schema = self._control.workspaces.contract.webhooks.get(asked["type"])
        if self._control.workspaces.contract.foreign and schema and not {"body", "base64"} & asked.keys():
            chance = workspace.chance("event", asked["type"], str(workspace.state.counters.get(events.KIND, 0)))
            asked["body"] = event_body(schema, asked["type"], chance, workspace.clock.stamp())
        if ("body" in asked) == ("base64" in asked):
            raise ControlRefused(400, "give either `body` or `base64`", pointer="/body")
        emit = partial(events.emit_raw, body=asked.get("body"))
        if "base64" in asked:
            emit = partial(events.emit_bytes, raw=_decoded(asked["base64"], largest), content_type=_media(asked))
        try:
            with self._transaction(request) as tx:
                event = emit(tx, workspace.ids, workspace.clock.stamp(), asked["type"])
                subscribers = len(tx.find(outbox.KIND, {"eventId": event["id"]}))
        except events.TooMuchOwed:
            raise ControlRefused(409, _TOO_MUCH_OWED, pointer="/body") from None
        return answer({"id": event["id"], "subscribers": subscribers}, 201)

    async def heal(self, request: Request) -> Response:
        """Let every paused subscription go on."""
        await self._control.body(request, NOTHING)
        with self._transaction(request) as tx:
            paused = [row for row in tx.find(subscription.KIND) if row.record.get("paused")]
            for row in paused:
                tx.put(subscription.KIND, row.id, {**row.record, "paused": False})
        self._wake(request)
        return answer({"resumed": [row.id for row in paused]})

    async def secrets(self, request: Request) -> Response:
        """The secrets that sign deliveries with ``--sign standard``, the newest first."""
        workspace = self._control.workspace(request)
        with self._transaction(request) as tx:
            return answer({"secrets": self._control.dispatcher.secrets.valid(tx, workspace)})

    async def rotate(self, request: Request) -> Response:
        """A new secret; the one before stays valid beside it unless ``keepOld`` is false."""
        asked = await self._control.body(request, ROTATION)
        with self._transaction(request) as tx:
            signing.rotate(tx, keep_old=asked.get("keepOld", True))
        return await self.secrets(request)

    def _transaction(self, request: Request) -> AbstractContextManager[Transaction]:
        return self._control.workspaces.transaction(self._control.workspace(request))

    def _wake(self, request: Request) -> None:
        self._control.dispatcher.wake(self._control.workspace(request))


def triggers(control: AdminContext) -> list[str]:
    """The events that the served document lets a client subscribe to."""
    if control.workspaces.contract.foreign:
        return list(control.workspaces.contract.webhooks)
    operation = control.workspaces.contract.operations.get(_SUBSCRIBE)
    schema = operation.body if operation else None
    example = {"hookUrl": "http://127.0.0.1/"}
    return [name for name in events.EVENTS if schema and schema.accepts({**example, "trigger": name})]


def _known(control: AdminContext) -> list[str]:
    """The events that can be caused by hand."""
    contract = control.workspaces.contract
    return list(contract.webhooks) if contract.foreign else list(events.EVENTS)


def _media(asked: Mapping[str, Any]) -> str:
    return str(asked.get("contentType", "application/json"))


def _decoded(text: str, largest: int) -> bytes:
    """Decode base64. Raises ControlRefused if it is malformed, or larger than any delivery."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:  # a letter that is not ASCII as well
        raise ControlRefused(400, "this is not base64", pointer="/base64") from None
    if len(raw) > largest:
        raise ControlRefused(413, f"a body has at most {largest:,} bytes", pointer="/base64")
    return raw
