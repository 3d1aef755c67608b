"""``/__admin/evidence``: what is known of each operation, on axes that are never added up."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, answer
from mock_server.spec.packed_evidence import packed_evidence


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    operations = control.workspaces.contract.operations.values()

    async def show(request: Request) -> Response:
        """Show the provenance and six axes of each operation, as far as the program's own data tells them."""
        return answer({"operations": packed_evidence(operations)})

    return [Route("/evidence", show)]
