"""The inferred behaviours: list, get, create, update and delete for any family of the document."""

import re
from collections.abc import Mapping
from typing import Any

from mock_server.behaviours import pagination
from mock_server.behaviours.registry import Behaviour, Call, Outcome
from mock_server.errors import NotFound
from mock_server.spec.fitting import View, completed
from mock_server.spec.generator import generate
from mock_server.spec.resource import Family, Role
from mock_server.store.base import Id, Row

_STAMP = re.compile(r"(created|updated|modified|inserted)_?(at|on|date|time)?", re.IGNORECASE)
_TOUCHED = re.compile(r"(updated|modified)_?(at|on|date|time)?", re.IGNORECASE)


def rendered(view: View, row: Row) -> Any:
    """The row in one shape, made once for as long as the row lives."""
    fragment = row.rendered.get(view)
    if fragment is None:
        fragment = row.rendered[view] = view.render(row.record)
    return fragment


def answer(call: Call, row: Row) -> Outcome:
    """The row as this operation gives a single record; the documented example where it gives none."""
    wrapper = call.binding.wrapper
    if wrapper is None:
        return documented(call)
    return Outcome(wrapper.wrap(rendered(wrapper.view, row), {}, call.chance()), checked=not wrapper.rest)


def documented(call: Call) -> Outcome:
    """The answer as the document gives it: its example, else a value made from the schema."""
    success = call.operation.success
    for example in success.examples.values():
        return Outcome(example)
    if success.schema is None:
        return Outcome(None)
    return Outcome(generate(success.schema, call.chance(*call.path)))


def listing(call: Call) -> Outcome:
    """The records of a collection, narrowed by the filters that name a field."""
    binding = call.binding
    where = {name: call.query[name] for name in binding.filters if name in call.query}
    if binding.family.parent is not None and binding.family.link is not None and call.path:
        where[binding.family.link] = parent(call)
    window = pagination.window(call)
    rows, total = call.tx.page(binding.family.kind, window.offset, window.limit, where)
    wrapper = binding.wrapper
    if wrapper is None:
        return documented(call)
    view = wrapper.view
    return pagination.page(call, rows, total, window, lambda row: rendered(view, row))


def fetch(call: Call) -> Outcome:
    """One record by its id."""
    return answer(call, existing(call))


def create(call: Call) -> Outcome:
    """A new record: what the body says, and what the document says a new one starts with."""
    return answer(call, insert(call, call.binding.family, call.body or {}))


def update(call: Call) -> Outcome:
    """What the body names is changed, the rest stays (a partial PUT: third-party client, facts under List Leads)."""
    return answer(call, change(call, call.binding.family.kind, existing(call), call.body or {}))


def delete(call: Call) -> Outcome:
    """The record goes, and with it what hangs below it."""
    row = existing(call)
    remove(call, call.binding.family.kind, row)
    return answer(call, row)


def single(call: Call) -> Outcome:
    """The one record of its kind; with a body it is changed."""
    kind = call.binding.family.kind
    row = call.tx.one(kind)
    if row is None:
        raise NotFound(f"this workspace has no {kind}")
    return answer(call, change(call, kind, row, call.body) if call.body else row)


def existing(call: Call) -> Row:
    """The record that the path names. Raises NotFound."""
    family = call.binding.family
    row = call.tx.get(family.kind, call.path[-1])
    if row is None:
        raise NotFound(f"no {family.kind} with this id in this workspace")
    if family.parent is not None and family.link and len(call.path) > 1 and row.record.get(family.link) != parent(call):
        raise NotFound(f"no {family.kind} with this id below this {family.parent}")
    return row


def parent(call: Call) -> Id:
    """The id of the record that the collection hangs below. Raises NotFound where it is known not to exist."""
    family = call.binding.family
    item = call.operation.segments[-1] == "{}"
    id = call.path[-2 if item else -1]
    kind = family.parent or ""
    if call.tx.get(kind, id) is None and (call.tx.find(kind) or kind in call.contract.families):
        raise NotFound(f"no {kind} with this id in this workspace")
    return id


def insert(call: Call, family: Family, given: Mapping[str, Any]) -> Row:
    """Store a new record of ``family`` made from ``given``."""
    id = call.new_id(family.kind)
    record: dict[str, Any] = {name: value for name, value in given.items() if name in family.fields}
    record[family.id] = id
    if family.parent is not None and family.link and call.path:
        record[family.link] = parent(call)
    fresh = {name: call.now for name in family.fields if _STAMP.fullmatch(name)}
    fresh["createdAt"] = record["createdAt"] = call.now
    record = completed(record, family.shapes, call.chance(id), fresh)
    return call.tx.put(family.kind, id, record)


def change(call: Call, kind: str, row: Row, given: Mapping[str, Any]) -> Row:
    """Store ``row`` with what ``given`` names changed."""
    family = call.contract.families[kind]
    kept = {name: value for name, value in given.items() if name in family.fields and name != family.id}
    touched = {name: call.now for name in row.record if _TOUCHED.fullmatch(name)}
    return call.tx.put(kind, row.id, {**row.record, **kept, **touched})


def remove(call: Call, kind: str, row: Row) -> None:
    """Take the record out, and what hangs below it in the document's paths."""
    call.tx.remove(kind, row.id)
    for family in call.contract.families.values():
        if family.parent == kind and family.link:
            for child in call.tx.find(family.kind, {family.link: row.id}):
                remove(call, family.kind, child)


_INFERRED: Mapping[Role, Behaviour] = {
    Role.LIST: listing,
    Role.GET: fetch,
    Role.CREATE: create,
    Role.UPDATE: update,
    Role.DELETE: delete,
    Role.SINGLE: single,
}


def inferred(role: Role | None) -> Behaviour:
    """The behaviour of a role; the documented answer for an operation that fits no family."""
    return _INFERRED[role] if role else documented
