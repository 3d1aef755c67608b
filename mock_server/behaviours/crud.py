"""The inferred behaviours: list, get, create, update and delete for any family of the document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.behaviours import pagination
from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.errors import NotFound
from mock_server.spec.projection import Projection
from mock_server.spec.resources import Family, Role
from mock_server.spec.uploaded_file import UploadedFile
from mock_server.store.base import Id, Row
from mock_server.workspaces.seeding import timestamps

_TOUCHED = re.compile(r"(updated|modified)_?(at|on|date|time)?", re.IGNORECASE)

Fields = Mapping[str, Any]


def rendered(view: Projection, row: Row) -> Any:
    """The row in one shape, made once for as long as the row lives."""
    fragment = row.rendered.get(view)
    if fragment is None:
        fragment = row.rendered[view] = view.render(row.record)
    return fragment


def answer(call: OperationContext, row: Row) -> OperationResult:
    """The row as this operation gives a single record; the documented answer where it gives none."""
    wrapper = call.binding.wrapper
    if wrapper is None:
        return call.documented()
    return OperationResult(wrapper.wrap(rendered(wrapper.view, row), {}, call.chance), checked=not wrapper.rest)


def listing(call: OperationContext) -> OperationResult:
    """The records of a collection, narrowed by the filters that name a field."""
    family, where = call.binding.family, filters(call)
    if family.parent is not None and family.link is not None and call.path:
        _narrow(where, family.link, [parent(call, family, call.path)])
    return pagination.page(call, family.kind, where, rendered)


def filters(call: OperationContext) -> dict[str, Any]:
    """The filters of a query: a field, and the values of which a record has to have one."""
    where: dict[str, Any] = {}
    for filter in call.binding.filters.known:
        wanted = filter.wanted(call.query)
        if wanted is not None:
            _narrow(where, filter.field_name, wanted)
    return where


def _narrow(where: dict[str, Any], field: str, wanted: Sequence[Any]) -> None:
    """Both what is asked already and what is asked here: two parameters may name one field."""
    where[field] = [value for value in wanted if value in where.get(field, wanted)]


def fetch(call: OperationContext) -> OperationResult:
    """One record by its id."""
    return answer(call, existing(call))


def create(call: OperationContext) -> OperationResult:
    """A new record: what the body says, and what the document says a new one starts with."""
    return answer(call, insert(call, call.binding.family.kind, given(call)))


def update(call: OperationContext) -> OperationResult:
    """Change the fields that the body names; the rest stays.

    (A partial PUT: third-party client, facts under List Leads.)
    """
    return answer(call, change(call, call.binding.family, existing(call), given(call)))


def delete(call: OperationContext) -> OperationResult:
    """The record goes, and with it what hangs below it."""
    row = existing(call)
    remove(call, call.binding.family.kind, row)
    return answer(call, row)


def single(call: OperationContext) -> OperationResult:
    """The one record of its kind; with a body it is changed."""
    family = call.binding.family
    row = call.tx.one(family.kind)
    if row is None:
        raise NotFound(f"this workspace has no {family.kind}")
    return answer(call, change(call, family, row, given(call)) if call.body else row)


def given(call: OperationContext) -> Fields:
    """The fields of the body that the operation takes and the record has, never others."""
    if not isinstance(call.body, dict):
        return {}
    family, schema = call.binding.family, call.operation.body
    taken = (schema and schema.properties) or family.fields
    fields = {name: value for name, value in call.body.items() if name in taken and name in family.fields}
    return {name: _kept(family, name, value) for name, value in fields.items()}


def _kept(family: Family, name: str, value: Any) -> Any:
    """The value as it is stored: of a file no more than its name, where a record has a text for it."""
    if not isinstance(value, UploadedFile):
        return value
    parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
    return value if all(part.accepts(value) for part in parts) else value["name"]


def existing(call: OperationContext) -> Row:
    """The record that the path names. Raises NotFound."""
    kind = call.binding.family.kind
    row = _find(call, kind, call.path)
    if row is None:
        raise NotFound(f"no {kind} with this id in this workspace")
    return row


def parent(call: OperationContext, family: Family, path: Sequence[Id]) -> Id:
    """The id of the record that the collection hangs below. Raises NotFound where it is known not to exist."""
    kind = family.parent or ""
    row = _find(call, kind, path)
    if row is not None:
        return row.id
    if call.tx.one(kind) or kind in call.contract.families:
        raise NotFound(f"no {kind} with this id in this workspace")
    return path[-1]


def _find(call: OperationContext, kind: str, path: Sequence[Id]) -> Row | None:
    """The record at the end of ``path``, each below the one before it. Raises NotFound for one further up."""
    row = next((row for id in _spellings(path[-1]) if (row := call.tx.get(kind, id))), None)
    family = call.contract.families.get(kind)
    if row and family and family.parent and family.link and len(path) > 1:
        above = parent(call, family, path[:-1])
        return row if row.record.get(family.link) == above else None
    return row


def _spellings(id: Any) -> Iterator[Id]:
    """The ids that a path's value may mean: a document may have a string in the path and a number in the record."""
    yield id if isinstance(id, int) else str(id)
    if isinstance(id, int):
        yield str(id)
    elif isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 19:
        yield int(id)


def insert(call: OperationContext, kind: str, fields: Fields) -> Row:
    """Store a new record of ``kind``: ``fields``, and what the document says a new one starts with."""
    id = call.new_id(kind)
    family = call.contract.families.get(kind)
    if family is None:
        return call.tx.put(kind, id, {**fields, "id": id, "createdAt": call.now, "updatedAt": call.now})
    record = {**timestamps(family, call.now), **fields, "id": id, family.id: id}
    if family.parent is not None and family.link and call.path:
        record[family.link] = parent(call, family, call.path)
    record |= {name: value for name, value in family.starts.items() if name not in record}
    return call.store(kind, id, record)


def change(call: OperationContext, family: Family, row: Row, fields: Fields) -> Row:
    """Store ``row`` with ``fields`` changed."""
    fresh = timestamps(family, call.now).items()
    touched = {name: value for name, value in fresh if name in row.record and _TOUCHED.fullmatch(name)}
    kept = {name: value for name, value in fields.items() if name != family.id}
    return call.store(family.kind, row.id, {**row.record, **touched, **kept})


def remove(call: OperationContext, kind: str, row: Row) -> None:
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
    return _INFERRED[role] if role else OperationContext.documented
