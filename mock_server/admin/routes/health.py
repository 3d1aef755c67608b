"""``/__admin/health``: for programs that wait for the server or watch it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, ControlRefused, answer


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def health(request: Request) -> Response:
        """Ready, and whether any answer of ours broke the contract."""
        return answer({"status": "ok", "invalidAnswers": control.endpoint.check.mismatches})

    async def live(request: Request) -> Response:
        """The process answers: whoever restarts servers asks this."""
        return answer({"status": "live"})

    async def ready(request: Request) -> Response:
        """The server takes requests: whoever sends it some asks this. A server that stops takes no more."""
        if control.dispatcher.closing:
            raise ControlRefused(503, "the server stops; send requests to another one, or wait for its next start")
        if any(workspace.state.late for workspace in control.workspaces):
            raise ControlRefused(503, "a large world is still being made: most requests have to wait for it")
        return answer({"status": "ready"})

    return [Route("/health", health), Route("/health/live", live), Route("/health/ready", ready)]
