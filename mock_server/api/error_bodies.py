"""Error bodies, and the only place that writes them: the vendor's envelope with the document's own texts.

What we know more (pointers, remedies) goes to ``X-Mock-Explain``, never into the body.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.spec.operation import Operation
from mock_server.support.exact_json import write_json

_VALIDATION = (400, 422)


class ErrorBodies:
    """Every error body of a contract, prepared at start."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._texts = {document.name: _texts(contract, document) for document in contract.documents}
        self._bodies: dict[tuple[str, int], bytes] = {}

    def body(self, status: int, path: str, operation: Operation | None) -> bytes:
        """The body of an error of ``operation``, or of the surface that ``path`` belongs to where there is none."""
        document = operation.document if operation else self._contract.document_for(path)
        key = (operation.key if operation else document.name, status)
        if key not in self._bodies:
            self._bodies[key] = self._made(status, document, operation)
        return self._bodies[key]

    def refusal(self, operation: Operation) -> int:
        """The status with which an operation refuses an invalid request: 400 unless only 422 is documented."""
        return next((status for status in _VALIDATION if status in operation.responses), _VALIDATION[0])

    def _made(self, status: int, document: Document, operation: Operation | None) -> bytes:
        response = operation.responses.get(status) if operation else None
        if response and response.examples:
            return write_json(next(iter(response.examples.values())))
        text = self._texts[document.name].get(status) or HTTPStatus(status).phrase.capitalize()
        body = {"success": False, "message": text, "error": {"status": status, "message": text}}
        if response and response.schema and not response.schema.accepts(body):
            body = {"message": text}
        return write_json(body)


def _texts(contract: Contract, document: Document) -> Mapping[int, str]:
    """The texts that this surface has for a status, read off its examples; the one used most often counts."""
    votes: dict[int, dict[str, int]] = {}
    for operation in contract.operations.values():
        if operation.document is document:
            for status, response in operation.responses.items():
                for example in response.examples.values() if status >= 400 else ():
                    text = _message(example)
                    if text:
                        tally = votes.setdefault(status, {})
                        tally[text] = tally.get(text, 0) + 1
    return {status: max(tally, key=lambda text: tally[text]) for status, tally in votes.items()}


def _message(example: Any) -> str:
    message = example.get("message") if isinstance(example, dict) else None
    return message if isinstance(message, str) else ""
