"""Makes all error bodies, in the shape and with the texts of the document.

What else we know (remedies) goes to ``X-Mock-Explain``. A body names the parts of a request that are wrong only where
the document of another vendor has a place for them (``invalid_parts``); such a body is made for the one request.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mock_server.api.documented_headers import documented_headers
from mock_server.api.error_shapes import ErrorFacts, shaped
from mock_server.api.negotiation import negotiated
from mock_server.api.rendering import made_body, rendered
from mock_server.api.response import PreparedResponse
from mock_server.errors import InvalidPart, SpecError
from mock_server.spec.content import Content
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.spec.operation import Operation, Response
from mock_server.spec.schema import Schema
from mock_server.world.ids import rng

_VALIDATION = (400, 422)
_JSON = Content("application/json")
_MAX_ANSWERS = 1_000
_MAX_ACCEPT_CHARACTERS = 200  # letters of an Accept header; clients send the same few short ones


class ErrorBodies:
    """The error bodies of a contract. Each is made at its first use and then kept."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._texts = {document.name: _texts(contract, document) for document in contract.documents}
        self._usual = {document.name: _usual(contract, document) for document in contract.documents}
        self._bodies: dict[tuple[str, int, str], tuple[bytes, str]] = {}
        self._answers: dict[tuple[Operation | str, int, str | None], PreparedResponse] = {}

    def body(self, status: int, path: str, operation: Operation | None) -> bytes:
        """The body of an error of ``operation``; without an operation, that of the surface that ``path`` belongs to."""
        return self.answer(status, path, operation, None).body

    def answer(
        self,
        status: int,
        path: str,
        operation: Operation | None,
        accept: str | None,
        parts: Sequence[InvalidPart] = (),
    ) -> PreparedResponse:
        """The whole error answer, in a media type that the client accepts; if there is none, in the first documented
        one. ``parts`` of the request are wrong.
        """
        if parts and self._contract.foreign:
            return self._answer(status, path, operation, accept, parts)
        key = (operation or self._contract.document_for(path).name, status, accept)
        known = self._answers.get(key)
        if known is None:
            known = self._answer(status, path, operation, accept)
            if len(accept or "") <= _MAX_ACCEPT_CHARACTERS:
                if len(self._answers) >= _MAX_ANSWERS:
                    self._answers.clear()
                self._answers[key] = known
        return known

    def _answer(
        self,
        status: int,
        path: str,
        operation: Operation | None,
        accept: str | None,
        parts: Sequence[InvalidPart] = (),
    ) -> PreparedResponse:
        response = operation.response_for(status) if operation else None
        content = negotiated(response.contents, accept, strict=False) if response else None
        document = operation.document if operation else self._contract.document_for(path)
        key = (operation.key if operation else document.name, status, content.media if content else "")
        if parts:
            body, media = self._made(status, document, operation, response, content, parts)
        else:
            if key not in self._bodies:
                self._bodies[key] = self._made(status, document, operation, response, content)
            body, media = self._bodies[key]
        headers = documented_headers(response, lambda: rng(1, *key)) if response else ()
        return PreparedResponse(status, body, media.encode("latin-1"), headers)

    def refusal(self, operation: Operation) -> int:
        """The status with which an operation refuses an invalid request: 400 unless only 422 is documented."""
        bad, unprocessable = _VALIDATION
        return unprocessable if unprocessable in operation.responses and bad not in operation.responses else bad

    def _made(
        self,
        status: int,
        document: Document,
        operation: Operation | None,
        response: Response | None,
        content: Content | None,
        parts: Sequence[InvalidPart] = (),
    ) -> tuple[bytes, str]:
        """A body and its media type: the document's example, a value of its schema, or the document's usual error."""
        text = self._texts[document.name].get(status) or _phrase(status)
        facts = ErrorFacts(status, text, parts)
        exact = operation is not None and status in operation.responses
        chance = rng(1, operation.key if operation else document.name, status)
        if content is not None:
            if content.examples and (exact or content.schema is None):
                return rendered(content, next(iter(content.examples.values()))), content.content_type
            if not content.structured:
                words = content.schema is None or "string" in content.schema.types
                return rendered(content, text) if words else made_body(content, chance), content.content_type
        body = self._value(facts, document, content.schema if content else None, chance)
        content = content or _JSON
        return rendered(content, body), content.content_type

    def _value(self, facts: ErrorFacts, document: Document, schema: Schema | None, chance: Any) -> Any:
        usual = self._usual[document.name]
        if schema is None or not schema.node:
            schema = usual.get(facts.status) or usual.get(0)
        if schema is None and self._contract.foreign:
            return {"message": facts.words}
        ours = {
            "success": False,
            "message": facts.words,
            "error": {"status": facts.status, "message": facts.words},
        }
        if schema is None or (schema.accepts(ours) and ours.keys() <= schema.properties.keys()):
            return ours
        try:
            return shaped(schema, facts, chance)
        except SpecError:  # no value is known that it admits
            return {"message": facts.words}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase.capitalize() if status in set(HTTPStatus) else "Error"


def _errors(contract: Contract, document: Document) -> Iterator[tuple[int, Response]]:
    """The documented errors of a document, with their status; 0 for those of a range."""
    for operation in contract.operations.values():
        if operation.document is document:
            yield from ((status, response) for status, response in operation.responses.items() if status >= 400)
            yield from ((0, response) for response in operation.ranges.values())


def _usual(contract: Contract, document: Document) -> Mapping[int, Schema]:
    """The schema that most errors of a status have in this document; at 0 that of all errors together."""
    votes: dict[int, Counter[Schema]] = {}
    for status, response in _errors(contract, document):
        if response.schema is not None and response.schema.properties:
            for each in (status, 0):
                votes.setdefault(each, Counter())[response.schema] += 1
    return {status: tally.most_common(1)[0][0] for status, tally in votes.items()}


def _texts(contract: Contract, document: Document) -> Mapping[int, str]:
    """The text that this surface has for a status, where most of its examples agree on one."""
    votes: dict[int, Counter[str]] = {}
    for status, response in _errors(contract, document):
        for example in response.examples.values() if status else ():
            text = example.get("message") if isinstance(example, dict) else None
            if text and isinstance(text, str):
                votes.setdefault(status, Counter())[text] += 1
    usual = {status: tally.most_common(1)[0] for status, tally in votes.items()}
    return {status: text for status, (text, times) in usual.items() if times > 1 and votes[status].total() < 2 * times}
