"""Judge what was sent if the document or the transfer leaves its meaning open.

Nothing in a form says whether ``a=1`` is a text, a number or a list of one.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from contracts.spec.document import FORM, Operation
from contracts.spec.operation_parts import is_json
from contracts.transport.exchange import NOT_JSON, Exchange

_JSON_PATCH = "application/json-patch+json"
_WORDS = {"true": True, "false": False, "null": None, "": None}
_PATH_STYLES = frozenset({"label", "matrix"})


def may_be_sound(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether a form can be read as a body that the document allows, or a path in another way than it was meant.

    A documented body that is neither JSON nor a form always can: an empty element of XML may be a text, a list, or
    nothing; YAML and files are texts, and a list in parts may be empty.
    """
    if any(it.style in _PATH_STYLES for it in operation.parameters_in("path")):
        return True  # `;ids=` is no item or an empty one, and `.0.5` a list of two or a number
    media = _media(exchange)
    if media != FORM:
        named = {media, f"{media.partition('/')[0]}/*", "*/*"}
        return media.endswith(("/xml", "+xml")) or (not is_json(media) and not named.isdisjoint(operation.body_types))
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
    """Tell whether a request is valid in every reading of the document.

    Of a body that is neither JSON nor a plain form it is not known: then only the parameters decide. A query that is
    one parameter (`querystring`) is unknown to generators.
    """
    if operation.parameters_in("querystring") or not _has_plain_members(operation, exchange):
        return False
    media = _media(exchange)
    sent = replace(exchange, body=exchange.sent_body).json if exchange.sent_body else NOT_JSON
    if media == _JSON_PATCH or _is_patch(operation, sent) or not _has_certain_numbers(operation, exchange):
        return False  # whether a patch fits depends on the record
    if media == FORM:
        return _is_certain_form(operation, exchange)
    schema = operation.body
    return sent is NOT_JSON or schema is None or operation.document.certain_validator(schema).is_valid(sent)


def _is_patch(operation: Operation, sent: Any) -> bool:
    """Tell whether a body is a JSON Patch under another media type: a list of operations on places in the record.

    Some documents require no path in an operation, without which it changes nothing.
    """
    needed = {"op"} if operation.method == "PATCH" else {"op", "path"}
    parts = [isinstance(part, dict) and needed <= part.keys() for part in sent] if isinstance(sent, list) else []
    return bool(parts) and all(parts)


def _is_certain_form(operation: Operation, exchange: Exchange) -> bool:
    document, given = operation.document, _grouped(exchange.sent_body.decode(errors="replace"))
    if not given or not operation.form or any("[" in name for name in given):
        return may_be_sound(operation, exchange)
    known = document.properties(operation.form)
    read = {name: _reading(document.validator(known.get(name, {})), texts) for name, texts in given.items()}
    return document.certain_validator(operation.form).is_valid(read)


def _reading(validator: Any, texts: list[str]) -> Any:
    """The first value that the texts of one field may mean, and that its schema accepts."""
    return next((value for value in _readings(texts) if validator.is_valid(value)), texts[0])


def _has_certain_numbers(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether the numbers in path and query fit the width of their format: not everybody reads that as a bound."""
    given, document = _grouped(exchange.query), operation.document
    sent = [(it.schema, given[it.name]) for it in operation.parameters_in("query") if it.name in given]
    found = operation.pattern.fullmatch(exchange.path)
    segments = exchange.path.split("/") if found else []
    names = operation.path.split("/") if found else []
    whole = {f"{{{it.name}}}": it.schema for it in operation.parameters_in("path")}
    pairs = zip(names, segments, strict=False)
    sent += [(whole[name], [segment]) for name, segment in pairs if name in whole]
    return all(
        _may_be(document.certain_validator(schema), texts) or not _may_be(document.validator(schema), texts)
        for schema, texts in sent
    )


def _has_plain_members(operation: Operation, exchange: Exchange) -> bool:
    """Tell whether what an object spreads over the query is plain: OpenAPI has no way to write other members there."""
    given, document = _grouped(exchange.query), operation.document
    spread = [document.properties(it.schema) for it in operation.parameters_in("query") if it.spread]
    sent = [(schema, given[name]) for members in spread for name, schema in members.items() if name in given]
    return all(_is_plain(document.certain_validator(schema), texts) for schema, texts in sent)


def _is_plain(validator: Any, texts: list[str]) -> bool:
    """Tell whether texts can be read as a valid value, but not as null, which OpenAPI cannot write either."""
    return any(value is not None and validator.is_valid(value) for value in _readings(texts))


def _grouped(pairs: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in parse_qsl(pairs, keep_blank_values=True):
        found.setdefault(name, []).append(text)
    return found


def _media(exchange: Exchange) -> str:
    return exchange.sent_headers.get("content-type", "").partition(";")[0].strip().lower()
