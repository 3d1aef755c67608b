"""Scenarios about the end of a record, and about writes that must be refused."""

from collections.abc import Mapping
from typing import Any

from contracts.rules import input
from contracts.rules import lifecycle as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import later_pages
from contracts.scenarios.records import Record, RecordKind, may_replace, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.business_rules import UNIQUE
from contracts.spec.document import Operation, blank
from contracts.spec.path_ids import ids_of_the_form
from contracts.spec.resources import NO_NUMBER, Family
from contracts.spec.samples import CannotSample, invalid_value
from contracts.transport.exchange import Exchange

MALFORMED_NUMBERS = ("suite", "1.5", "-1", "0x1", "9" * 30, "1 ", "\u0661", "\u00b2")
MALFORMED_TEXTS = (" ", "a b", "na\u00efve", "\u0000", "s" * 300, "a'b", "%2e")
"""Texts that are no ids: numbers of other kinds, and characters with a meaning in a path or a query."""


def deletion(client: ScenarioClient, family: Family) -> None:
    """A deleted record is gone from item, list, count and children; a second delete is 404; others stay."""
    kind, delete = RecordKind(client, family), family.delete
    if delete is None:
        return
    neighbour, _, _ = kind.create_sample()
    before = kind.listed()
    record, _, _ = kind.create_sample(all_members=True)
    kind.read(record["id"])  # what a server remembers of a record must not outlive it
    for child in family.children:
        client.call(child.operation, record["id"])
    exchange = client.accepted(client.call(delete, record["id"]), delete)
    after = kind.listed()
    _gone(kind, delete, record, after, exchange)
    if len(after) != len(before) and record["id"] not in [item.get("id") for item in after]:
        client.broken(rules.COUNTED, delete, exchange, expected=f"{len(before)} records left", got=f"{len(after)}")
    missing = [item for item in before if item not in after]
    if missing:
        due = f"{missing[0].get('id')} as it was"
        client.broken(rules.OTHERS, delete, exchange, expected=due, got="changed or gone")
    again = client.call(delete, record["id"])
    if again.status != 404:
        client.broken(rules.SECOND_DELETE, delete, exchange, again, expected="404", got=again.answer())
    if kind.family.listing is not None:
        later_pages(client, kind.family.listing, after, where="after-a-deletion")
    kind.gone(neighbour)
    _otherwise(kind, delete)


def _otherwise(kind: RecordKind, delete: Operation) -> None:
    """A record with no member at its default, for one that is not active, is deleted as well, after a change."""
    before = kind.listed()
    record = kind.change(kind.made_unlike_defaults()[0])
    exchange = kind.client.accepted(kind.client.call(delete, record["id"]), delete)
    after = kind.listed()
    _gone(kind, delete, record, after, exchange)
    if after != before and record["id"] not in [item.get("id") for item in after]:
        due, got = f"the {len(before)} records of before", f"{len(after)}, or others"
        kind.client.broken(rules.COUNTED, delete, exchange, expected=due, got=got, where="in-another-state")


def _gone(kind: RecordKind, delete: Operation, record: Record, after: list[Record], cause: Exchange) -> None:
    """Find where a deleted record is still visible.

    An operation that works only because the record exists is not accused.
    """
    client, family = kind.client, kind.family
    listed = record["id"] in [item.get("id") for item in after]
    if listed:
        client.broken(rules.GONE, delete, cause, expected="not in the list any more", got="still listed", where="list")
    read = kind.read(record["id"])
    if read is not None and read.status != 404:
        got = read.answer()
        for blamed in (delete,) if listed or family.read is None else (delete, family.read):  # it may remember it
            client.broken(rules.GONE, blamed, cause, read, expected="404 when it is read", got=got, where="item")
    if listed and (read is None or read.succeeded):
        return
    if family.update is not None:
        changed = client.call(family.update, record["id"], body={})
        if changed.succeeded:
            due, got = "404 when it is changed", changed.answer()
            client.broken(rules.GONE, family.update, cause, changed, expected=due, got=got)
    for child in family.children:
        answer = client.call(child.operation, record["id"])
        if answer.status != 404:
            client.broken(rules.CHILDREN, child.operation, cause, answer, expected="404", got=answer.answer())


def refusals(client: ScenarioClient, family: Family) -> None:
    """Invalid bodies, with one wrong member each, are refused and change nothing; unknown ids are 404."""
    kind = RecordKind(client, family)
    record, _, _ = kind.create_sample(all_members=True)
    before, shown = kind.listed(), kind.found(record["id"])
    valid = client.sampler.body(kind.create, whole=True)
    for body, what in invalid_bodies(kind.create, valid):
        exchange = client.call(kind.create, body=body)
        if exchange.succeeded:
            due = f"400: {what.replace('-', ' ')}"
            client.broken(input.REFUSED, kind.create, exchange, expected=due, got=exchange.answer(), where=what)
    now = kind.listed()
    if now != before:
        got = f"{len(now)} records instead of {len(before)}" if len(now) != len(before) else "another record"
        client.broken(rules.NO_EFFECT, kind.create, client.last(kind.create), expected="the list as it was", got=got)
    if family.update is not None:
        for body, what in invalid_bodies(family.update, valid, lacking=False):
            exchange = client.call(family.update, record["id"], body=body)
            if exchange.succeeded:
                due = f"400: {what.replace('-', ' ')}"
                client.broken(input.REFUSED, family.update, exchange, expected=due, got=exchange.answer(), where=what)
        if kind.found(record["id"]) != shown:
            due, last = "the record as it was", client.last(family.update)
            client.broken(rules.NO_EFFECT, family.update, last, expected=due, got="a changed record")
    kind.gone(record)


def invalid_bodies(operation: Operation, valid: Mapping[str, Any], *, lacking: bool = True) -> list[tuple[Any, str]]:
    """Pairs of a body and its fault. Baselines contain the fault's text, so it never changes."""
    document, schema = operation.document, operation.body or {}
    found: list[tuple[Any, str]] = [([valid], "a-list"), ("suite", "a-text")]
    for name, member in document.properties(schema).items():
        try:
            found.append(({**valid, name: invalid_value(document, member)}, f"{name}-is-wrong"))
        except CannotSample:
            continue
    if lacking:
        required = sorted(document.required(schema))
        found += [({k: v for k, v in valid.items() if k != name}, f"{name}-is-missing") for name in required]
    validator = document.validator(schema)
    return [(body, what) for body, what in found if not validator.is_valid(body)]


def unknown_ids(client: ScenarioClient, family: Family) -> None:
    """Every operation answers 404 for an id of the right form that no record has, and does nothing."""
    kind = RecordKind(client, family)
    if family.create is None and family.update is not None and may_replace(family.update):
        raise ScenarioSkipped(f"{family.update.key} may have made a record with any id")
    known = [item.get("id") for item in kind.listed()]
    first = known[0] if known else 0
    ids = [family.unused_id(first), *(("s", "s" * 64) if isinstance(first, str) else (2_147_483_647,))]
    operations = [family.read, family.update, family.delete, *(child.operation for child in family.children)]
    for operation in filter(None, operations):
        for id in ids_of_the_form(operation, ids):
            body = client.sampler.body(operation) if operation.body is not None else None
            exchange = client.call(operation, id, body=body)
            if exchange.status != 404:
                client.broken(rules.UNKNOWN_ID, operation, exchange, expected="404", got=exchange.answer())
        for id in MALFORMED_TEXTS if isinstance(first, str) else MALFORMED_NUMBERS:
            impossible(client, operation, id)
    if [item.get("id") for item in kind.listed()] != known and kind.family.listing is not None:
        shown = kind.family.listing.operation
        client.broken(rules.NO_EFFECT, shown, client.last(shown), expected="the list as it was", got="another list")


def impossible(client: ScenarioClient, operation: Operation, id: str) -> None:
    """A malformed id is refused (gap malformed-ids); a server error is found by the judge of all answers.

    In the document of others any id that its schema allows may exist, if no refusal is documented.
    """
    document, refused = operation.document, operation.answer(404) or operation.answer(400)
    if not (refused or document.vendors) and document.validator(operation.parameters_in("path")[0].schema).is_valid(id):
        return
    body = client.sampler.body(operation) if operation.body is not None else None
    exchange = client.call(operation, id, body=body)
    if exchange.succeeded and not _may_exist(client, operation, id):
        got = exchange.answer()
        client.broken(rules.UNKNOWN_ID, operation, exchange, expected="404", got=got, where="impossible-id")


def unknown_parents(client: ScenarioClient, operation: Operation) -> None:
    """A list below a missing record is 404, if the document has that answer."""
    parameter = operation.parameters_in("path")[0]
    validator = operation.document.validator(parameter.schema)
    for id in filter(validator.is_valid, (NO_NUMBER, 2_147_483_647, "suite_nothing", "s", "s" * 64)):
        exchange = client.call(operation, id)
        if exchange.status != 404 and operation.answer(404) is not None and not _may_exist(client, operation, id):
            client.broken(rules.UNKNOWN_ID, operation, exchange, expected="404", got=exchange.answer())
    for id in MALFORMED_NUMBERS if validator.is_valid(1) else MALFORMED_TEXTS:
        impossible(client, operation, id)


def _may_exist(client: ScenarioClient, below: Operation, id: Any) -> bool:
    """Tell whether another's API shows the record that a list is below."""
    above, _, rest = blank(below.path).partition("{}")
    read = client.contract.operations.get(f"GET {above}{{}}")
    return bool(rest) and not below.document.vendors and read is not None and client.call(read, id).succeeded


def conflicts(client: ScenarioClient, family: Family) -> None:
    """A unique value cannot be used twice: creating and updating are 409 and change nothing; deleting frees it."""
    kind = RecordKind(client, family)
    names = UNIQUE.get(family.path, ())
    first, _, body = kind.create_sample(all_members=True)
    for name in names:
        other = {**client.sampler.body(kind.create, whole=True), name: body[name]}
        _clash(kind, kind.create, (), other, name)
        if family.update is not None:
            second, _, _ = kind.create_sample(all_members=True)
            _clash(kind, family.update, (second["id"],), {name: body[name]}, name)
            same = client.call(family.update, first["id"], body={name: body[name]})
            if not same.succeeded:
                due, got = "no clash with itself", same.answer()
                client.broken(rules.CONFLICT, family.update, same, expected=due, got=got, where=name)
            kind.gone(second)
        if family.update is not None:
            _changed_value(kind, family.update, first, name, body[name])
    kind.gone(first)
    if names and family.delete is not None:
        again = client.call(kind.create, body=body)
        if not again.succeeded:
            client.broken(rules.FREED, kind.create, again, expected="success", got=again.answer())
        else:
            kind.gone(kind.listed()[0] if kind.family.listing else {})


def _changed_value(kind: RecordKind, update: Operation, first: Record, name: str, old: Any) -> None:
    """After a change the old value is free, to create with and to change to, and the new one is taken."""
    client, create = kind.client, kind.create
    new = client.sampler.value(create.document, create.document.properties(create.body)[name], unlike=old)
    changed = client.call(update, first["id"], body={name: new})
    if not changed.succeeded or any(one.get(name) != new for one in (record_of(changed), *kind.shown(first["id"]))):
        return  # another run's matter, as below
    _clash(kind, create, (), {**client.sampler.body(create, whole=True), name: new}, name)
    made = client.call(create, body={**client.sampler.body(create, whole=True), name: old})
    if not made.succeeded:
        client.broken(rules.FREED, create, made, expected="the old value to be free", got=made.answer(), where=name)
        return
    kind.gone(record_of(made))
    other = client.call(create, body=client.sampler.body(create, whole=True))
    if not other.succeeded:
        return
    third = record_of(other)
    moved = client.call(update, third["id"], body={name: old})
    if not moved.succeeded:
        client.broken(rules.FREED, update, moved, expected="a deleted one's to be free", got=moved.answer(), where=name)
    else:
        _clash(kind, update, (first["id"],), {name: old}, name)
    kind.gone(third)


def _clash(kind: RecordKind, operation: Operation, ids: tuple[Any, ...], body: Mapping[str, Any], name: str) -> None:
    before = kind.listed()
    exchange = kind.client.call(operation, *ids, body=body)
    if exchange.status != 409:
        kind.client.broken(rules.CONFLICT, operation, exchange, expected="409", got=exchange.answer(), where=name)
    elif kind.listed() != before:
        due, got = "the list as it was", "another list"
        kind.client.broken(rules.NO_EFFECT, operation, exchange, expected=due, got=got, where=name)
