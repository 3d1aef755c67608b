"""A refusal as bytes for a connection: for bytes that are no request, or for a request whose handler has ended."""

from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import State

from mock_server.api.problem import problem
from mock_server.api.response import Header, explained, headers_for


def raw_refusal(state: State, given: Iterable[Header], status: int, why: str, path: str = "") -> bytes:
    """A whole answer in the words of the surface that the path belongs to, after which the connection ends.

    ``state`` is the application's; ``given`` are the headers that every answer of the server has.
    """
    if path.startswith("/__admin"):
        answer = problem(status, why)
        body, own = bytes(answer.body), answer.raw_headers
    else:
        body = state.envelope.body(status, path, None)
        own = headers_for(body)
    headers = [*given, *own, (b"connection", b"close")]
    if state.settings.mock_headers:
        headers.append(explained([why]))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), *(b": ".join(header) for header in headers)]
    return b"\r\n".join([*lines, b"", body])
