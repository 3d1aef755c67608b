"""Judge sent bodies whose meaning the document and the transfer leave open.

Nothing in a form says whether ``a=1`` is a text, a number or a list of one.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from contracts.spec.document import FORM, Operation
from contracts.transport.exchange import NOT_JSON, Exchange

_WORDS = {"true": True, "false": False, "null": None, "": None}


def may_be_sound(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether a form can be read as a body that the document allows.

    XML always can: an empty element may be a text, a list, or nothing.
    """
    if (media := _sent_media(exchange)) != FORM:
        return media.endswith(("/xml", "+xml"))
    document, schema = operation.document, operation.form
    fields = parse_qsl(exchange.sent_body.decode(errors="replace"), keep_blank_values=True)
    known, nested = document.properties(schema), {name.partition("[")[0] for name, _ in fields if "[" in name}
    given: dict[str, list[str]] = {name: [] for name in nested}
    for name, text in fields:
        given.setdefault(name.partition("[")[0], []).append(text)
    if not given:
        return not operation.body_required
    return document.required(schema) <= given.keys() and all(
        name in nested or name not in known or _may_be(document.validator(known[name]), texts)
        for name, texts in given.items()
    )


def _sent_media(exchange: Exchange) -> str:
    return exchange.sent_headers.get("content-type", "").partition(";")[0].strip().lower()


def _may_be(validator: Any, texts: list[str]) -> bool:
    return any(validator.is_valid(value) for value in _readings(texts))


def _readings(texts: list[str]) -> Iterator[Any]:
    """The values that the texts of one field may mean."""
    if len(texts) == 1:
        yield from _values(texts[0])
    first = [list(_values(text)) for text in texts]
    yield from ([options[min(at, len(options) - 1)] for options in first] for at in range(max(map(len, first))))


def _values(text: str) -> Iterator[Any]:
    yield text
    if text in _WORDS:
        yield _WORDS[text]
    for read in (int, float):
        with suppress(ValueError):
            yield read(text)


def is_certain(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether a body is valid in every reading of the document. A form has to be valid in one.

    For any other body that is not JSON it is not known.
    """
    if _sent_media(exchange) == FORM:
        return may_be_sound(operation, exchange)
    sent = replace(exchange, body=exchange.sent_body).json if exchange.sent_body else NOT_JSON
    schema = operation.body
    return sent is NOT_JSON or schema is None or operation.document.certain_validator(schema).is_valid(sent)
