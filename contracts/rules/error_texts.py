"""The rule for the texts of errors, which the vendor's pages state for each status."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from contracts.rules.location import Location
from contracts.rules.rule import Group, Rule, Violation
from contracts.spec.operation_parts import Answer
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange

TEXT = Rule(
    "error_text", Group.SHAPE, "An error must have the documented text", Provenance.DOCUMENTED,
    "https://docs.sophiie.ai/docs/api-reference",
)  # fmt: skip


def text_violations(answer: Answer, exchange: Exchange) -> Iterator[Violation]:
    """Compare the text of an error with the example of its status, if both have the vendor's envelope.

    Only documented errors are judged: the ledger says that the text of the others, and that of a 429, is a guess.
    An envelope whose two texts differ breaks another rule.
    """
    known = answer.provenance is Provenance.DOCUMENTED and exchange.status != HTTPStatus.TOO_MANY_REQUESTS
    judged = known and exchange.status >= HTTPStatus.BAD_REQUEST
    due, got = _text(answer.example), _text(exchange.json) if judged else None
    if due is not None and got is not None and due != got:
        yield Violation(TEXT, Location(pointer="/message"), expected=repr(due), got=repr(got))


def _text(body: Any) -> str | None:
    """The text of ``{"success": false, "message": text, "error": {"status": 404, "message": text}}``."""
    inner = body.get("error") if isinstance(body, dict) else None
    if not isinstance(inner, dict) or body.get("success") is not False or "status" not in inner:
        return None
    text = inner.get("message")
    return text if isinstance(text, str) and text == body.get("message") else None
