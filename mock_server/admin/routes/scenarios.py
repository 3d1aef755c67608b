"""``/__admin/scenarios``: the states that stubs are in, as in WireMock."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.mapping_schema import STATE
from mock_server.stubbing.overrides import STARTED
from mock_server.support.did_you_mean import did_you_mean
from mock_server.workspaces.workspace import Workspace

SCENARIO_STATE = JsonBody(("state",), state=STATE)
"""The body that puts a scenario into a state."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def listed(request: Request) -> Response:
        """The scenarios that mappings name, each with its state."""
        return _shown(control.workspace(request))

    async def reset(request: Request) -> Response:
        """Begin every scenario anew."""
        await control.body(request, NOTHING)
        workspace = control.workspace(request)
        workspace.mappings.scenarios.clear()
        return _shown(workspace)

    async def put(request: Request) -> Response:
        """Put one scenario into a state."""
        asked = await control.body(request, SCENARIO_STATE)
        workspace, name = control.workspace(request), request.path_params["name"]
        known = workspace.mappings.states()
        if name not in known:
            raise ControlRefused(404, f"no mapping names this scenario{did_you_mean(name, known)}")
        workspace.mappings.scenarios[name] = asked["state"]
        return _shown(workspace)

    return [
        Route("/scenarios", listed),
        Route("/scenarios/reset", reset, methods=["POST"]),
        Route("/scenarios/{name}/state", put, methods=["PUT"]),
    ]


def _shown(workspace: Workspace) -> Response:
    states = workspace.mappings.states()
    return answer({"scenarios": [{"name": name, "state": states[name]} for name in states], "firstState": STARTED})
