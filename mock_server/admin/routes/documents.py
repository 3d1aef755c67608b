"""``/__admin/documents``: the documents that are served, whatever paths these take themselves."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, ControlRefused, answer
from mock_server.api.documents import document_name
from mock_server.support.did_you_mean import did_you_mean


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    contract = control.workspaces.contract
    named = {document_name(document): document for document in reversed(contract.documents)}

    async def names(request: Request) -> Response:
        """The names of the documents."""
        return answer({"documents": list(reversed(named))})

    async def one(request: Request) -> Response:
        """One document, with this server as its first."""
        name = request.path_params["name"]
        if name not in named:
            raise ControlRefused(404, f"no such document{did_you_mean(name, named)}; there are {', '.join(named)}")
        return answer(contract.published(named[name], str(request.base_url).rstrip("/").removesuffix("/__admin")))

    return [Route("/documents", names), Route("/documents/{name}", one)]
