"""Scenarios with requests that the document does not describe: other methods, bodies, types, query values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from contracts.rules import input
from contracts.rules import protocol as rules
from contracts.scenarios.access import refusing_statuses
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient, fill
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation, blank
from contracts.spec.operation_parts import Parameter
from contracts.spec.path_ids import ids_of_the_form
from contracts.spec.readable_parts import METHODS
from contracts.spec.resources import NO_NUMBER
from contracts.transport.exchange import Exchange

_AUTH = "Authorization"
_INTEGER = re.compile("-?[0-9]{1,18}")
_NUMBERS = ("integer", "number")
_LARGE = 1024**2 + 1024
"""Bytes of a body that is larger than most servers take."""


def methods(client: ScenarioClient, operations: Sequence[Operation], known: Sequence[Any]) -> None:
    """A method that a path does not have is 405, and ``Allow`` names those it has.

    ``operations`` are those of one path.
    """
    offered = {operation.method for operation in operations} | _unread(operations[0])
    named = offered - {"HEAD", "OPTIONS"}
    url = client.target.origin + fill(operations[0], known)
    for method in METHODS:
        if method.upper() in offered or method in ("head", "options"):
            continue
        exchange = client.send(method.upper(), url, {_AUTH: f"Bearer {client.target.key}"})
        allowed = {name.strip() for name in exchange.headers.get("allow", "").split(",")} - {"HEAD", "OPTIONS"}
        if exchange.status != 405 or allowed != named:
            got = f"{exchange.answer(80)}, Allow: {exchange.headers.get('allow')}"
            due = f"405, Allow: {', '.join(sorted(named))}"
            client.broken(rules.METHOD, operations[0], exchange, expected=due, got=got, where=method.upper())


def _unread(operation: Operation) -> set[str]:
    """The methods of its path that the document has and this suite cannot read."""
    keys = (key.partition(" ") for key in operation.document.unread)
    return {method for method, _, path in keys if blank(path) == blank(operation.path)}


def bodies(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> None:
    """A missing body, one that is not JSON, one of another type, and one that is too large are refused."""
    url = client.target.origin + fill(operation, known)
    query, json = client.needed(operation, "query"), client.headers(operation, with_body=True)
    none = [b""] if operation.body_required else []
    for content in (*none, b"{", b"suite", b'{"a":1,}', b"\xff\xfe", b"[" * 400, b'{"a":NaN}'):
        exchange = client.send(operation.method, url, json, content, query)
        if not 400 <= exchange.status < 500:
            where = repr(content[:12])
            client.broken(input.BAD_JSON, operation, exchange, expected="400", got=exchange.answer(), where=where)
    sound = orjson.dumps(client.sampler.some_body(operation))
    for kind, content in (("text/plain", sound), ("application/x-www-form-urlencoded", b"suite=1")):
        if {kind, f"{kind.partition('/')[0]}/*", "*/*"} & {*operation.body_types}:
            continue
        headers = {**json, "Content-Type": kind}
        exchange = client.send(operation.method, url, headers, content, query)
        if exchange.status != 415:
            client.broken(rules.MEDIA_TYPE, operation, exchange, expected="415", got=exchange.answer(), where=kind)
    if operation.answer(413) is not None and client.target.is_mock:
        exchange = client.send(operation.method, url, json, sound.ljust(_LARGE), query)
        if exchange.status != 413 and not exchange.succeeded:  # how much is too much is not documented
            client.broken(rules.TOO_LARGE, operation, exchange, expected="413", got=exchange.answer())


def queries(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> None:
    """Query values at the bounds are accepted and values beyond them refused; unknown parameters are ignored."""
    plain = client.get(operation, *known)
    asked = operation.parameters_in("query")
    free = any(parameter.takes("suite_unknown") for parameter in asked)
    odd = plain if free else client.call(operation, *known, query={"suite_unknown": "1"})
    if odd.json != plain.json:
        client.broken(input.UNKNOWN_QUERY, operation, plain, odd, expected="the same answer", got=odd.answer())
    for parameter in asked:
        refused(client, operation, known, parameter)
        validator = operation.document.validator(parameter.schema)
        for value in (it for it in _within(parameter) if validator.is_valid(_read(it, parameter))):
            client.get(operation, *known, query={parameter.name: value})


def refused(
    client: ScenarioClient, operation: Operation, known: Sequence[Any], parameter: Parameter, body: Any = None
) -> None:
    """Check that values beyond the bounds of a query parameter are refused; all else in the request is valid."""
    validator = operation.document.validator(parameter.schema)
    null = [""] if validator.is_valid(None) else []  # an empty text is how a URL says null
    wrong = (it for it in _beyond(parameter) if it not in null and not validator.is_valid(_read(it, parameter)))
    for value in wrong:
        if not value and parameter.may_be_empty:
            continue
        exchange = client.call(operation, *known, query={parameter.name: value}, body=body)
        if exchange.succeeded:
            where, got = f"{parameter.name}={value[:20]}", exchange.answer()
            client.broken(input.EXPECTED_QUERY, operation, exchange, expected="400", got=got, where=where)


def heads(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> None:
    """HEAD has the status and the content type of GET, also of a refusal, unless the document refuses HEAD itself."""
    if not client.target.is_mock or "x-head-method" in operation.document.raw:
        raise ScenarioSkipped("nothing says how HEAD is answered there")
    shown, query = _shown(client, operation, known), client.needed(operation, "query")
    url, headers = client.target.origin + fill(operation, known), client.headers(operation)
    head = client.send("HEAD", url, headers, None, query)
    if (head.status, head.media_type) != (shown.status, shown.media_type):
        due, got = f"{shown.status} {shown.media_type}", f"{head.status} {head.media_type}"
        client.broken(rules.HEAD, operation, shown, head, expected=due, got=got)
    for ids, sent, statuses, where in _refused_reads(operation, known, headers):
        head = client.send("HEAD", client.target.origin + fill(operation, ids), sent, None, query)
        if head.status not in statuses:
            due, got = f"{statuses[0]}, as GET has to answer", f"{head.status}"
            client.broken(rules.HEAD, operation, head, expected=due, got=got, where=where)


def _shown(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> Exchange:
    """A successful answer to GET: the last one, if that was one, because HEAD is compared with its kind only."""
    try:
        last = client.last(operation)
    except ScenarioSkipped:
        return client.get(operation, *known)
    return last if last.succeeded else client.get(operation, *known)


def _refused_reads(
    operation: Operation, known: Sequence[Any], headers: Mapping[str, str]
) -> Iterator[tuple[Sequence[Any], Mapping[str, str], Sequence[int], str]]:
    """Reads that may not be, or find nothing: ids, headers, the statuses that other scenarios ask of GET, and words."""
    if operation.by_bearer:
        yield (
            known,
            {name: value for name, value in headers.items() if name != _AUTH},
            refusing_statuses(operation),
            "without-a-key",
        )
    if known and operation.document.vendors:  # elsewhere nobody knows whether a record is needed
        for id in ids_of_the_form(operation, (NO_NUMBER, "suite_nothing"))[:1]:
            yield (id, *known[1:]), headers, (404,), "unknown-id"


def required(client: ScenarioClient, operation: Operation, catalogue: Catalogue) -> None:
    """Without a required parameter an otherwise valid request is refused."""
    known = catalogue.existing_or_invented_ids(client, operation)
    named = [p for p in operation.parameters if p.required and p.place in ("query", "header") and not p.spread]
    keys = {(scheme.place, scheme.name.lower()) for scheme in operation.schemes}
    free = [p for p in named if (p.place, p.name.lower()) not in keys]  # the key is sent with every request
    for missing in free:
        body = {**client.sampler.body(operation), **catalogue.references(client, operation)} if operation.body else None
        for value, what in ((None, ""), ("", "=")):
            if value is not None and not missing.schema.get("minLength"):
                continue
            exchange = client.call_without(operation, missing.name, value, *known, body=body)
            if exchange.succeeded:
                where, got = f"{missing.name}{what}", exchange.answer()
                client.broken(input.MISSING, operation, exchange, expected="400", got=got, where=where)


def _read(text: str, parameter: Parameter) -> Any:
    """The value that a query's text means, for the texts that these scenarios send."""
    return int(text) if parameter.schema.get("type") in _NUMBERS and _INTEGER.fullmatch(text) else text


def _beyond(parameter: Parameter) -> Iterator[str]:
    schema = parameter.schema
    if schema.get("type") == "integer":
        yield from ("suite", "1.5", "", "1e3", "0x10", " 1", "+2", "\uff12", "-1", "1_0")
        if "minimum" in schema:
            yield str(schema["minimum"] - 1)
        if "maximum" in schema:
            yield str(schema["maximum"] + 1)
    elif schema.get("enum"):
        word = str(schema["enum"][0])
        yield from ("suite", "", word.swapcase(), word.capitalize(), f" {word}", f"{word} ", f"{word},{word}")
    elif schema.get("type") == "string":
        if schema.get("minLength"):
            yield ""
        if "maxLength" in schema:
            yield "s" * (schema["maxLength"] + 1)
        if "pattern" in schema:
            yield "\u00e4 %'!"


def _within(parameter: Parameter) -> Iterator[str]:
    schema = parameter.schema
    yield from (str(schema[name]) for name in ("minimum", "maximum") if name in schema)
    if "maxLength" in schema:
        yield "s" * schema["maxLength"]
