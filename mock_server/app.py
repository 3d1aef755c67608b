"""The assembly: the map of the program.

One request of the emulated API, top to bottom::

    TrustedHost       the Host header names this server, or nothing happens at all
    CrossOrigin       which web pages may call it; what a browser asks beforehand is answered here
    ApiFirst          straight to the emulated API; only what may be beside it is for Starlette's routes
    JournalMiddleware opens the exchange with its route; whatever is raised below becomes the vendor's error body
    Authentication    key → workspace, as the document asks for keys; without one a client learns nothing of the routes
    Arrival           the request is here, with its body: it is in the journal from now on
    RateLimit         60 a minute, observed or enforced
    FaultInjection    what was asked for under /__admin/faults
    OverridesMiddleware answers that were put in place of ours under /__admin/mappings
    DurableAnswers    with --state: an answer waits until what it shows is durable
    Endpoint          an answer that still holds; else validate → behave, in one transaction → check our answer

Below it, ``http_protocol`` bounds what comes over the socket. Beside it, on the same port: the documents under
``/openapi`` and the control plane under ``/__admin``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

import mock_server.behaviours.register_all  # noqa: F401 - fills the table of behaviours
from mock_server.admin.access import AdminAccess
from mock_server.admin.askers import proofs_for
from mock_server.admin.audit import Audit
from mock_server.api.documents import document_routes, free_paths, refuse_other_methods
from mock_server.api.endpoint import Endpoint
from mock_server.api.error_bodies import ErrorBodies
from mock_server.api.evolving import Evolving
from mock_server.api.exchange import Exchange
from mock_server.api.routing import Router
from mock_server.config.evolutions import evolutions
from mock_server.config.paths import OPENAPI
from mock_server.config.settings import Settings
from mock_server.errors import SpecError, StateError, StorageUnavailable
from mock_server.event_loop.stall_watchdog import watch_stalls
from mock_server.event_loop.turns import tidy_up
from mock_server.middleware.api_first import ApiFirst, Application, ControlMount
from mock_server.middleware.arrival import Arrival
from mock_server.middleware.authentication import Authentication
from mock_server.middleware.credentials import hide_keys
from mock_server.middleware.cross_origin import CrossOrigin
from mock_server.middleware.durable_answers import DurableAnswers, DurableControl
from mock_server.middleware.fault_injection import FaultInjection
from mock_server.middleware.journal import JournalMiddleware
from mock_server.middleware.overrides import OverridesMiddleware
from mock_server.middleware.rate_limit import RateLimit
from mock_server.middleware.read_fence import fenced
from mock_server.middleware.trusted_host import TrustedHost
from mock_server.middleware.whole_worlds import WholeWorlds
from mock_server.simulation.expiry import remove_expired
from mock_server.simulation.own_record_schemas import OwnRecordSchemas
from mock_server.simulation.timeline import Timeline
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document, load
from mock_server.spec.gaps import Gap, assume, load_gaps
from mock_server.spec.vendor import is_vendors
from mock_server.store.base import Log, NoLog
from mock_server.support.overlay import load_overlay
from mock_server.support.redaction import Redactor
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.workspaces.opening import open_workspaces
from mock_server.workspaces.workspace import Workspaces

_DOCUMENTED = "webhook-events=documented-only"


def ledger() -> list[Gap]:
    """The gaps of our documents."""
    return load_gaps(OPENAPI / "gaps.yaml")


def load_contract(settings: Settings) -> Contract:
    """The document of ``--spec`` in place of ours for v1, and ours for Zapier. Raises SetupError."""
    overlay = load_overlay(settings.overlay, SpecError)
    assumptions = [*overlay.assumptions_beside(settings.assume), *settings.assume]
    assumptions += [_DOCUMENTED] if settings.events == "documented" else []
    patches = assume(ledger(), assumptions) if assumptions else {}
    lenient = settings.on_invalid_answer == "log"

    def document(name: str, path: Path) -> Document:
        return load(
            path, patches.get(name, ()), overlay, "" if settings.spec and name == "v1" else name, lenient=lenient
        )

    own = document("v1", Path(settings.spec) if settings.spec else OPENAPI / "v1.yaml")
    foreign = settings.vendor == "other" or (settings.vendor == "auto" and not is_vendors(own, OPENAPI / "v1.yaml"))
    others = [] if foreign else [document("zapier", OPENAPI / "zapier.yaml")]
    return Contract([own, *others], strict=settings.strict, foreign=foreign)


def create_app(
    settings: Settings,
    log: Log | None = None,
    observe: Callable[[Exchange], None] = lambda exchange: None,
    redactor: Redactor | None = None,
) -> Starlette:
    """The application. ``observe`` is told of each finished exchange; ``redactor`` learns the secrets made here.

    ``app.state`` holds ``settings``, ``envelope``, ``workspaces``, ``key`` and ``admin_token`` (None: it has none).
    Raises SetupError.
    """
    redactor = redactor or Redactor()
    contract = load_contract(settings)
    workspaces, key = open_workspaces(settings, contract, log or NoLog(), OwnRecordSchemas().mistake)
    contract.warn_of_faults()
    hide_keys(contract, redactor)
    envelope = ErrorBodies(contract)
    router = Router(contract.operations.values())
    free = free_paths(router)
    endpoint = Endpoint(workspaces, settings, router, Evolving(contract, evolutions(settings.evolve), ledger))
    api = _wrapped(endpoint, _layers(endpoint, workspaces, settings, envelope, redactor, observe))
    proofs = proofs_for(settings, redactor)
    if not settings.loopback:
        redactor.hide(key)  # on loopback it is the well-known one
    dispatcher = Dispatcher(workspaces, settings)
    timeline = Timeline(workspaces, dispatcher, settings.contacts)
    _begin(timeline)
    control = AdminAccess(partial(_plane, settings, workspaces, endpoint, dispatcher, timeline), proofs, redactor)
    app = Application(
        routes=[ControlMount("/__admin", control), *document_routes(contract, free)],
        exception_handlers={405: refuse_other_methods(envelope)},
        lifespan=_living(dispatcher, timeline, workspaces, endpoint.evolving, settings),
    )
    app.router.redirect_slashes = False  # the real API has no such redirects
    app.router.default = api
    doors = (
        partial(TrustedHost, settings=settings, envelope=envelope, redactor=redactor),
        partial(CrossOrigin, router=router, settings=settings, redactor=redactor),
        partial(ApiFirst, api=api, free=free),
    )
    app.front = fenced(_wrapped(app.serve_other, doors), log, envelope)
    app.state.settings, app.state.envelope = settings, envelope
    app.state.workspaces, app.state.key, app.state.admin_token = workspaces, key, proofs.own
    app.state.dispatcher, app.state.endpoint = dispatcher, endpoint
    return app


def _layers(
    endpoint: Endpoint,
    workspaces: Workspaces,
    settings: Settings,
    envelope: ErrorBodies,
    redactor: Redactor,
    observe: Callable[[Exchange], None],
) -> Sequence[Callable[[ASGIApp], ASGIApp]]:
    """List what each request of the emulated API passes, outermost first."""
    return (
        partial(
            JournalMiddleware,
            router=endpoint.router,
            answers=endpoint.answers,
            refused=endpoint.refused_keys,
            settings=settings,
            envelope=envelope,
            redactor=redactor,
            observe=observe,
            evolving=endpoint.evolving,
        ),
        partial(Authentication, workspaces=workspaces),
        partial(Arrival, settings=settings),
        RateLimit,
        partial(FaultInjection, ours=settings.mock_headers),
        partial(OverridesMiddleware, settings=settings),
        *([partial(DurableAnswers, commits=workspaces.commits)] if workspaces.commits else ()),
    )


def _wrapped(app: ASGIApp, layers: Sequence[Callable[[ASGIApp], ASGIApp]]) -> ASGIApp:
    """``app`` inside its layers, of which the first is the outermost."""
    for layer in reversed(layers):
        app = layer(app)
    return app


def _begin(timeline: Timeline) -> None:
    """Start the traffic that was asked for. Raises StateError where it cannot be kept."""
    try:
        timeline.begin()
    except StorageUnavailable as fault:
        raise StateError(*fault.explain) from None


def _plane(
    settings: Settings,
    workspaces: Workspaces,
    endpoint: Endpoint,
    dispatcher: Dispatcher,
    timeline: Timeline,
    audit: Audit,
) -> ASGIApp:
    from mock_server.admin.app import control_plane  # start-up: as above
    from mock_server.admin.context import AdminContext  # start-up: neither is needed until somebody asks for the plane

    plane = control_plane(AdminContext(settings, workspaces, endpoint, dispatcher, timeline, ledger, audit))
    if workspaces.commits:
        return DurableControl(plane, workspaces.commits)
    plane.add_middleware(WholeWorlds, workspaces=workspaces)
    return plane


def _living(
    dispatcher: Dispatcher, timeline: Timeline, workspaces: Workspaces, evolving: Evolving, settings: Settings
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Deliver what was owed when the server stopped, from its next start on, and let due things happen."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        dispatcher.wake_all()
        workspaces.begin_late()
        tidying = tidy_up(workspaces.log, workspaces.deferred_free)
        expiring = remove_expired(workspaces, dispatcher)
        always = [asyncio.create_task(work) for work in (timeline.pulse(), tidying, expiring)]
        with watch_stalls() if settings.debug_stalls else nullcontext():
            yield
        for task in always:
            task.cancel()
        await dispatcher.close()
        if workspaces.commits:
            workspaces.commits.settle()
        evolving.write_report(settings.evolve_report)

    return lifespan
