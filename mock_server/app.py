"""The assembly: the map of the program.

One request of the emulated API, top to bottom::

    Guard             the Host header names this server, or nothing happens at all
    JournalMiddleware opens the exchange; whatever is raised below becomes the vendor's error body
    Authentication    key → workspace; without one a client learns nothing of the routes
    RateLimit         60 a minute, observed or enforced
    Endpoint          route → validate → behave, in one transaction → check our answer → send

Beside it, on the same port: the documents under ``/openapi`` and the control plane under ``/__admin``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

import mock_server.behaviours.all  # noqa: F401 - fills the table of behaviours
from mock_server.admin.routes import control_plane
from mock_server.admin.safety import AdminSafety
from mock_server.api.endpoint import Endpoint
from mock_server.api.envelope import Envelope
from mock_server.api.exchange import Exchange
from mock_server.data import OPENAPI
from mock_server.middleware.authentication import Authentication
from mock_server.middleware.guard import Guard
from mock_server.middleware.journal import JournalMiddleware
from mock_server.middleware.ratelimit import RateLimit
from mock_server.settings import LOCAL_KEY, Settings
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document, load
from mock_server.spec.provenance import Gap, assume, load_gaps
from mock_server.store.base import Log, NoLog
from mock_server.workspace import DEFAULT, Plan, Workspaces
from mock_server.world.clock import parse
from mock_server.world.ids import secret
from mock_server.world.recipe import load_recipe


def ledger() -> list[Gap]:
    """The gaps of our documents."""
    return load_gaps(OPENAPI / "gaps.yaml")


def load_contract(settings: Settings) -> Contract:
    """The document of ``--spec`` in place of ours for v1, and ours for Zapier. Raises SetupError."""
    patches = assume(ledger(), settings.assume) if settings.assume else {}
    lenient = settings.on_invalid_answer == "log"

    def document(name: str, path: Path) -> Document:
        return load(path, patches.get(name, ()), lenient=lenient)

    own = Path(settings.spec) if settings.spec else OPENAPI / "v1.yaml"
    return Contract([document("v1", own), document("zapier", OPENAPI / "zapier.yaml")])


def open_workspaces(settings: Settings, contract: Contract, log: Log) -> tuple[Workspaces, str]:
    """The workspaces that the log kept, the default one among them, and the key that opens it.

    The well-known key is for loopback only; on any other bind a random one is minted at each start.
    """
    workspaces = Workspaces(contract, log, settings.journal_size)
    workspaces.restore()
    default = workspaces.get(DEFAULT)
    if default is None:
        start = parse(settings.now) if settings.now else None
        plan = Plan(load_recipe(settings.world), settings.seed, start, settings.limit, settings.rate_limit != "observe")
        default = workspaces.create(DEFAULT, plan, keys=())
    key = LOCAL_KEY if settings.loopback else f"sk_test_mock_{secret()}"
    workspaces.open_with(default, key)
    return workspaces, key


def create_app(
    settings: Settings, log: Log | None = None, observe: Callable[[Exchange], None] = lambda exchange: None
) -> Starlette:
    """The application. ``observe`` is told of each finished exchange.

    ``app.state`` holds ``workspaces``, ``key`` and ``admin_token`` (None on loopback). Raises SetupError.
    """
    contract = load_contract(settings)
    workspaces, key = open_workspaces(settings, contract, log or NoLog())
    envelope = Envelope(contract)
    endpoint = Endpoint(workspaces, settings)
    api: ASGIApp = RateLimit(endpoint)
    api = Authentication(api, workspaces)
    api = JournalMiddleware(api, settings, envelope, observe)
    token = None if settings.loopback else secret()
    control = AdminSafety(control_plane(settings, workspaces, endpoint, ledger()), token)
    app = Starlette(
        routes=[Mount("/__admin", app=control), *_documents(contract)],
        middleware=[Middleware(Guard, settings=settings, envelope=envelope)],
    )
    app.router.redirect_slashes = False  # the real API has no such redirects
    app.router.default = api
    app.state.workspaces, app.state.key, app.state.admin_token = workspaces, key, token
    return app


def _documents(contract: Contract) -> list[Route]:
    """``/openapi`` is where the vendor publishes the first document; the others stand below it by name."""

    def publish(document: Document) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            url = str(request.base_url).rstrip("/")
            return Response(orjson.dumps(contract.published(document, url)), media_type="application/json")

        return answer

    first, *others = contract.documents
    named = [Route(f"/openapi/{Path(other.name).stem}", publish(other)) for other in others]
    return [Route("/openapi", publish(first)), *named]
