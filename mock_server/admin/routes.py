"""The control plane's routes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server import __version__
from mock_server.admin.problem import from_starlette
from mock_server.api.endpoint import Endpoint
from mock_server.settings import Settings
from mock_server.spec.provenance import Gap
from mock_server.workspace import DEFAULT, Workspaces, summary


def control_plane(settings: Settings, workspaces: Workspaces, endpoint: Endpoint, gaps: list[Gap]) -> Starlette:
    """The application to mount under ``/__admin``."""

    def answer(value: Mapping[str, Any]) -> Response:
        return Response(orjson.dumps(value, default=list), media_type="application/json")

    async def health(request: Request) -> Response:
        """Ready, and whether any answer of ours broke the contract."""
        return answer({"status": "ok", "invalidAnswers": endpoint.mismatches})

    async def version(request: Request) -> Response:
        return answer({"name": "sophiie-mock", "version": __version__, "unofficial": True})

    async def shown_settings(request: Request) -> Response:
        return answer(asdict(settings))

    async def worlds(request: Request) -> Response:
        """How many records of each kind the default workspace holds."""
        workspace = workspaces.get(DEFAULT)
        return answer({"workspace": DEFAULT, "records": summary(workspace) if workspace else {}})

    async def provenance(request: Request) -> Response:
        """How each operation is known, and the ledger of what is not."""
        operations = workspaces.contract.operations.values()
        known = {operation.key: operation.provenance for operation in operations}
        return answer({"operations": known, "gaps": [asdict(gap) for gap in gaps]})

    routes = [
        Route("/health", health),
        Route("/version", version),
        Route("/settings", shown_settings),
        Route("/records", worlds),
        Route("/provenance", provenance),
    ]
    control = Starlette(routes=routes, exception_handlers={HTTPException: from_starlette, Exception: from_starlette})
    control.router.redirect_slashes = False
    return control
