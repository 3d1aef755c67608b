"""Scenarios about clients that send back the whole record with one other value: that value is changed, no other."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.scenarios.accepted import is_accepted
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, RecordKind, keeps, may_replace, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

Body = Mapping[str, Any]


def changes(client: ScenarioClient, family: Family) -> None:
    """Send a record as it is shown, with one member changed or null: all of it is accepted, and shown afterwards."""
    kind = RecordKind(client, family)
    if family.update is None or family.update.body is None:
        raise ScenarioSkipped(f"{family.path}: nothing can be updated")
    record, _ = kind.made_unlike_defaults()
    for name in family.update.document.properties(family.update.body):
        for body in _bodies(kind, family.update, record, name):
            exchange = client.call(family.update, record["id"], body=body)
            if not is_accepted(family.update, exchange):
                rule = rules.CONFLICT if exchange.status == 409 else input.ACCEPTED
                where = f"whole: {name}"
                client.broken(rule, family.update, exchange, expected="success", got=exchange.answer(), where=where)
                continue
            if not exchange.succeeded:
                continue
            views = [record_of(exchange), *kind.shown(record["id"])]
            _compare(kind, family.update, exchange, body, views, name)
            record = views[-1]
    kind.gone(record)
    _alone(kind, family.update)
    _oldest(kind, family.update)


def _oldest(kind: RecordKind, update: Operation) -> None:
    """The oldest record, which no run has made, can be changed too: it is sent back without its unique members.

    What was there before may share such a value with another record.
    """
    record = next(iter(kind.listed()[-1:]), None)
    if record is None:
        return
    unique = business_rules.UNIQUE.get(kind.family.path, ())
    members, validator = (
        update.document.properties(update.body or {}),
        update.document.certain_validator(update.body or {}),
    )
    own = {name: record[name] for name in members if name in record and name not in ("id", *unique)}
    body = {name: value for name, value in own.items() if validator.is_valid({name: value})}
    if not body or not validator.is_valid(body):
        return
    exchange = kind.client.call(update, record["id"], body=body)
    if exchange.succeeded:
        _compare(kind, update, exchange, body, [record_of(exchange), *kind.shown(record["id"])], "")
    elif not is_accepted(update, exchange):
        client, got = kind.client, exchange.answer()
        client.broken(input.ACCEPTED, update, exchange, expected="success", got=got, where="oldest")


def _alone(kind: RecordKind, update: Operation) -> None:
    """A change of one member leaves all the others, also those that an earlier change would have emptied."""
    document, schema = update.document, update.body or {}
    members, validator = document.properties(schema), document.certain_validator(schema)
    for name in () if may_replace(update) else members:
        record, _ = kind.made_unlike_defaults()
        other = kind.client.sampler.other(document, members[name], record[name]) if name in record else None
        # A switch is turned back as well: what a change loses may depend on the way that it goes.
        for value in (other, record[name]) if isinstance(other, bool) else (other,):
            body = {name: value}
            if name not in record or name == "id" or not validator.is_valid(body):
                continue
            exchange = kind.client.call(update, record["id"], body=body)
            if exchange.succeeded:
                due = {one: record[one] for one in members if one in record} | body
                _compare(kind, update, exchange, due, [record_of(exchange), *kind.shown(record["id"])], name)
        kind.gone(record)


def _bodies(kind: RecordKind, update: Operation, record: Record, name: str) -> Iterator[Body]:
    """The writable members of a record with another value of one member, and with null in its place."""
    document, schema = update.document, update.body or {}
    members, validator = document.properties(schema), document.certain_validator(schema)
    whole = {one: record[one] for one in members if one in record and one != "id"}
    if name in whole:
        for value in (kind.client.sampler.other(document, members[name], record[name]), None):
            body = {**whole, name: value}
            if value != record[name] and validator.is_valid(body):
                yield body


def _compare(
    kind: RecordKind, update: Operation, exchange: Exchange, body: Body, views: list[Record], changed: str
) -> None:
    for shown in views:
        for name, value in body.items():
            if not keeps(shown, name, value, kind.shape):
                rule = rules.APPLIED if name == changed else rules.KEEPS
                due, got = f"{name}: {value!r}", f"{name}: {shown[name]!r}"
                where = f"whole: {name}"
                kind.client.broken(rule, update, exchange, expected=due, got=got, where=where)
