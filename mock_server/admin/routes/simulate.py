"""``/__admin/simulate``: people call, write, book, move and cancel, at once or in a burst over some time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.errors import Conflict, NotFound
from mock_server.simulation import scheduled
from mock_server.simulation.contacts import SOURCES, SimulationRequest
from mock_server.simulation.timeline import ClockIsMoving, Superseded
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import clock_time, epoch_ms, stamp

_MAX_CONTACTS_PER_CALL = 1_000
_MAX_VISITS = 100  # of appointments, which are changed together or not at all: a thousand would hold everybody up
_ID = {"type": ["string", "integer"], "maxLength": 100}
SIMULATION = JsonBody(
    ("kind",),
    kind={"enum": [*SOURCES, "appointment"]},
    **{"from": {"type": "string", "minLength": 1, "maxLength": 200}},
    about={"type": "string", "maxLength": 1_000},
    count={"type": "integer", "minimum": 1, "maximum": _MAX_CONTACTS_PER_CALL},
    over={"type": "number", "minimum": 0, "maximum": 31 * 86_400},
    action={"enum": ["book", "move", "cancel"]},
    appointmentId=_ID,
    start={"type": "string", "maxLength": 100},
)
"""The body of ``/simulate``."""
_FOREIGN = (
    "nobody gets in touch here: the document that is served is not Sophiie's, and has no leads; "
    "cause an event of it with `sophiie-mock trigger` or POST /__admin/webhooks/events"
)
# Field → what it says something about.
_ONLY_FOR = {"action": ("appointment",), "appointmentId": ("move", "cancel"), "start": ("book", "move")}


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Simulate(control)
    return [
        Route("/simulate", here.simulate, methods=["POST"]),
        Route("/simulate", here.planned),
        Route("/simulate", here.forget, methods=["DELETE"]),
    ]


class _Simulate:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def simulate(self, request: Request) -> Response:
        """``from`` is a lead's id, a phone, an e-mail, ``known`` for any lead; without it somebody new comes."""
        asked = await self._control.body(request, SIMULATION)
        if self._control.workspaces.contract.foreign:
            raise ControlRefused(409, _FOREIGN)
        workspace = self._control.workspace(request)
        wanted, times = _wanted(asked), _times(workspace, asked)
        try:
            done, later = await self._control.timeline.simulate(workspace, wanted, times)
        except ClockIsMoving:
            raise ControlRefused(409, "this workspace's clock is being moved; wait for the answer") from None
        except Superseded:
            raise ControlRefused(409, "the workspace was reset, restored or removed meanwhile") from None
        except (Conflict, NotFound) as fault:
            what, *pointer = fault.explain
            raise ControlRefused(fault.status, what, pointer=pointer[0] if pointer else "") from None
        return answer({"now": workspace.clock.stamp(), "happened": done, "planned": later}, 201)

    async def planned(self, request: Request) -> Response:
        """List the contacts that are still to come, the next first."""
        rows = list(self._control.workspace(request).state.rows(scheduled.KIND))
        return listing(planned=(_shown(row.record) for row in rows))

    async def forget(self, request: Request) -> Response:
        """Nothing of it will come, but for the traffic of ``--traffic``."""
        await self._control.body(request, NOTHING)
        with self._control.workspaces.transaction(self._control.workspace(request)) as tx:
            rows = [row for row in tx.find(scheduled.KIND) if row.id != scheduled.TRAFFIC]
            for row in rows:
                tx.remove(scheduled.KIND, row.id)
        return answer({"removed": [row.id for row in rows]})


def _shown(planned: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": planned["id"], "at": planned["createdAt"], **(planned.get("wanted") or {"kind": scheduled.TRAFFIC})}


def _wanted(asked: Mapping[str, Any]) -> SimulationRequest:
    """Raises ControlRefused for members that contradict each other."""
    said = (asked["kind"], asked.get("action"))
    for name, needs in _ONLY_FOR.items():
        if name in asked and not set(needs) & set(said):
            raise ControlRefused(
                400, f"`{name}` goes with {' and '.join(needs)} only; leave it out", pointer=f"/{name}"
            )
    if asked["kind"] == "appointment" and "action" not in asked:
        raise ControlRefused(400, "say what becomes of it: book, move or cancel", pointer="/action")
    if "action" in asked and asked.get("count", 0) > _MAX_VISITS and not asked.get("over"):
        what = f"at most {_MAX_VISITS} appointments are changed at once; spread them over some time with `over`"
        raise ControlRefused(400, what, pointer="/count")
    try:
        start = epoch_ms(clock_time(asked["start"])) if "start" in asked else None
    except ValueError as fault:
        raise ControlRefused(400, str(fault), pointer="/start") from None
    about, action = asked.get("about", ""), asked.get("action", "")
    return SimulationRequest(asked["kind"], asked.get("from", ""), about, action, asked.get("appointmentId"), start)


def _times(workspace: Workspace, asked: Mapping[str, Any]) -> list[str]:
    """The time of each contact: the first at once, the others evenly over the time."""
    count, now = asked.get("count", 1), workspace.clock.now()
    step = asked.get("over", 0) / count
    return [stamp(now + timedelta(seconds=step * number)) for number in range(count)]
