"""Create or remove several records in one request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mock_server.behaviours import records
from mock_server.behaviours.changes import remove, taken
from mock_server.behaviours.registry import OperationContext, OperationResult
from mock_server.errors import PayloadTooLarge
from mock_server.spec.bulk import ids_in, is_bulk, several_of
from mock_server.spec.envelopes import list_wrapper
from mock_server.spec.names import plain
from mock_server.spec.projection import Projection
from mock_server.store.base import Row

MAX_AT_ONCE = 2_000
"""Records of one request: they are stored in one transaction, which keeps others waiting for 50 ms."""
_COUNTS = frozenset(
    {"deleted", "removed", "count", "affected", "total", "deletedcount", "removedcount", "affectedrows"}
)

Render = Callable[[OperationContext, Projection, Row], Any]


def several_in(call: OperationContext) -> Sequence[Mapping[str, Any]] | None:
    """The fields of each record in a body that has several; None if it has one. Raises PayloadTooLarge."""
    body, schema = call.body, call.operation.body
    if isinstance(body, dict) and is_bulk(call.operation.segments[-1]):
        name = several_of(schema)
        body, schema = (body.get(name), schema.properties[name].items) if name and schema else (None, None)
    elif isinstance(body, list):
        schema = schema.items if schema else None
    if not isinstance(body, list) or not body:
        return None
    if len(body) > MAX_AT_ONCE:
        raise PayloadTooLarge(
            f"the body has {len(body):,} records; one request creates {MAX_AT_ONCE:,} at most here:"
            " send them in several"
        )
    return [taken(call, one, schema) for one in body if isinstance(one, dict)]


def bulk_answer(call: OperationContext, rows: Sequence[Row], render: Render) -> OperationResult:
    """All records that were created at once, if the answer has room for them; else the last one."""
    wrapper, schema = call.binding.wrapper, call.operation.success.schema
    if rows and wrapper is None and schema and schema.items:
        return OperationResult(call.fit([row.record for row in rows]))
    listed = list_wrapper(schema, call.operation.segments[-1]) if rows and not (wrapper and wrapper.alone) else None
    if listed is not None and listed.key is not None and listed.inner is None:
        return OperationResult(call.fit({listed.key: [row.record for row in rows]}))
    if wrapper is None or not rows:
        return call.documented()
    shown = [render(call, wrapper.view, row) for row in (rows if wrapper.alone else rows[-1:])]
    if wrapper.alone:
        return OperationResult(replace(wrapper, alone=False).wrap(shown, {}, call.chance))
    return OperationResult(wrapper.wrap(shown[0], {}, call.chance), checked=not wrapper.made_up)


def delete_several(call: OperationContext) -> OperationResult:
    """Remove the records that a request names; those that are not there are passed over."""
    kind, gone = call.binding.family.kind, []
    for id in ids_in(call.body, call.query)[:MAX_AT_ONCE]:
        row = records.by_id(call, id)
        if row is not None:
            remove(call, kind, row)
            gone.append(id)
    result = call.documented()
    schema = call.operation.success.schema
    if isinstance(result.value, dict) and schema is not None:
        counts = {
            name: len(gone) for name, part in schema.properties.items() if plain(name) in _COUNTS and part.accepts(0)
        }
        result.value = {**result.value, **counts}
    return result
