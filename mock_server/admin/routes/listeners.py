"""``/__admin/webhooks/listeners`` and ``attempts``: what ``sophiie-mock listen`` asks for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.query import refuse_unknown, whole_number
from mock_server.admin.routes.webhooks import triggers
from mock_server.admin.while_connected import while_connected
from mock_server.support.did_you_mean import did_you_mean
from mock_server.webhooks.listener import Listener
from mock_server.webhooks.listeners import LEASE_SECONDS

NEW_LISTENER = JsonBody(
    hookUrl={"type": "string", "maxLength": 2048},
    triggers={"type": "array", "items": {"type": "string", "maxLength": 200}, "minItems": 1, "uniqueItems": True},
    skipVerify={"type": "boolean"},
    id={"type": "string", "pattern": "^lsn_[A-Za-z0-9_-]{1,64}$"},
)
"""The body that opens a listener."""
_MAX_WAIT_SECONDS = 60


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Listeners(control)
    return [
        Route("/webhooks/listeners", here.listed),
        Route("/webhooks/listeners", here.open, methods=["POST"]),
        Route("/webhooks/listeners/{id}", here.end, methods=["DELETE"]),
        Route("/webhooks/attempts", here.attempts),
    ]


class _Listeners:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        """Who listens."""
        refuse_unknown(request, ())
        found = self._control.dispatcher.listeners.of(self._control.workspace(request))
        return answer({"items": [_facts(listener) for listener in found]})

    async def open(self, request: Request) -> Response:
        """Subscribe for as long as somebody asks for the attempts. ``id`` is of one that comes back.

        Without ``hookUrl`` to the inbox ``listen`` of the workspace, without ``triggers`` to all that there are.
        """
        asked = await self._control.body(request, NEW_LISTENER)
        workspace, dispatcher = self._control.workspace(request), self._control.dispatcher
        hook = (
            asked.get("hookUrl") or f"{request.url.scheme}://{request.url.netloc}/__admin/inbox/{workspace.id}/listen"
        )
        if why := await dispatcher.refusal_reason(hook):
            raise ControlRefused(400, f"nothing can be posted there: {why}", pointer="/hookUrl")
        there = triggers(self._control)
        for index, name in enumerate(asked.get("triggers", ())):
            if name not in there:
                what = f"/triggers/{index}: is none of the values there are ({', '.join(there)})"
                what += did_you_mean(name, there)
                raise ControlRefused(400, what, pointer=f"/triggers/{index}")
        listener = await dispatcher.listeners.open(
            workspace,
            hook,
            asked.get("triggers", there),
            asked.get("id", ""),
            skip_verify=asked.get("skipVerify", False),
        )
        others = [other for other in dispatcher.listeners.of(workspace) if other.hook == hook and other is not listener]
        return answer(_facts(listener) | {"leaseSeconds": LEASE_SECONDS, "others": len(others)}, 201)

    async def end(self, request: Request) -> Response:
        """It does not listen any more, and nothing more is owed to it."""
        await self._control.body(request, NOTHING)
        id = request.path_params["id"]
        ended = self._control.dispatcher.listeners.end(self._control.workspace(request), id)
        if ended is None:
            raise ControlRefused(404, "nobody who listens in this workspace has this id")
        return answer({"removed": id, "cancelled": ended})

    async def attempts(self, request: Request) -> Response:
        """Attempts that ended after number ``after``; waits up to ``wait`` seconds for one.

        With ``listener`` its own only; who asks so keeps it alive, and hears of changes after its ``version``.
        """
        refuse_unknown(request, ("after", "wait", "listener", "version"))
        after, wait = whole_number(request, "after", 0), whole_number(request, "wait", 0, _MAX_WAIT_SECONDS)
        version, id = whole_number(request, "version", 0), request.query_params.get("listener")
        workspace, dispatcher = self._control.workspace(request), self._control.dispatcher
        if id is None:
            attempts = await while_connected(request, dispatcher.news.wait_after(workspace, after, wait), waits=True)
            return answer({"items": attempts, "last": workspace.attempts.seen})
        asked = dispatcher.listeners.attempts(workspace, id, after, wait, version)
        found = await while_connected(request, asked, waits=True)
        if found is None:
            raise ControlRefused(404, "nobody who listens in this workspace has this id, or has it any more")
        return answer({"items": found.attempts, "last": found.last, **_facts(found.listener)})


def _facts(listener: Listener) -> dict[str, Any]:
    made = [{"id": id, "trigger": trigger} for id, trigger in listener.subscriptions.items()]
    facts = {"id": listener.id, "workspace": listener.workspace.id, "hookUrl": listener.hook, "subscriptions": made}
    return {
        **facts,
        "version": listener.version,
        "because": listener.because or None,
        "asking": listener.open_requests > 0,
    }
