"""The control plane's routes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server import __version__
from mock_server.admin.context import AdminContext, ControlRefused, answer, failed, misfit, refused
from mock_server.admin.routes import (
    audit,
    clock,
    coverage,
    deliveries,
    delivery_faults,
    documents,
    evidence,
    evolution,
    faults,
    feed,
    health,
    inbox,
    listeners,
    mappings,
    metrics,
    openapi,
    records,
    requests,
    scenarios,
    simulate,
    snapshots,
    ui,
    verify,
    webhooks,
)
from mock_server.admin.routes import workspaces as tenants
from mock_server.api.problem import from_starlette, refuse_closed_client
from mock_server.api.request_body import ClientGone
from mock_server.errors import ApiError, RecordsError, StateError

if TYPE_CHECKING:
    from starlette.types import ExceptionHandler  # of Starlette 0.36

_NOUNS = (
    health,
    metrics,
    audit,
    openapi,
    documents,
    evidence,
    tenants,
    records,
    requests,
    feed,
    verify,
    coverage,
    clock,
    evolution,
    faults,
    mappings,
    scenarios,
    simulate,
    snapshots,
    webhooks,
    deliveries,
    delivery_faults,
    listeners,
    inbox,
    ui,
)

_HANDLERS: Mapping[Any, "ExceptionHandler"] = {
    HTTPException: from_starlette,
    ControlRefused: refused,
    ApiError: failed,
    StateError: failed,
    RecordsError: misfit,
    ClientGone: refuse_closed_client,
    Exception: from_starlette,
}


def control_plane(control: AdminContext) -> Starlette:
    """The application to mount under ``/__admin``."""
    settings, workspaces = control.settings, control.workspaces

    async def index(request: Request) -> Response:
        """List the routes of the control plane."""
        found = [(f"/__admin{route.path}", sorted((route.methods or set()) - {"HEAD"})) for route in routes]
        return answer({"unofficial": True, "routes": [{"path": path, "methods": methods} for path, methods in found]})

    async def version(request: Request) -> Response:
        return answer({"name": "sophiie-mock", "version": __version__, "unofficial": True})

    async def shown_settings(request: Request) -> Response:
        return answer(asdict(settings))

    async def provenance(request: Request) -> Response:
        """Show how each operation is known, the ledger of gaps, and what cannot be served."""
        operations = workspaces.contract.operations.values()
        known = {operation.key: operation.provenance for operation in operations}
        gaps = [asdict(gap) for gap in control.ledger()]
        left_out = list(map(str, workspaces.contract.left_out))
        return answer(
            {"operations": known, "unserved": workspaces.contract.unserved, "leftOut": left_out, "gaps": gaps}
        )

    routes = [
        Route("/", index),
        Route("/version", version),
        Route("/settings", shown_settings),
        Route("/provenance", provenance),
        *(route for noun in _NOUNS for route in noun.routes(control)),
    ]
    app = Starlette(routes=routes, exception_handlers=_HANDLERS)
    app.router.redirect_slashes = False
    return app
