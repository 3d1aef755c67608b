"""``/__admin/clock``: freeze, set, advance, run. Due work on the way is done in order and reported."""

from collections.abc import Awaitable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.simulation.timeline import MAX_ACTIONS_IN_A_MOVE, ClockIsMoving, ClockMove, Superseded
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import bounded, clock_time

CLOCK_TIME = JsonBody(("now",), now={"type": "string", "maxLength": 100})
"""The body of ``/clock/set``."""
CLOCK_ADVANCE = JsonBody(("seconds",), seconds={"type": "number", "minimum": 0, "maximum": 3_153_600_000})
"""The body of ``/clock/advance``."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Clock(control)
    return [
        Route("/clock", here.show),
        Route("/clock/freeze", here.freeze, methods=["POST"]),
        Route("/clock/run", here.run, methods=["POST"]),
        Route("/clock/set", here.set_to, methods=["POST"]),
        Route("/clock/advance", here.advance, methods=["POST"]),
    ]


class _Clock:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def show(self, request: Request) -> Response:
        return _shown(self._control.workspace(request))

    async def freeze(self, request: Request) -> Response:
        """Stand still. What was due by now has happened first."""
        await self._control.body(request, NOTHING)
        workspace = self._control.workspace(request)
        return await self._moved(workspace, self._control.timeline.freeze(workspace), "")

    async def run(self, request: Request) -> Response:
        """Tick on from the time it shows."""
        await self._control.body(request, NOTHING)
        workspace = self._control.workspace(request)
        try:
            self._control.timeline.run(workspace)
        except ClockIsMoving:
            raise _being_moved() from None
        return _shown(workspace)

    async def set_to(self, request: Request) -> Response:
        asked = await self._control.body(request, CLOCK_TIME)
        try:
            target = clock_time(asked["now"])
        except ValueError as fault:
            raise ControlRefused(400, str(fault), pointer="/now") from None
        workspace = self._control.workspace(request)
        return await self._moved(workspace, self._control.timeline.move(workspace, target), "/now")

    async def advance(self, request: Request) -> Response:
        asked = await self._control.body(request, CLOCK_ADVANCE)
        workspace = self._control.workspace(request)
        try:
            target = bounded(workspace.clock.now() + timedelta(seconds=asked["seconds"]))
        except (OverflowError, ValueError):
            raise ControlRefused(
                400, "that is past the year 8999, the last that a clock shows", pointer="/seconds"
            ) from None
        return await self._moved(workspace, self._control.timeline.move(workspace, target), "/seconds")

    async def _moved(self, workspace: Workspace, move: Awaitable[ClockMove], pointer: str) -> Response:
        """Move the clock and answer with what happened. ``pointer`` is the member of the request with the new time."""
        try:
            moved = await move
        except ClockIsMoving:
            raise _being_moved(pointer) from None
        except Superseded:
            what = "the workspace was reset, restored or removed meanwhile, and keeps its new time"
            raise ControlRefused(409, what, pointer=pointer) from None
        return _shown(workspace, moved)


def _being_moved(pointer: str = "") -> ControlRefused:
    return ControlRefused(409, "this clock is being moved; wait for the answer", pointer=pointer)


def _shown(workspace: Workspace, moved: ClockMove | None = None) -> Response:
    shown = {"now": workspace.clock.stamp(), "frozen": workspace.clock.frozen}
    if moved is None:
        return answer(shown)
    why = (
        f"{MAX_ACTIONS_IN_A_MOVE} things happened"
        if len(moved.happened) >= MAX_ACTIONS_IN_A_MOVE
        else "the server stops"
    )
    more = {} if moved.whole else {"stopped": f"{why}, and more is due: move it again"}
    late = {} if moved.drained else {"undrained": "a receiver of webhooks was too slow to be waited for"}
    return answer({**shown, "happened": moved.happened, **more, **late})
