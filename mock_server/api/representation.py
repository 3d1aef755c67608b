"""The answer of a behaviour as the client gets it: in the negotiated media type, with the documented headers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from mock_server.api.documented_headers import documented_headers
from mock_server.api.negotiation import negotiated
from mock_server.api.other_content import in_content
from mock_server.api.rendering import made_body, rendered
from mock_server.api.response import Header, PreparedResponse, with_headers
from mock_server.behaviours.registry import OperationContext
from mock_server.spec.content import Content
from mock_server.spec.media_types import Format
from mock_server.spec.operation import Response
from mock_server.spec.regex_samples import RandomSource
from mock_server.support.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH, read_json

_MAX_CHOICES = 1_000
_WITHOUT_CONTENT = frozenset({204, 205, 304})


class Representation:
    """The answers of one operation. What no state changes is found once: the content for an Accept header, the headers.

    ``lives``: an answer is a record that may have changed, and no text of the document's.
    """

    def __init__(self, *, lives: bool) -> None:
        self._lives = lives
        self._choices: dict[tuple[int, str | None], Content | None] = {}
        self._headers: dict[int, list[Header]] = {}

    def chosen(self, response: Response, accept: str | None) -> Content | None:
        """The content of ``response`` that the client accepts. Raises NotAcceptable."""
        key = (id(response), accept)
        if key not in self._choices:
            if len(self._choices) >= _MAX_CHOICES:
                self._choices.clear()
            self._choices[key] = negotiated(response.contents, accept)
        return self._choices[key]

    def answer(
        self, success: Response, content: Content | None, body: bytes, call: OperationContext
    ) -> PreparedResponse:
        """``body``, which is JSON or nothing, as ``content``.

        An example of this media type alone, or one that is a text, goes out as it is, unless the answer lives.
        """
        headers = self.headers(success, call.chance)
        if success.status == 201 or 300 <= success.status < 400:
            headers = with_headers(headers, _location(success, call.address, body))
        media = content.content_type if content else "application/json"
        if content is not None and not (content.format is Format.JSON and body and content.schema is success.schema):
            body = _written(success, content, body, call.chance, lives=self._lives)
            if not body and success.status not in _WITHOUT_CONTENT:  # an empty text is a text
                headers = with_headers(headers, [(b"content-type", media.encode("latin-1"))])
        return PreparedResponse(success.status, body, media.encode("latin-1"), headers)

    def headers(self, response: Response, chances: Callable[[], RandomSource]) -> list[Header]:
        """The documented headers of an answer. Required ones without a value get a made-up one."""
        found = self._headers.get(id(response))
        if found is None:
            found = documented_headers(response, chances)
            self._headers[id(response)] = found
        return found


def _written(
    success: Response, content: Content, body: bytes, chances: Callable[[], RandomSource], *, lives: bool
) -> bytes:
    other = content.schema is not success.schema  # a text, or a value that the other media types do not have
    said = any(other or isinstance(example, str) for example in content.examples.values())
    if not body or not content.structured or (said and not lives):
        return made_body(content, chances())
    return rendered(content, in_content(success, content, read_json(body, MAX_JSON_DEPTH + ENVELOPE_DEPTH), chances))


def _location(success: Response, address: Callable[[], str], body: bytes) -> list[Header]:
    """Where the new record is, or where a client is sent, if the document has no value for it."""
    if "location" in success.headers:
        return []
    if success.status != 201:
        known = "location" in success.required_headers
        return [] if known else [(b"location", b"https://redirect.example/")]
    id = _id(body) if "location" in success.required_headers else None
    return [] if id is None else [(b"location", f"{address().rstrip('/')}/{quote(str(id), safe='')}".encode("latin-1"))]


def _id(body: bytes) -> Any:
    """The id of the record in an answer, which may stand in an envelope."""
    value = read_json(body) if body else None
    within = [value, *value.values()] if isinstance(value, dict) else []
    return next((part["id"] for part in within if isinstance(part, dict) and part.get("id") is not None), None)
