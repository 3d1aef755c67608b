"""Scenarios about a record from its creation to its end, in every collection where records can be created."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.rules.rule import Rule
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import Record, RecordKind, differences, is_change_time, keeps, may_replace, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_FOREIGN_FIELD = "suiteKept"


def creation(client: ScenarioClient, family: Family) -> None:
    """A record with the fewest members and one with all is shown as sent, readable, listed once and counted."""
    kind = RecordKind(client, family)
    for all_members in (False, True):
        before = kind.listed()
        record, exchange, body = kind.create_sample(all_members=all_members)
        _as_sent(kind, record, body, exchange)
        if record["id"] in [item.get("id") for item in before]:
            client.broken(
                rules.FRESH_ID, kind.create, exchange, expected="a new id", got=f"{record['id']}, which is taken"
            )
        _shown(kind, record, exchange, kind.create, rules.READ_BACK, rules.LISTED)
        _counted(kind, len(before) + 1, exchange, kind.create)
        _untouched(kind, before, exchange, kind.create)
        _moments(kind, record, before, exchange)
        kind.gone(record)


def _as_sent(kind: RecordKind, record: Record, body: Mapping[str, Any], exchange: Exchange) -> None:
    given = () if kind.create.document.vendors else ("id",)  # an API may give a record its own id
    for name, value in body.items():
        if name not in given and not keeps(record, name, value, kind.shape):
            due, got = f"{name}: {value!r}", f"{name}: {record[name]!r}"
            kind.client.broken(rules.AS_SENT, kind.create, exchange, expected=due, got=got, where=name)
    for name, default in kind.defaults.items():
        if name not in body and name in record and record[name] != default:
            due, got = f"{name}: {default!r}", f"{name}: {record[name]!r}"
            kind.client.broken(rules.DEFAULTS, kind.create, exchange, expected=due, got=got, where=name)


def _shown(kind: RecordKind, record: Record, cause: Exchange, operation: Operation, read: Rule, listed: Rule) -> None:
    """The record must read the same everywhere. Where one view differs and the other does not, that view is wrong;
    where all differ, the write is; and with a single view it may be either, so both are named."""
    client, family = kind.client, kind.family
    exchange = kind.read(record["id"])
    if exchange is not None and not exchange.succeeded:
        client.broken(read, operation, cause, exchange, expected="the record", got=exchange.answer())
    item = record_of(exchange) if exchange is not None and exchange.succeeded else None
    items = [one for one in kind.listed() if one.get("id") == record["id"]]
    if len(items) != 1 and family.listing:
        for blamed in _list_of(family) if item is not None and len(items) > 1 else [operation, *_list_of(family)]:
            client.broken(listed, blamed, cause, expected="the record once in its list", got=f"{len(items)} times")
    of_item = differences(record, item) if item is not None else []
    of_list = differences(record, items[0]) if items else []
    for name in of_item:
        blamed = operation if name in of_list or not items or family.read is None else family.read
        client.broken(read, blamed, cause, expected=_value(name, record), got=_value(name, item or {}), where=name)
    for name in of_list:
        alone = [operation] if name in of_item else _list_of(family)
        for blamed in alone if item is not None else [operation, *_list_of(family)]:
            client.broken(listed, blamed, cause, expected=_value(name, record), got=_value(name, items[0]), where=name)


def _list_of(family: Family) -> list[Operation]:
    return [family.listing.operation] if family.listing else []


def _value(name: str, record: Record) -> str:
    return f"{name}: {record.get(name)!r}"


def _counted(kind: RecordKind, due: int, cause: Exchange, operation: Operation) -> None:
    count = len(kind.listed())
    if kind.family.listing and count != due:
        kind.client.broken(rules.COUNTED, operation, cause, expected=f"{due} records", got=f"{count} records")


def _untouched(kind: RecordKind, before: list[Record], cause: Exchange, operation: Operation, *but: Any) -> None:
    """All earlier records are unchanged, ``but`` for these ids."""
    now = {item["id"]: item for item in kind.listed() if "id" in item}
    for item in before:
        if item.get("id") in but:
            continue
        if now.get(item.get("id")) != item:
            got = "changed" if item.get("id") in now else "gone"
            kind.client.broken(rules.OTHERS, operation, cause, expected=f"{item.get('id')} as it was", got=got)
            return


def _moments(kind: RecordKind, record: Record, before: list[Record], exchange: Exchange) -> None:
    created = record.get("createdAt")
    if not isinstance(created, str):
        return
    newer = [item["createdAt"] for item in before if str(item.get("createdAt", "")) > created]
    if newer:
        kind.client.broken(
            rules.CREATED_NOW, kind.create, exchange, expected=f"a moment not before {max(newer)}", got=created
        )
    for name in filter(is_change_time, record):
        if str(record[name]) < created:
            kind.client.broken(
                rules.ORDER, kind.create, exchange, expected=f"{name} not before {created}", got=str(record[name])
            )


def update(client: ScenarioClient, family: Family) -> None:
    """A change of one member changes that member and nothing else, and every view shows it."""
    kind = RecordKind(client, family)
    if family.update is None or family.update.body is None:
        raise ScenarioSkipped(f"{family.path}: nothing can be updated")
    neighbour, _, _ = kind.create_sample(all_members=True)
    record, defaults = kind.made_unlike_defaults()
    before = [item for item in kind.listed() if item.get("id") != record["id"]]
    exchange = None
    members = family.update.document.properties(family.update.body)
    # A member with a default comes last: until then it would be seen if a change of another one reset it.
    for name in sorted(members, key=lambda name: (name in defaults, isinstance(defaults.get(name), bool))):
        schema = members[name]
        if name == "id":  # the path names the record
            continue
        body = {name: client.sampler.value(family.update.document, schema, unlike=record.get(name))}
        if family.update.document.validator(family.update.body).is_valid(body):
            record, exchange = _updated(kind, family.update, record, body)
            _nulled(kind, family.update, record, name)
            _emptied(kind, family.update, record, name)
            record = next(iter(kind.found(record["id"])[-1:]), record)
    if exchange is not None:
        _untouched(kind, before, exchange, family.update, record["id"])
    _without_effect(kind, family.update, record)
    _dated(kind, family.update, record)
    kind.gone(record)
    kind.gone(neighbour)


def _updated(kind: RecordKind, operation: Operation, record: Record, body: dict[str, Any]) -> tuple[Record, Exchange]:
    before = next(iter(kind.found(record["id"])[-1:]), record)
    exchange = kind.client.accepted(kind.client.call(operation, record["id"], body=body), operation)
    after, shape = record_of(exchange), kind.shape
    for name, value in body.items():
        if not keeps(after, name, value, shape):
            kind.client.broken(
                rules.APPLIED,
                operation,
                exchange,
                expected=f"{name}: {value!r}",
                got=f"{name}: {after[name]!r}",
                where=name,
            )
    for name in differences(before, after, tuple(body)):
        if not is_change_time(name) and (name == "createdAt" or not may_replace(operation)):
            rule = rules.CREATED_AT if name == "createdAt" else rules.KEEPS
            got = f"{name}: {after[name]!r}"
            kind.client.broken(rule, operation, exchange, expected=f"{name}: {before[name]!r}", got=got, where=name)
    for name in filter(is_change_time, after):
        if name in before and str(after[name]) < str(before[name]):
            kind.client.broken(
                rules.UPDATED_AT, operation, exchange, expected=f"not before {before[name]}", got=str(after[name])
            )
    _shown(kind, after, exchange, operation, rules.READ_BACK, rules.LISTED)
    return after, exchange


def _nulled(kind: RecordKind, operation: Operation, record: Record, name: str) -> None:
    """Setting a nullable member to null clears it."""
    body, shape = {name: None}, kind.shape
    if operation.body is None or not operation.document.validator(operation.body).is_valid(body):
        return
    if shape is not None and not operation.document.vendors and not shape.member(name).admits(None):
        return  # the answer has no way to show it
    exchange = kind.client.accepted(kind.client.call(operation, record["id"], body=body), operation)
    shown = [record_of(exchange), *kind.found(record["id"])]
    if any(one.get(name) is not None for one in shown):
        kind.client.broken(
            rules.NULLED, operation, exchange, expected=f"{name}: null", got=f"{name}: a value", where=name
        )


def _emptied(kind: RecordKind, operation: Operation, record: Record, name: str) -> None:
    """The smallest list or object replaces the present value as a whole (gap transfer-settings)."""
    sample = kind.client.sampler.value(operation.document, operation.document.properties(operation.body)[name])
    takes = operation.document.validator(operation.body or {}).is_valid
    least = sample if isinstance(sample, dict) and not takes({name: {}}) else {}
    for empty, before in (([], record.get(name)), (least, {**least, _FOREIGN_FIELD: 1})):
        bodies: tuple[Any, ...] = {name: before}, {name: empty}
        if not all(map(takes, bodies)):
            continue
        for body in bodies:
            exchange = kind.client.accepted(kind.client.call(operation, record["id"], body=body), operation)
        shown = [one.get(name, empty) for one in (record_of(exchange), *kind.shown(record["id"]))]
        if any(_FOREIGN_FIELD in one if isinstance(one, dict) else one != empty for one in shown):
            due, got = f"{name}: {empty}", f"{name}: more"
            kind.client.broken(rules.EMPTIED, operation, exchange, expected=due, got=got, where=name)


def _dated(kind: RecordKind, operation: Operation, record: Record) -> None:
    """A change has the time at which it was made: not before the time of a record that was created just then."""
    names = [name for name in record if is_change_time(name) and isinstance(record[name], str)]
    for body, what in _each_change(kind, operation, record) if names else ():
        marker, _, _ = kind.create_sample()
        exchange = kind.client.accepted(kind.client.call(operation, record["id"], body=body), operation)
        for after in (record_of(exchange), *kind.shown(record["id"])):
            for name in names:
                if str(after.get(name)) < (due := str(marker.get("createdAt", ""))):
                    kind.client.broken(
                        rules.UPDATED_AT, operation, exchange, expected=f"not before {due}",
                        got=str(after.get(name)), where=f"{name}, {what}",
                    )  # fmt: skip
        kind.gone(marker)


def _each_change(kind: RecordKind, operation: Operation, record: Record) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The changes of a record that are tried: all members, twice, and then each alone."""
    document, sampler = operation.document, kind.client.sampler
    for turn in range(2):
        body = sampler.body(kind.create)
        if document.certain_validator(operation.body or {}).is_valid(body):
            yield body, f"change {turn + 1}"
    for name, schema in document.properties(operation.body).items():
        body = {name: sampler.other(document, schema, record.get(name))}
        if document.validator(operation.body or {}).is_valid(body):
            yield body, f"change of {name}"


def _without_effect(kind: RecordKind, operation: Operation, record: Record) -> None:
    """An empty update, where it is allowed, changes nothing."""
    if may_replace(operation) or not operation.document.validator(operation.body or {}).is_valid({}):
        return
    before = kind.found(record["id"])
    exchange = kind.client.accepted(kind.client.call(operation, record["id"], body={}), operation)
    for one, other in zip(before, kind.found(record["id"]), strict=False):
        for name in differences(one, other):
            if not is_change_time(name):
                kind.client.broken(
                    rules.KEEPS, operation, exchange, expected=f"{name} as it was", got=repr(other[name]), where=name
                )
