"""``/__admin/evolution``: how the answers of a workspace differ from today's, to see what its client survives."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.config.evolutions import KINDS, OUTAGES, PATTERN, evolutions
from mock_server.stubbing.evolution_state import EvolutionState

_TEXT = {"type": "string", "maxLength": 500}
EVOLVE = JsonBody(("evolve",), evolve=_TEXT).also(properties={"evolve": {**_TEXT, "pattern": PATTERN}})
"""The body that lets answers evolve."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def show(request: Request) -> Response:
        """Show which evolutions the answers get, and all that there are."""
        return _shown(control, control.workspace(request).evolution)

    async def put(request: Request) -> Response:
        """Let the answers of this workspace evolve; `none` leaves them as they are."""
        asked = await control.body(request, EVOLVE)
        try:
            chosen = evolutions(asked["evolve"])
        except ValueError as fault:
            raise ControlRefused(400, str(fault), pointer="/evolve") from None
        workspace = control.workspace(request)
        workspace.evolution = EvolutionState(chosen)
        return _shown(control, workspace.evolution)

    async def remove(request: Request) -> Response:
        """Leave it to the server again: its answers evolve as `--evolve` says."""
        await control.body(request, NOTHING)
        workspace = control.workspace(request)
        workspace.evolution = EvolutionState()
        return _shown(control, workspace.evolution)

    return [
        Route("/evolution", show),
        Route("/evolution", put, methods=["PUT"]),
        Route("/evolution", remove, methods=["DELETE"]),
    ]


def _shown(control: AdminContext, state: EvolutionState) -> Response:
    chosen = control.endpoint.evolving.default if state.asked is None else state.asked
    return answer(
        {
            "evolve": str(chosen),
            "kinds": list(chosen.kinds),
            "mixed": chosen.mixed,
            "ofTheServer": state.asked is None,
            "known": {**KINDS, **OUTAGES},
        }
    )
