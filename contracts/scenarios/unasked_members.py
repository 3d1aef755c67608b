"""Scenarios about members that a write does not take: an id, a time, a status, or an undocumented name."""

from collections.abc import Mapping
from typing import Any

from contracts.rules import input
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, RecordKind, is_change_time, record_of
from contracts.spec.document import Operation
from contracts.spec.resources import NO_NUMBER, Family
from contracts.spec.samples import CannotSample
from contracts.transport.exchange import Exchange

_UNKNOWN = "suiteUnknown"
_PAST = "2001-02-03T04:05:06.007Z"


def ignored(client: ScenarioClient, family: Family) -> None:
    """A creation and a change with such members are accepted, and the record is as if they were not sent."""
    kind = RecordKind(client, family)
    plain, _, _ = kind.create_sample(all_members=True)
    shown = {**plain, **next(iter(kind.shown(plain["id"])[-1:]), {})}
    body = client.sampler.body(kind.create, whole=True)
    extra = _extra(client, family, kind.create, shown)
    if kind.create.document.validator(kind.create.body or {}).is_valid({**body, **extra}):
        exchange = client.accepted(client.call(kind.create, body={**body, **extra}), kind.create)
        made = record_of(exchange)
        telling = {name: value for name, value in extra.items() if not _may_be_chosen(family, kind.create, name)}
        _judge(kind, kind.create, made, {name: shown.get(name) for name in extra}, telling, exchange)
        kind.gone(made)
    _changed(kind, shown, extra)
    kind.gone(plain)


def _changed(kind: RecordKind, shown: Record, extra: Mapping[str, Any]) -> None:
    client, update = kind.client, kind.family.update
    if update is None or update.body is None:
        return
    names = update.document.properties(update.body)
    more = {name: value for name, value in extra.items() if name not in names}
    if update.document.validator(update.body).is_valid(more):
        exchange = client.accepted(client.call(update, shown["id"], body=more), update)
        _judge(kind, update, record_of(exchange), shown, more, exchange)


def _extra(client: ScenarioClient, family: Family, operation: Operation, shown: Record) -> dict[str, Any]:
    """Members of the record that the write does not take, with other values than now, and one that no record has."""
    found: dict[str, Any] = {_UNKNOWN: "suite"}
    known = operation.document.properties(operation.body)
    schemas = family.listing.item_properties() if family.listing and known else {}  # a free body takes any member
    for name, schema in schemas.items():
        if name in known or name not in shown:
            continue
        other = NO_NUMBER if isinstance(shown[name], int) else f"{family.prefix}suiteother"
        if name == "id" and operation.document.validator(schema).is_valid(other):
            found[name] = other
        elif isinstance(shown[name], str) and operation.document.resolve(schema).get("format") == "date-time":
            found[name] = _PAST
        else:
            try:
                found[name] = client.sampler.value(operation.document, schema, unlike=shown[name])
            except CannotSample:
                continue
    return found


def _may_be_chosen(family: Family, create: Operation, name: str) -> bool:
    """Tell whether another's server may give a new record that very value by itself: there are only a few."""
    schema = create.document.resolve(family.listing.item_properties().get(name)) if family.listing else None
    few = isinstance(schema, Mapping) and (schema.get("type") == "boolean" or "enum" in schema)
    return few and not create.document.vendors


def _judge(
    kind: RecordKind, operation: Operation, record: Record, before: Record, sent: Mapping[str, Any], cause: Exchange
) -> None:
    """No view shows a value that was sent, unless it was there before."""
    views = [record, *kind.shown(record["id"])]
    for name, value in sent.items():
        if any(name in view and view[name] == value != before.get(name) for view in views):
            due = f"{name} as it was" if is_change_time(name) or name in before else f"no {name}"
            kind.client.broken(
                input.NOT_ASKED, operation, cause, expected=due, got=f"{name}: {value!r}, as was sent", where=name
            )
