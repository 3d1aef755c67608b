"""The state of a workspace at one moment. It is kept as a fork, and can be compared with another one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.store.base import Id, LayerId, Record, Row
from mock_server.store.copy_on_write import unshared
from mock_server.store.state import WorkspaceState
from mock_server.support import json_pointer

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The records and counters of a workspace, and the time of its clock. ``state`` is a fork that nobody writes to."""

    name: str
    state: WorkspaceState
    now: str
    frozen: bool
    layer: LayerId | None = None
    """The layer under which the log keeps the snapshot; None where it does not."""


def changes(before: WorkspaceState, after: WorkspaceState) -> Iterator[dict[str, Any] | None]:
    """The difference of two states: ``added``, ``removed``, or ``changed``, field by field, with before and after.

    It yields None now and then, between two pieces of the work.
    """
    for kind in sorted({*before.kinds, *after.kinds}):
        was_there, is_there = unshared(before.rows(kind), after.rows(kind))
        old: dict[Id, Row] = {}
        for number, row in enumerate(was_there):
            old[row.id] = row
            if number % _ROWS_AT_ONCE == 0:
                yield None
        for number, row in enumerate(is_there):
            if number % _ROWS_AT_ONCE == 0:
                yield None
            was = old.pop(row.id, None)
            if was is None:
                yield _change("added", kind, row.id, None, row.record)
            elif was is not row:  # a row is never changed in place
                for field, one, other in _fields(was.record, row.record):
                    yield {**_change("changed", kind, row.id, one, other), "field": field}
        for row in old.values():
            yield _change("removed", kind, row.id, row.record, None)
        yield None


def _change(what: str, kind: str, id: Id, before: Any, after: Any) -> dict[str, Any]:
    return {"kind": kind, "id": id, "change": what, "field": None, "before": before, "after": after}


def _fields(before: Record, after: Record) -> Iterator[tuple[str, Any, Any]]:
    for field in {**before, **after}:
        one, other = before.get(field), after.get(field)
        if one != other or (field in before) is not (field in after):
            yield field, one, other


def patched(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as an operation of JSON Patch (RFC 6902) on ``{kind: {id: record}}``."""
    tokens = [change["kind"], str(change["id"]), *([change["field"]] if change["field"] is not None else [])]
    path = json_pointer.join(tokens)
    if change["change"] == "removed":
        return {"op": "remove", "path": path}
    return {"op": "add" if change["change"] == "added" else "replace", "path": path, "value": change["after"]}
