"""The inferred behaviours: list, get, create, update and delete for any family of the document."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mock_server.behaviours import pagination, records
from mock_server.behaviours.actions import acted
from mock_server.behaviours.bulk import bulk_answer, delete_several, several_in
from mock_server.behaviours.changes import change, given, insert, remove
from mock_server.behaviours.echo import asked_for
from mock_server.behaviours.records import existing
from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.errors import NotFound
from mock_server.spec.projection import Projection
from mock_server.spec.resource_paths import Level
from mock_server.spec.resources import Role
from mock_server.store.base import Row
from mock_server.workspaces.fitting import valid
from mock_server.world.ids import rng

_CREATED, _MISSING = 201, 404
_DELETING = "delete"

Fields = Mapping[str, Any]


def rendered(call: OperationContext, view: Projection, row: Row) -> Any:
    """Render the row in one shape.

    If a kind has shapes that contradict each other, or the document is not ours, values that do not fit are replaced,
    the same way each time.
    """
    family = call.binding.family
    known = call.renderings.of(family.kind, view).get(row)
    if known is not None:
        return known
    loose = family.disagree or call.contract.foreign
    chance = rng(0, view.schema.place, row.id) if loose else None
    return call.renderings.keep(family.kind, view, row, view.render(row.record, chance))


def answer(call: OperationContext, row: Row, status: int | None = None) -> OperationResult:
    """The row as this operation shows a single record; the documented answer if it shows none."""
    wrapper = call.binding.wrapper
    if status is not None and status != call.operation.success.status:
        response = call.operation.responses[status]
        value = None if response.schema is None else response.fit(row.record, call.chance(str(row.id)))
        return OperationResult(value, status=status)
    if wrapper is None:
        return call.documented()
    if call.contract.foreign and call.operation.success.schema and call.operation.success.schema.alternatives:
        value = wrapper.wrap(wrapper.view.project(row.record), {}, call.chance)  # which of them fits is seen in whole
        return OperationResult(call.fit(value))
    asked = _asked(call, wrapper.view)
    shown = wrapper.view.render({**row.record, **asked}, call.chance()) if asked else rendered(call, wrapper.view, row)
    return OperationResult(wrapper.wrap(shown, {}, call.chance), checked=not wrapper.made_up)


def _asked(call: OperationContext, view: Projection) -> Mapping[str, Any]:
    """Find the query's values for a record that only this request asks for: `GET /weather/{city}?units=metric`."""
    own = call.contract.foreign and call.query and call.operation.method == "GET"
    alone = own and (call.binding.role is Role.SINGLE or call.binding.family.at_sight)
    return asked_for(call.query, view.schema) if alone else {}


def listing(call: OperationContext) -> OperationResult:
    """List the records of a collection, narrowed by the filters that name a field."""
    family, where = call.binding.family, filters(call)
    above = records.parent(call)
    if (call.binding.reference or family.link is not None) and above is not None:
        _narrow(where, *records.links_to(call, family, above))

    def items(view: Projection, rows: Sequence[Row]) -> Sequence[Any]:
        known = call.renderings.of(family.kind, view).get
        return [known(row) or rendered(call, view, row) for row in rows]  # most are there: no call for each

    return pagination.page(call, family.kind, where, items)


def filters(call: OperationContext) -> dict[str, Any]:
    """The filters of a query: each field with the values of which a record must have one."""
    where: dict[str, Any] = {}
    for filter in call.binding.filters.known:
        wanted = filter.wanted_values(call.list_query) if filter.is_plain else None
        if wanted is not None:
            _narrow(where, filter.field_name, wanted)
    return where


def _narrow(where: dict[str, Any], field: str, wanted: Sequence[Any]) -> None:
    """Combine two filters on one field: both must hold."""
    where[field] = [value for value in wanted if value in where.get(field, wanted)]


def fetch(call: OperationContext) -> OperationResult:
    """One record by its id."""
    return answer(call, records.made_elsewhere(call) or existing(call))


def create(call: OperationContext) -> OperationResult:
    """Create a record from the body and the document's defaults."""
    kind = call.binding.family.kind
    several, above = several_in(call), records.named_above(call)
    if several is not None:
        return bulk_answer(call, [insert(call, kind, {**fields, **above}) for fields in several], rendered)
    return answer(call, insert(call, kind, {**given(call), **above}), _created(call))


def _created(call: OperationContext) -> int | None:
    return _CREATED if _CREATED in call.operation.responses else None


def update(call: OperationContext) -> OperationResult:
    """Change the fields in the body; the rest stays.

    (A partial PUT: third-party client, facts under List Leads; ``patches`` says when one replaces the record.) A
    missing record is created if the document has 201 for that; 201 without another success, and beside 404, is only how
    that document says that the change was made.
    """
    family, fields = call.binding.family, given(call)
    if not call.binding.levels[-1].ids and family.id not in fields:
        records.parent(call)
        return call.documented()  # it is about the collection as a whole
    if not call.binding.levels[-1].ids:
        return answer(call, change(call, family, _in_body(call, fields), fields))
    row, created = records.find(call), _created(call)
    others = [it for it in call.operation.responses if 200 <= it < 300 and it != _CREATED]
    creates = created and (others or _MISSING not in call.operation.responses)
    creates = creates or _relates(call)
    at_sight = row is not None and others and "if-match" not in call.headers and not records.is_stored(call, row)
    if (creates and at_sight) or (row is None and (creates or family.at_sight)):
        return answer(call, _put(call, fields), created)
    changed = change(call, family, existing(call) if row is None else row, fields)
    return answer(call, changed, min(others) if created and others else None)


def _relates(call: OperationContext) -> bool:
    """True for a PUT that has nothing to say but that the record is there: `PUT /users/{id}/roles/{role}`."""
    operation = call.operation
    if not call.contract.foreign or operation.method != "PUT" or operation.body is not None:
        return False
    return f"POST{operation.key.rpartition('/')[0].removeprefix('PUT')}" not in call.contract.operations


def _put(call: OperationContext, fields: Fields) -> Row:
    """A new record with the id that the path names."""
    family, count = call.binding.family, call.binding.levels[-1].ids
    own = call.path[len(call.path) - count :]
    row = records.invented_row(call, family, records.id_of(own), own)
    return insert(call, family.kind, fields, row.record.get(family.id, row.id))


def _in_body(call: OperationContext, fields: Fields) -> Row:
    """The record that the body identifies. Raises NotFound."""
    family = call.binding.family
    row = call.tx.get(family.kind, fields.get(family.id, ""))
    if row is None:
        raise NotFound(f"the body's `{family.id}` is no {family.kind}'s in this workspace")
    return row


def delete(call: OperationContext) -> OperationResult:
    """Remove the record and all records below it, or several records if the request names them."""
    if not call.binding.levels[-1].ids:
        return delete_several(call)
    row = existing(call)
    remove(call, call.binding.family.kind, row)
    return _gone(call, row)


def _gone(call: OperationContext, row: Row) -> OperationResult:
    """The answer for a removed record: the record itself, or its id and the note that it is deleted."""
    wrapper, family = call.binding.wrapper, call.binding.family
    said = acted(call, _DELETING) if call.contract.foreign else {}
    record = valid(family, {**row.record, **said}, partial(call.chance, str(row.id))) if said else row.record
    if wrapper is None or wrapper.schema in family.shapes:
        return answer(call, Row(row.id, row.key, record))
    flags = {name: True for name, part in wrapper.schema.properties.items() if part.accepts(True)}
    fragment = wrapper.view.render(
        {**{name: True for name in flags if name not in family.fields}, **record}, call.chance(str(row.id))
    )
    return OperationResult(wrapper.wrap(fragment, {}, call.chance))


def single(call: OperationContext) -> OperationResult:
    """Show or, with a body, change the only record of its kind, or the only one below another record."""
    family = call.binding.family
    above = records.parent(call)
    id = family.kind if above is None else records.id_of(call.path)
    row = call.tx.one(family.kind) if above is None else call.tx.get(family.kind, id)
    if row is None and (above is not None or family.at_sight):
        gone = call.tx.get(records.REMOVED, f"{family.kind}/{id}")
        row = None if gone else records.invented_row(call, family, id)
    if row is None and call.operation.method in ("GET", "DELETE"):
        raise NotFound(f"this workspace has no {family.kind}")
    if call.operation.method == "DELETE" and row is not None:
        remove(call, family.kind, row)
        return _gone(call, row)
    if row is None:
        row = records.invented_row(call, family, records.id_of(call.path) if call.path else family.kind)
    return answer(call, change(call, family, row, given(call)) if call.body else row)


def act(call: OperationContext) -> OperationResult:
    """Perform an action on one record: its status changes if one of its states has the action's name."""
    family, row = call.binding.family, existing(call)
    word = next(it for it in reversed(call.operation.segments) if it).rpartition(":")[2]
    fields = {**given(call), **acted(call, word)}
    changed = change(call, family, row, fields) if fields else row
    wrapper = call.binding.wrapper
    shows = wrapper is not None and len(wrapper.schema.properties.keys() & family.fields) * 2 > len(family.fields)
    return answer(call, changed) if shows else call.documented()


_INFERRED: Mapping[Role, Behaviour] = {
    Role.LIST: listing,
    Role.GET: fetch,
    Role.CREATE: create,
    Role.UPDATE: update,
    Role.DELETE: delete,
    Role.SINGLE: single,
    Role.ACTION: act,
}


def inferred(role: Role | None, above: Sequence[Level] = ()) -> Behaviour:
    """The behaviour of a role. An operation that fits no family has the documented answer, if what is above exists."""
    if role:
        return _INFERRED[role]
    return partial(_below, above) if above else OperationContext.documented


def _below(above: Sequence[Level], call: OperationContext) -> OperationResult:
    records.require(call, above)
    return call.documented()
