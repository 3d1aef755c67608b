"""Scenarios that write awkward values in every member and read them in every view: they must not change."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.rules import input, lifecycle
from contracts.scenarios.accepted import is_accepted
from contracts.scenarios.client import NONE, ScenarioClient
from contracts.scenarios.exact_messages import Messages
from contracts.scenarios.paging import fetch, newest
from contracts.scenarios.records import Record, RecordKind, record_of
from contracts.scenarios.written_views import Written, appearances, by_id, noun_of
from contracts.spec import business_rules
from contracts.spec.awkward_values import ROUNDS, AwkwardBodies
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing

_FEW = business_rules.RECENT_COUNT


def records(client: ScenarioClient, family: Family, elsewhere: Sequence[Listing], messages: Messages | None) -> None:
    """Create and change a record for each round of awkward values, and read it in every view.

    ``elsewhere`` are lists of other kinds that may show the record. ``messages`` sends one to each record.
    """
    kind, unique = RecordKind(client, family), business_rules.UNIQUE.get(family.path, ())
    made = AwkwardBodies(client.sampler, kind.create, unique)
    written: list[Written] = []
    for turn in range(ROUNDS):
        one = write(client, made, (), turn)
        if one is not None:
            written.append(one)
            _inner_defaults(client, kind, one)
            if messages is not None:
                messages.send(client, one.record["id"], turn)
        if turn % _FEW == _FEW - 1 or turn == ROUNDS - 1:
            _look_elsewhere(client, written[-_FEW:], elsewhere, noun_of(family.path))
    _look(client, family, written)
    if messages is not None:
        messages.compare(client)
    if family.update is not None and family.update.body is not None:
        _change(client, family, family.update, written, elsewhere)
    for one in written:
        kind.gone(one.record)


def _change(
    client: ScenarioClient, family: Family, update: Operation, written: Sequence[Written], elsewhere: Sequence[Listing]
) -> None:
    """Change each record to the values of another round; at the end also read the newest ones elsewhere."""
    unique = business_rules.UNIQUE.get(family.path, ())
    made = AwkwardBodies(client.sampler, update, unique)
    changed = []
    for turn, before in enumerate(written, start=3):
        one = write(client, made, (before.record["id"],), turn, _same_id(update, before.record))
        if one is not None:
            changed.append(one)
            _inner_defaults(client, RecordKind(client, family), one)
    _look_elsewhere(client, changed[-_FEW:], elsewhere, noun_of(family.path))
    _look(client, family, changed)


def _same_id(update: Operation, record: Record) -> Record:
    """The id for the body of a change that has one: the record's own, for another one would move it."""
    return {"id": record["id"]} if "id" in update.document.properties(update.body) else {}


def _inner_defaults(client: ScenarioClient, kind: RecordKind, one: Written) -> None:
    """A written object replaces the former one: its members that were not sent have their defaults."""
    shape = kind.shape
    for name, sent in one.body.items() if shape is not None else ():
        shown, part = one.record.get(name), shape.member(name) if shape is not None else None
        if not isinstance(sent, dict) or not isinstance(shown, dict) or part is None:
            continue
        for inner, schema in part.names.items():
            default = part.document.resolve(schema).get("default", ...)
            if default is not ... and inner not in sent and shown.get(inner, default) != default:
                due, got = f"{inner}: {default!r}", f"{inner}: {shown[inner]!r}"
                where = f"/{name}/{inner}"
                client.broken(lifecycle.DEFAULTS, one.operation, one.exchange, expected=due, got=got, where=where)


def write(
    client: ScenarioClient, made: AwkwardBodies, ids: Sequence[Any], turn: int, given: Record = NONE
) -> Written | None:
    """Send a valid write and compare its answer with it. A refusal is noted and gives None."""
    operation, body = made.operation, made.body(turn, given)
    exchange = client.call(operation, *ids, body=body)
    if exchange.succeeded:
        one = Written(operation, body, exchange, record_of(exchange))
        one.judge_answer(client)
        return one
    if exchange.status != 409 and not is_accepted(operation, exchange):
        alone = ((name, client.call(operation, *ids, body=made.body(turn, given, only=name))) for name in body)
        where, shown = next(((name, one) for name, one in alone if not one.succeeded), ("", exchange))
        got = f"{where}: {shown.answer()}"
        client.broken(input.ACCEPTED, operation, shown, expected="success", got=got, where=f"/{where}: awkward")
    return None


def _look(client: ScenarioClient, family: Family, written: Sequence[Written]) -> None:
    """Compare each record in its list and by itself with what was written, and judge the views."""
    wanted = {one.record["id"] for one in written}
    listed: Mapping[Any, Record] = by_id(newest(client, family.listing, wanted)) if family.listing else {}
    for one in written:
        shown = listed.get(one.record["id"])
        if family.listing and shown is not None:
            one.compare(family.listing.operation, shown, client.last(family.listing.operation), own=True)
        if family.read is not None:
            exchange = client.call(family.read, one.record["id"])
            if exchange.succeeded:
                one.compare(family.read, record_of(exchange), exchange, own=True)
        one.judge(client)


def _look_elsewhere(client: ScenarioClient, written: Sequence[Written], lists: Sequence[Listing], noun: str) -> None:
    """Remember how lists of other kinds show the records."""
    for listing in lists if all(isinstance(one.record["id"], str) for one in written) else ():
        widest = {parameter.name: parameter.schema["enum"][-1] for parameter in listing.expands}
        page = fetch(client, listing, query=widest, page=1, size=min(_FEW * 2, listing.largest or _FEW))
        for one in written:
            for shown in appearances(page.exchange.json, one.record["id"], noun):
                one.compare(listing.operation, shown, page.exchange, own=False)
