"""The documents that are served, at ``/openapi``: the vendor publishes the first one there."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.api.error_bodies import ErrorBodies
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.support.exact_json import write_json

log = logging.getLogger("mock_server")

BY_NAME = "/__admin/documents"
"""Where the control plane has every document, whatever paths it takes."""


def document_routes(contract: Contract) -> list[Route]:
    """Make the routes of the documents: the first at ``/openapi``, the others below it by name.

    A document that has paths there itself wins: then they are below ``/__admin/documents`` only.
    """

    def publish(document: Document) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            url = str(request.base_url).rstrip("/")
            return Response(write_json(contract.published(document, url)), media_type="application/json")

        return answer

    first, *others = contract.documents
    places = {"/openapi": first, **{f"/openapi/{document_name(other)}": other for other in others}}
    taken = {f"/{operation.segments[0]}" for operation in contract.operations.values()} & {"/openapi"}
    if taken:  # the document wins
        log.warning("the document has the path /openapi itself; it is at %s/%s", BY_NAME, document_name(first))
        return []
    return [Route(path, publish(document)) for path, document in places.items()]


def document_name(document: Document) -> str:
    """The name of a document in our own paths."""
    return Path(document.name).stem


def refuse_other_methods(envelope: ErrorBodies) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Make the handler that answers 405 where somebody writes to a document."""

    async def refuse(request: Request, error: Exception) -> Response:
        body = envelope.body(405, request.url.path, None)
        return Response(body, 405, {"allow": "GET, HEAD"}, media_type="application/json")

    return refuse
