"""Send bodies at the bounds of the document and just beyond, one place at a time, in otherwise valid requests.

The generator tries bounds as well, but it seldom has the id of a record, and then every update is a 404.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.scenarios import actions, protocol
from contracts.scenarios.accepted import is_accepted
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, RecordKind, differences
from contracts.spec import business_rules
from contracts.spec.boundary_values import FORMED, boundary_values, forms_like, in_words, places, put, without
from contracts.spec.document import Operation
from contracts.spec.resources import Family, id_prefix
from contracts.transport.exchange import Exchange

Body = dict[str, Any]


def creation(client: ScenarioClient, family: Family) -> None:
    """Values at the bounds of each place are accepted at creation, values beyond them refused."""
    kind = RecordKind(client, family)
    before, lost = kind.listed(), False
    for body, what in (*_changed(client, kind.create, {}), *conditional(client, kind.create)):
        exchange = client.call(kind.create, body=body)
        _judge(client, kind.create, body, what, exchange)
        if exchange.succeeded and family.delete is not None:
            made = exchange.json if isinstance(exchange.json, dict) else {}
            record = next((value for value in made.values() if isinstance(value, dict)), made)
            if "id" in record:
                kind.gone(record)
            else:
                lost = True  # an answer that does not say which record was created: it stays
    if family.delete is not None and not lost and kind.listed() != before:
        got, last = "another list, though all that was created is deleted", client.last(kind.create)
        client.broken(rules.NO_EFFECT, kind.create, last, expected="the list as it was", got=got, where="bounds")


def update(client: ScenarioClient, family: Family) -> None:
    """Values at the bounds of each place are accepted by an update, values beyond them refused."""
    kind, operation = RecordKind(client, family), family.update
    if operation is None:
        return
    record, _, _ = kind.create_sample(all_members=True)
    bodies = [*_alone(_changed(client, operation, {})), *conditional(client, operation, alone=True)]
    validator = operation.document.validator(operation.body or {})
    before = kind.shown(record["id"])
    for body, what in sorted(bodies, key=lambda each: validator.is_valid(each[0])):  # those that change nothing first
        if before and validator.is_valid(body):
            _unchanged(kind, operation, before, kind.shown(record["id"]))
            before = []
        _judge(client, operation, body, what, client.call(operation, record["id"], body=body))
    kind.gone(record)


def _alone(changed: Iterator[tuple[Body, str]]) -> Iterator[tuple[Body, str]]:
    """Bodies with only the changed member."""
    for whole, what in changed:
        member = what.split("/")[1].partition(":")[0]
        body = {name: value for name, value in whole.items() if name == member}
        if body:
            yield body, what


def _unchanged(kind: RecordKind, operation: Operation, before: Sequence[Record], now: Sequence[Record]) -> None:
    """Check that a record did not change by a number of refused changes."""
    for name in {name for one, two in zip(before, now, strict=False) for name in differences(one, two)}:
        got, last = f"another {name}", kind.client.last(operation)
        kind.client.broken(
            rules.NO_EFFECT, operation, last, expected="the record as it was", got=got, where=f"bounds: {name}"
        )


def action(client: ScenarioClient, operation: Operation, catalogue: Catalogue) -> None:
    """An operation refuses bodies beyond the bounds. Records that they refer to exist, so nothing else is wrong."""
    known = catalogue.references(client, operation)
    if operation.key == business_rules.SEND_SMS:
        known |= actions.existing_thread(client, catalogue.lists, operation, known)
    validator = operation.document.validator(operation.body or {})
    for body, what in _changed(client, operation, known):
        valid = validator.is_valid(body)
        rightly = operation.method == "POST" and _refers_rightly(operation, known, body)
        if not valid or rightly:
            _judge(client, operation, body, what, client.call(operation, body=body))
        elif known:
            client.call(operation, body=body)  # nobody has this id: any answer but a failure will do
    for parameter in operation.parameters_in("query"):
        known = catalogue.references(client, operation)  # anew: what there was may have been ended
        protocol.refused(client, operation, (), parameter, {**client.sampler.body(operation), **known})


def _refers_rightly(operation: Operation, known: Mapping[str, Any], body: Body) -> bool:
    """Tell whether a valid body refers only to records that exist."""
    schemas = {n: operation.document.resolve(s) for n, s in operation.document.properties(operation.body).items()}
    ids = [name for name, schema in schemas.items() if name in body and (id_prefix(schema) or name.endswith("Id"))]
    return bool(known) and all(name in known and body[name] == known[name] for name in ids)


def _judge(client: ScenarioClient, operation: Operation, body: Any, what: str, exchange: Exchange) -> None:
    schema = operation.body or {}
    valid = operation.document.validator(schema).is_valid(body)
    if (
        valid
        and operation.document.certain_validator(schema).is_valid(body)
        and not is_accepted(operation, exchange)
        and exchange.status != 409
    ):
        client.broken(input.ACCEPTED, operation, exchange, expected="success", got=exchange.answer(), where=what)
    elif not valid and is_accepted(operation, exchange):
        client.broken(input.REFUSED, operation, exchange, expected="400", got=exchange.answer(), where=what)


def _changed(client: ScenarioClient, operation: Operation, known: Mapping[str, Any]) -> Iterator[tuple[Body, str]]:
    """Valid bodies with one place changed or left out; unique members are fresh in each."""
    document, unique = operation.document, business_rules.UNIQUE.get(operation.key.partition(" ")[2], ())
    whole = {**client.sampler.body(operation, whole=True), **known}
    validator = document.validator(operation.body or {})
    if not validator.is_valid(whole):
        whole = {**client.sampler.body(operation), **known}
    required, schemas = document.required(operation.body), document.properties(operation.body)
    for path, schema in places(document, operation.body or {}, whole):
        top = str(path[0])
        least = {name: value for name, value in whole.items() if name in (*required, *known, top)}
        at = _at(whole, path)
        for value in boundary_values(document, schema, at):
            fresh = {
                name: client.sampler.value(document, schemas[name], unlike=least[name])
                for name in unique
                if name in least and name != top
            }
            yield put({**least, **fresh}, path, value), in_words(path, value)
        shorter = without(least, path) if at is not None and isinstance(path[-1], str) else whole
        if not validator.is_valid(shorter):
            yield shorter, f"{in_words(path, '').partition(':')[0]}: left-out"


def conditional(client: ScenarioClient, operation: Operation, *, alone: bool = False) -> Iterator[tuple[Body, str]]:
    """Bodies with a word that another member depends on: where the type is a phone number, it must be one.

    With ``alone`` they have these two members only.
    """
    document, validator = operation.document, operation.document.validator(operation.body or {})
    schemas = document.properties(operation.body)
    words = ((name, word) for name, schema in schemas.items() for word in document.resolve(schema).get("enum", ()))
    for name, word in words:
        whole = {**client.sampler.body(operation, whole=True), name: word}
        kept = {name: word} if alone else whole
        for member in schemas if not validator.is_valid(whole) else ():
            mended = next((text for text in FORMED if validator.is_valid({**whole, member: text})), None)
            if member != name and mended is not None:
                for text in (*forms_like(mended), mended[1:], f" {mended}", f"{mended}0000000000", mended):
                    fresh = _fresh(client, operation, kept)
                    yield {**fresh, member: text}, f"{in_words((member,), text)} [{name}={word}]"


def _fresh(client: ScenarioClient, operation: Operation, body: Body) -> Body:
    """The body with a new value of each unique member."""
    schemas = operation.document.properties(operation.body)
    unique = [name for name in business_rules.UNIQUE.get(operation.key.partition(" ")[2], ()) if name in body]
    made = {name: client.sampler.value(operation.document, schemas[name], unlike=body[name]) for name in unique}
    return {**body, **made}


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        body = body.get(step) if isinstance(body, dict) else body[step]
    return body
