"""Find records by the path of a request, each below the one before it.

A record of a kind that is neither listed nor created anywhere exists for every client: ``GET /weather/sydney``.
It is made at the first request, always the same, and stored only when somebody changes it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mock_server.behaviours.registry import OperationContext
from mock_server.errors import Deleted, NotFound
from mock_server.spec.families import BELOW, Family
from mock_server.spec.resource_paths import Level
from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.workspaces.id_spellings import linked, spellings
from mock_server.workspaces.invention import invented_record

REMOVED = "$removed"
"""The kind of record that notes removed records of such kinds."""


def existing(call: OperationContext) -> Row:
    """The record that the path names. Raises NotFound, or Deleted where the document tells the two apart."""
    row = find(call)
    if row is None:
        kind, status = call.binding.family.kind, call.operation.deleted_status
        if status and call.tx.get(REMOVED, f"{kind}/{id_of(call.path[-call.binding.levels[-1].ids :])}"):
            raise Deleted(status, f"this record of {kind} was deleted before")
        raise NotFound(f"no {kind} with this id in this workspace")
    return row


def made_elsewhere(call: OperationContext) -> Row | None:
    """The newest record of the path's id that was made below another one; None if the path's own kind has that id."""
    family = call.binding.family
    if not family.shows or find(call) is not None:
        return None
    rows = (row for kind in family.shows for id in spellings(call.path[-1]) if (row := call.tx.get(kind, id)))
    return max(rows, key=lambda row: row.key, default=None)


def find(call: OperationContext) -> Row | None:
    """The record that the path names; None if there is none. Raises NotFound for a missing record above it."""
    return _find(call, call.binding.levels, call.path)


def is_stored(call: OperationContext, row: Row) -> bool:
    """True if somebody has created or changed the record; one that is made at first sight is not stored."""
    return call.tx.get(call.binding.family.kind, row.id) is not None


def by_id(call: OperationContext, id: Id) -> Row | None:
    """The record of the operation's kind with an id, below the record that the path names."""
    family, above = call.binding.family, parent(call)
    rows = _named(call.tx, family, (id,), loosely=call.contract.foreign)
    return next((row for row in rows if not is_below_another(call, family, row, above)), None)


def is_below_another(call: OperationContext, family: Family, row: Row | None, above: Id | None) -> bool:
    """True if a record belongs to another parent than ``above``: two parents may have children of one name."""
    if row is None or above is None or family.link is None or is_loose(call, family):
        return False
    return row.record.get(family.link) not in (None, *spellings(above))


def parent(call: OperationContext) -> Id | None:
    """The id of the record above in the path; None if there is none above. Raises NotFound."""
    levels = call.binding.levels
    return _parent(call, levels[:-1], call.path[: len(call.path) - levels[-1].ids]) if len(levels) > 1 else None


def require(call: OperationContext, levels: Sequence[Level]) -> None:
    """Make sure that the records exist that the path names first. Raises NotFound."""
    _parent(call, levels, call.path[: sum(level.ids for level in levels)])


def id_of(values: Sequence[Any]) -> Id:
    """The stored id of a record that a path names by several values."""
    if len(values) == 1:
        return values[0] if isinstance(values[0], int) and not isinstance(values[0], bool) else str(values[0])
    return "/".join(map(str, values))


def _parent(call: OperationContext, levels: Sequence[Level], path: Sequence[Any]) -> Id:
    kind = levels[-1].kind
    if kind not in call.contract.families:
        if kind and call.tx.one(kind):
            row = next((row for id in spellings(path[-1]) if (row := call.tx.get(kind, id))), None)
            if row is None:
                raise NotFound(f"no {kind} with this id in this workspace")
            return row.id
        return id_of(path[len(path) - levels[-1].ids :])
    row = _find(call, levels, path)
    if row is None:
        raise NotFound(f"no {kind} with this id in this workspace")
    return row.id


def _find(call: OperationContext, levels: Sequence[Level], path: Sequence[Any]) -> Row | None:
    kind, count = levels[-1]
    family, own, above = call.contract.families[kind], path[len(path) - count :], path[: len(path) - count]
    link = _parent(call, levels[:-1], above) if len(levels) > 1 and levels[-2].kind else None
    if family.at_sight:
        return _at_sight(call, family, own if link is None else path)
    for row in _named(call.tx, family, own, loosely=call.contract.foreign):
        if link is None or family.link is None:
            return row
        field, links = links_to(call, family, link)
        if row.record.get(field) in links:
            return row
    return None


def links_to(call: OperationContext, family: Family, above: Id) -> tuple[str, Sequence[Id | None]]:
    """The field in which a record refers to its parent, and the values that mean the parent ``above``."""
    own = call.contract.bindings.get(call.operation.key)  # an operation that fits no family has none
    if own is not None and own.reference and own.family.kind == family.kind:
        return own.reference, tuple(spellings(above))
    if is_loose(call, family):
        return BELOW, (above, None)
    return family.link or "", tuple(spellings(above))


def is_loose(call: OperationContext, family: Family) -> bool:
    """True if the workspace does not know the kind that records of this one belong to."""
    return family.loose and call.tx.one(family.parent or "") is None


def below(call: OperationContext, family: Family, above: Id) -> dict[str, Any]:
    """The fields in which a record refers to its parent."""
    kept = {BELOW: above} if is_loose(call, family) and not family.free else {}
    return {**kept, family.link: linked(family, family.link, above)} if family.link else kept


def named_above(call: OperationContext) -> dict[str, Any]:
    """The field in which a record created below another names that one; empty for a kind that is below it always."""
    field, above = call.binding.reference, parent(call)
    return {field: linked(call.binding.family, field, above)} if field and above is not None else {}


def _named(tx: Transaction, family: Family, own: Sequence[Any], *, loosely: bool) -> Iterator[Row]:
    """The rows with the id, or with the field values, in the path.

    ``loosely``: a path may also name a record by another unique field, such as a login instead of the id.
    """
    if family.keys and len(family.keys) == len(own):
        where = {name: list(spellings(value)) for name, value in zip(family.keys, own, strict=True)}
        yield from tx.find(family.kind, where)
    elif len(own) == 1:
        spelt = list(spellings(own[0]))
        yield from (row for id in spelt if (row := tx.get(family.kind, id)))
        for name in ((family.id,) if family.link else ()) + tuple(family.aliases) if loosely else ():
            yield from tx.find(family.kind, {name: spelt})


def _at_sight(call: OperationContext, family: Family, values: Sequence[Any]) -> Row | None:
    id = id_of(values)
    row = next((row for it in spellings(id) if (row := call.tx.get(family.kind, it))), None)
    if row is not None or call.tx.get(REMOVED, f"{family.kind}/{id}"):
        return row
    return invented_row(call, family, id, values)


def invented_row(call: OperationContext, family: Family, id: Id, values: Sequence[Any] = ()) -> Row:
    """Make a record that nobody has created, the same each time."""
    names = (family.keys or (family.id,)) if values else ()
    named = dict(zip(names[::-1], values[::-1], strict=False))
    return Row(id, ("", 0), invented_record(family, id, named, call.ids.seed))
