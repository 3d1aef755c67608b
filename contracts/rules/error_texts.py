"""The rule for the texts of errors, which the vendor's pages state for each status."""

from collections.abc import Iterator
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
    """Compare the two texts of an error with the example of its status, if both have the vendor's envelope."""
    due, got = _texts(answer.example), _texts(exchange.json) if exchange.status >= 400 else None
    if due is None or got is None or due[0] != due[1]:
        return
    for name, text in zip(("/message", "/error/message"), got, strict=True):
        if text != due[0]:
            yield Violation(TEXT, Location(pointer=name), expected=repr(due[0]), got=repr(text))


def _texts(body: Any) -> tuple[str, str] | None:
    """The outer and the inner text of ``{"success": false, "message": …, "error": {"status": …, "message": …}}``."""
    inner = body.get("error") if isinstance(body, dict) else None
    if not isinstance(inner, dict) or body.get("success") is not False or "status" not in inner:
        return None
    outer, text = body.get("message"), inner.get("message")
    return (outer, text) if isinstance(outer, str) and isinstance(text, str) else None
