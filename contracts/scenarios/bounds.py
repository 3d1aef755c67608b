"""Bodies at the bounds of the document and just beyond them, one member at a time, on records that exist.

The engine enumerates bounds as well; it seldom has the id of a record at hand, and then every update is a 404.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.rules import input
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import RecordKind
from contracts.spec.business_rules import UNIQUE
from contracts.spec.document import Document, Operation, Schema
from contracts.spec.resources import Family
from contracts.spec.samples import CannotSample, Sampler
from contracts.transport.exchange import Exchange

_RARE = "“𝒮û\u202eite 😀” \\ \" '; -- %00 {{7}} \t"
_FORMS = (
    *("suite", "suite@", "@example.com", "suite@example", "a b@example.com", "suite.example.com", "suite@@example.com"),
    *(
        "+",
        "0491570006",
        "+0491570006",
        "+61 491 570 006",
        "+6149157000600000000",
        "+61abc",
        "http://",
        "ftp://x",
        "//x",
    ),
    *(" ", "\n", "\u0000"),
)
_TYPES: tuple[Any, ...] = ("suite", "", 7, 1.5, True, None, [], {}, ["suite"], {"suite": 1})
_MANY = 51  # one more than lists of the document hold


def creation(client: ScenarioClient, family: Family) -> None:
    """Values at the bounds of each member are accepted at creation, values beyond them refused."""
    kind = RecordKind(client, family)
    for body, what in _bodies(client, kind.create):
        exchange = client.call(kind.create, body=body)
        _judge(client, kind.create, body, what, exchange)
        if exchange.succeeded and family.delete is not None:
            made = exchange.json if isinstance(exchange.json, dict) else {}
            record = next((value for value in made.values() if isinstance(value, dict)), made)
            if "id" in record:
                kind.gone(record)


def update(client: ScenarioClient, family: Family) -> None:
    """Values at the bounds of each member are accepted by an update, values beyond them refused."""
    kind, operation = RecordKind(client, family), family.update
    if operation is None:
        return
    record, _, _ = kind.made_anyhow(all_members=True)
    for name, value, what in _values(operation.document, operation):
        body = {name: value}
        _judge(client, operation, body, what, client.call(operation, record["id"], body=body))
    kind.gone(record)


def action(client: ScenarioClient, operation: Operation) -> None:
    """An operation refuses bodies beyond the bounds; valid ones are sent by scenarios that know their effect."""
    validator = operation.document.validator(operation.body or {})
    for body, what in _bodies(client, operation):
        if not validator.is_valid(body):
            _judge(client, operation, body, what, client.call(operation, body=body))


def _judge(client: ScenarioClient, operation: Operation, body: Any, what: str, exchange: Exchange) -> None:
    valid = operation.document.validator(operation.body or {}).is_valid(body)
    if valid and not exchange.succeeded and exchange.status != 409:
        client.broken(input.ACCEPTED, operation, exchange, expected="success", got=exchange.answer(), where=what)
    elif not valid and exchange.succeeded:
        client.broken(input.REFUSED, operation, exchange, expected="400", got=exchange.answer(), where=what)


def _bodies(client: ScenarioClient, operation: Operation) -> Iterator[tuple[dict[str, Any], str]]:
    """A valid body with one member changed; what must be unique is fresh in each."""
    document, fresh = operation.document, UNIQUE.get(operation.key.partition(" ")[2], ())
    schemas = document.properties(operation.body)
    for name, value, what in _values(document, operation):
        body = client.sampler.body(operation)
        for member in fresh:
            if member in body:
                body[member] = client.sampler.value(document, schemas[member], unlike=body[member])
        yield {**body, name: value}, what


def _values(document: Document, operation: Operation) -> Iterator[tuple[str, Any, str]]:
    """(member, value, the place in words)."""
    for name, schema in document.properties(operation.body).items():
        for value in _of(document, schema):
            yield name, value, f"/{name}: {_short(value)}"


def _short(value: Any) -> str:
    """The value itself where it is short: a baseline names it, so it is the same in every run."""
    text = json.dumps(value)
    if len(text) < 30:
        return text
    return f"{len(value)} {'characters' if isinstance(value, str) else 'items'}"


def _of(document: Document, schema: Schema) -> Iterator[Any]:
    schema = document.resolve(schema)
    parts = [document.resolve(part) for part in schema.get("anyOf", ())] or [schema]
    yield from _TYPES
    for part in parts:
        yield from part.get("enum", ())
        kinds = part.get("type", ())
        kind = kinds if isinstance(kinds, str) else next((k for k in kinds if k != "null"), "")
        if kind == "string":
            yield from _texts(part)
        elif kind == "integer":
            steps = (("minimum", -1), ("minimum", 0), ("maximum", 0), ("maximum", 1))
            yield from (part[name] + step for name, step in steps if name in part)
        elif kind == "array":
            yield from _lists(document, part)


def _texts(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 0)
    for length in {least - 1, least, most - 1 if most else 0, most, most + 1 if most else 0}:
        if 0 <= length <= 30_000:
            yield "s" * length
    if schema.get("pattern") or schema.get("enum"):
        yield from _FORMS
    elif most > len(_RARE):
        yield _RARE


def _lists(document: Document, schema: Mapping[str, Any]) -> Iterator[list[Any]]:
    try:
        item = Sampler().value(document, schema.get("items", {}))
    except CannotSample:
        return
    yield from ([item], [item] * (_MANY - 1), [item] * _MANY)
