"""The documents that are served at ``/openapi``, where the vendor publishes the first one, and for people at ``/docs``.

A browser that asks for ``/`` is led to the page of the control plane. Where the document has such a path, it wins.
"""

import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from mock_server.api.document_page import document_page
from mock_server.api.error_bodies import ErrorBodies
from mock_server.api.routing import Router
from mock_server.api.web_page import page
from mock_server.config.control_paths import PAGE
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.support.condition import in_a_thread
from mock_server.support.exact_json import write_json
from mock_server.support.wire_texts import named_fields

log = logging.getLogger("mock_server")

BY_NAME = "/__admin/documents"
"""Where the control plane has every document, whatever paths it takes."""
_FOR_PEOPLE = ("/", "/docs", "/openapi.json")


def free_paths(router: Router) -> frozenset[str]:
    """The paths for people that the document leaves free."""
    return frozenset(path for path in _FOR_PEOPLE if not router.methods(path))


def is_for_people(scope: Scope, free: Collection[str]) -> bool:
    """Tell whether a request is for one of the free paths. ``/`` is for browsers only: other clients are refused there
    as anywhere.
    """
    if scope["path"] not in free or scope["method"] not in ("GET", "HEAD"):
        return False
    return scope["path"] != "/" or b"text/html" in named_fields(scope).get(b"accept", b"")


def document_routes(contract: Contract, free: Collection[str]) -> list[Route]:
    """Make the routes of the documents: the first at ``/openapi``, the others below it by name.

    A document that has paths there itself wins: then they are below ``/__admin/documents`` only. ``free`` are the
    paths for people that get a route, too.
    """

    def publish(document: Document) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            url = str(request.base_url).rstrip("/")
            return Response(write_json(contract.published(document, url)), media_type="application/json")

        return answer

    first, *others = contract.documents
    readable: list[bytes] = []

    async def read(request: Request) -> Response:
        """The page of the documents, written when somebody asks for it first."""
        if not readable:
            readable.append(await in_a_thread(partial(document_page, contract)))
        return page(request, readable[0], "text/html")

    async def lead(request: Request) -> Response:
        return RedirectResponse(PAGE, 307, {"vary": "Accept", "cache-control": "no-store"})

    people = {"/": lead, "/docs": read, "/openapi.json": publish(first)}
    for_people = [Route(path, answer) for path, answer in people.items() if path in free]
    places = {"/openapi": first, **{f"/openapi/{document_name(other)}": other for other in others}}
    taken = {f"/{operation.segments[0]}" for operation in contract.operations.values()} & {"/openapi"}
    if taken:  # the document wins
        log.warning("the document has the path /openapi itself; it is at %s/%s", BY_NAME, document_name(first))
        return for_people
    return [*for_people, *(Route(path, publish(document)) for path, document in places.items())]


def document_name(document: Document) -> str:
    """The name of a document in our own paths."""
    return Path(document.name).stem


def refuse_other_methods(envelope: ErrorBodies) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Make the handler that answers 405 where somebody writes to a document."""

    async def refuse(request: Request, error: Exception) -> Response:
        body = envelope.body(405, request.url.path, None)
        return Response(body, 405, {"allow": "GET, HEAD"}, media_type="application/json")

    return refuse
