"""``/__admin/coverage``: what of the contract a client has exercised."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query
from mock_server.admin.context import AdminContext, ControlRefused, answer
from mock_server.event_loop.turns import Turns
from mock_server.webhooks.events import EVENTS
from mock_server.workspaces.coverage import Coverage


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def show(request: Request) -> Response:
        """Show the coverage of a workspace since it was made or reset; ``scope=server``: of all that ever were."""
        query.refuse_unknown(request, ("scope",))
        scope = request.query_params.get("scope", "workspace")
        if scope not in ("workspace", "server"):
            raise ControlRefused(400, "`scope` is workspace or server", parameter="scope")
        total, turns = Coverage(), Turns(patient=True)
        if scope == "server":
            total.merge(control.workspaces.retired)
        for workspace in list(control.workspaces) if scope == "server" else [control.workspace(request)]:
            await turns.rest()
            total.merge(workspace.journal.covered())
        return answer(total.report(control.workspaces.contract, EVENTS))

    return [Route("/coverage", show)]
