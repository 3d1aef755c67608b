"""``/__admin/inbox/{name}``: a hookUrl that records, answers what it was told to, and can be waited for."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.answer_parts import HEADERS, check_headers
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.inbox_question import contradiction, unanswerable
from mock_server.admin.inbox_wait import ExpectedDeliveries
from mock_server.admin.long_answers import listing
from mock_server.admin.while_connected import while_connected
from mock_server.api.content_encoding import decoded
from mock_server.api.request_body import read_body
from mock_server.api.response import fields, with_headers
from mock_server.errors import ApiError
from mock_server.support.condition import apart_if_large
from mock_server.support.exact_json import TooDeep
from mock_server.webhooks import outbox
from mock_server.workspaces.inbox import Expected, Inbox, Received, parsed
from mock_server.workspaces.workspace import Workspace

INBOX_ANSWER = JsonBody(
    status={"type": "integer", "minimum": 200, "maximum": 599},
    delay={"type": "number", "minimum": 0, "maximum": 60},
    headers=HEADERS,
)
"""The body that sets how an inbox answers."""
EXPECTATION = JsonBody(
    match={"type": "object", "maxProperties": 50},
    count={"type": "integer", "minimum": 0, "maximum": 1000},
    timeout={"type": "number", "minimum": 0, "maximum": 120},
    allowUnknown={"type": "boolean"},
)
"""The body of ``/inbox/{name}/expect``."""
_NEAREST = 3
_TOLD = 20  # lines of the delivery log
_MAX_SHOWN = 100  # deliveries in a refusal
_MAX_INBOXES = 100
_MAX_NAME_CHARACTERS = 100


def routes(control: AdminContext) -> list[Route]:
    """The routes. A hookUrl can name its workspace: ``/inbox/{workspace}/{name}``; the header does it as well."""
    here = _Inboxes(control)
    found = []
    for path in ("/inbox/{name}", "/inbox/{workspace}/{name}"):
        found += [
            Route(f"{path}/expect", here.expect, methods=["POST"]),
            Route(path, here.receive, methods=["POST"]),
            Route(path, here.shown),
            Route(path, here.behave, methods=["PUT"]),
            Route(path, here.clear, methods=["DELETE"]),
        ]
    return found


class _Inboxes:
    """The handlers. A new delivery wakes the clients that wait."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def receive(self, request: Request) -> Response:
        declared = request.headers.get("content-length", "").encode() or None
        try:
            raw = await read_body(request.receive, declared, self._control.settings.max_body)
        except ApiError as error:
            raise ControlRefused(error.status, str(error)) from None
        workspace, inbox = self._made(request)
        with suppress(ApiError):  # what cannot be unpacked is kept as it came
            raw = await decoded(raw, request.headers.raw, self._control.settings.max_body)
        try:
            value = await apart_if_large(len(raw), partial(parsed, raw))
        except TooDeep as fault:
            raise ControlRefused(400, fault.what, pointer="") from None
        inbox.keep(workspace.clock.stamp(), dict(request.headers), raw, value)
        workspace.inboxes.shorten()
        inbox.arrivals.wake()
        answer = Response(status_code=inbox.status)
        answer.raw_headers = with_headers(answer.raw_headers, fields(inbox.headers))
        await asyncio.sleep(inbox.delay)
        return answer

    async def shown(self, request: Request) -> Response:
        workspace, name = self._place(request)
        inbox = workspace.inboxes.get(name, Inbox())
        return listing(received=map(_shown, list(inbox.received)), dropped=inbox.dropped)

    async def behave(self, request: Request) -> Response:
        """Set how an inbox answers from now on: a status, after a delay in seconds, with headers."""
        asked = await self._control.body(request, INBOX_ANSWER)
        check_headers(asked.get("headers", {}), "/headers")
        _, inbox = self._made(request)
        inbox.status = asked.get("status", 200)
        inbox.delay = asked.get("delay", 0.0)
        inbox.headers = asked.get("headers", {})
        return answer({"status": inbox.status, "delay": inbox.delay, "headers": inbox.headers})

    async def clear(self, request: Request) -> Response:
        """Forget what came; what it answers stays."""
        await self._control.body(request, NOTHING)
        workspace, name = self._place(request)
        if name in workspace.inboxes:
            workspace.inboxes[name].clear()
        return answer({"received": []})

    async def expect(self, request: Request) -> Response:
        """Wait for a delivery that matches, as long as the client does."""
        asked = await self._control.body(request, EXPECTATION)
        return await while_connected(request, self._expected(request, asked), waits=True)

    async def _expected(self, request: Request, asked: Mapping[str, Any]) -> Response:
        """Tell what came; on failure what came nearest, and what became of the others.

        ``count`` 0: none that matches has come by now. That is refused where none could have.
        """
        workspace, inbox = self._made(request)
        wanted, count = asked.get("match", {}), asked.get("count", 1)
        if why := contradiction(wanted):
            raise ControlRefused(400, why, pointer="/match")
        doubt = unanswerable(self._control.workspaces.contract, workspace, request.path_params["name"], wanted)
        awaited = ExpectedDeliveries(inbox, Expected(wanted))
        if not count:
            return await self._none(awaited, asked, "" if asked.get("allowUnknown") else doubt)
        came = await awaited.until(count, asked.get("timeout", 2.0))
        if len(came) >= count:
            return listing(received=map(_shown, came))
        raise ControlRefused(
            404, _disappointed(len(came), count, inbox, doubt), **await self._story(workspace, awaited)
        )

    @staticmethod
    async def _none(awaited: ExpectedDeliveries, asked: Mapping[str, Any], doubt: str) -> Response:
        """Raises ControlRefused with the deliveries that came, or if no delivery could have come in any case."""
        if "timeout" in asked:
            raise ControlRefused(400, "nothing is waited for with count 0; leave it out", pointer="/timeout")
        came = await awaited.until(1, 0)
        if came:
            shown = [_shown(entry) for entry in came[:_MAX_SHOWN]]
            raise ControlRefused(406, f"expected nothing, and {len(came)} came", received=shown)
        if awaited.inbox.dropped:
            raise ControlRefused(409, f"this cannot be known: {_dropped(awaited.inbox)}")
        if doubt:
            raise ControlRefused(400, f"{doubt} (or set allowUnknown)", pointer="/match")
        return answer({"received": []})

    async def _story(self, workspace: Workspace, awaited: ExpectedDeliveries) -> dict[str, Any]:
        nearest = await awaited.nearest(_NEAREST)
        with self._control.workspaces.transaction(workspace) as tx:
            rows, _ = tx.page(outbox.KIND, 0, _TOLD)
        return {
            "received": len(awaited.inbox.received),
            "nearMisses": [{"number": entry.number, "differences": why, "body": entry.shown} for entry, why in nearest],
            "deliveries": [line for row in rows[::-1] for line in outbox.to_dict(row.record)][-_TOLD:],
        }

    def _place(self, request: Request) -> tuple[Workspace, str]:
        """The workspace and the name of the inbox. Raises ControlRefused (404)."""
        id = request.path_params.get("workspace")
        workspace = self._control.workspaces.get(id) if id else self._control.workspace(request)
        if workspace is None:
            raise ControlRefused(404, "no such workspace; /inbox/{name} is in the default one")
        if len(request.path_params["name"]) > _MAX_NAME_CHARACTERS:
            raise ControlRefused(404, f"the name of an inbox has at most {_MAX_NAME_CHARACTERS} characters")
        return workspace, request.path_params["name"]

    def _made(self, request: Request) -> tuple[Workspace, Inbox]:
        workspace, name = self._place(request)
        if name not in workspace.inboxes:
            if len(workspace.inboxes) >= _MAX_INBOXES:
                raise ControlRefused(409, f"a workspace has at most {_MAX_INBOXES} inboxes; remove some")
            workspace.inboxes[name] = Inbox()
        return workspace, workspace.inboxes[name]


def _disappointed(came: int, count: int, inbox: Inbox, doubt: str) -> str:
    why = doubt or (_dropped(inbox) if inbox.dropped else "")
    return f"{came} of {count} came that match" + (f": {why}" if why else "")


def _dropped(inbox: Inbox) -> str:
    return f"the inbox dropped {inbox.dropped} deliveries: drain it earlier"


def _shown(entry: Received) -> dict[str, Any]:
    return {"number": entry.number, "at": entry.at, "headers": entry.headers, "body": entry.shown}
