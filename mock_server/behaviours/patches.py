"""Apply a request's body to a record: as a merge patch, as a JSON patch, in its place, or field by field.

A PUT replaces the record (RFC 9110). But many APIs change only what is given; their document requires nothing in the
body, and has no PATCH beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours.registry import OperationContext
from mock_server.errors import BadRequest, Conflict
from mock_server.spec.families import Family
from mock_server.spec.json_patch import PatchMisfit, changed_by

_MERGE = "merge-patch"
_MISFIT = (409, 422)  # the documented answer to a patch that does not fit the record as it is (RFC 5789), else 400
_OPERATIONS = frozenset({"add", "remove", "replace", "move", "copy", "test"})
_NESTED = ("attributes", "relationships")  # of JSON:API: the fields stand one level down


def patched(call: OperationContext, record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The record after the change in a request's body; ``fields`` are the body's fields.

    Raises BadRequest or Conflict if the patch does not fit the record, or its result does not fit the document.
    """
    if call.operation.method == "PATCH":
        if isinstance(call.body, list) and all(isinstance(it, dict) and "op" in it for it in call.body):
            return _sound(call, record, _json_patch(call, record, call.body))
        if _MERGE in call.media_type:
            return _sound(call, record, _merged(call.binding.family, record, fields))
    if call.operation.method == "PUT" and call.contract.foreign and _replaces(call):
        record = _cleared(call, record, fields)
    nested = {
        name: {**record[name], **value}
        for name, value in fields.items()
        if name in _NESTED and isinstance(value, dict) and isinstance(record.get(name), dict)
    }
    return {**record, **fields, **nested}


def _replaces(call: OperationContext) -> bool:
    body = call.operation.body
    return body is not None and bool(body.required or f"PATCH{call.operation.key[3:]}" in call.contract.operations)


def _cleared(call: OperationContext, record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The record as it starts, in all that the body could have said and does not; what it has to have stays."""
    family, body, within = call.binding.family, call.operation.body, call.binding.within
    known = body.properties[within].properties if body and within else body.properties if body else {}
    needed = {family.id, *(name for shape in family.shapes for name in shape.required)}
    left_out = {
        name
        for name, part in known.items()
        if name in record and name not in fields and name not in needed and "readOnly" not in part.marks
    }
    starts = {name: value for name, value in family.starts.items() if name in left_out}
    return {**{name: value for name, value in record.items() if name not in left_out}, **starts}


def _json_patch(call: OperationContext, record: Mapping[str, Any], patches: Sequence[Any]) -> dict[str, Any]:
    family = call.binding.family
    try:
        changed = changed_by(dict(record), patches)
    except PatchMisfit as fault:
        text = f"body /{fault.index}: this change does not fit the record: {fault}"
        is_read = patches[fault.index]["op"] in _OPERATIONS
        status = next((it for it in _MISFIT if is_read and it in call.operation.responses), None)
        raise BadRequest(text) if status is None else Conflict(text, status=status) from None
    if not isinstance(changed, dict):
        raise BadRequest("body: the patch puts something else in the place of the record")
    return {name: value for name, value in changed.items() if family.free or name in family.fields or name in record}


def _sound(call: OperationContext, before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The record after a patch, whose body no schema describes. Raises BadRequest if the document does not admit it."""
    family = call.binding.family
    if not call.contract.foreign:
        return after
    for name in before.keys() | after.keys():
        parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
        if name not in after and any(name in shape.required for shape in family.shapes):
            raise BadRequest(f"body /{name}: the patch removes what a record of {family.kind} has to have")
        is_new = name in after and after[name] != before.get(name)
        if is_new and parts and not any(part.accepts(after[name]) for part in parts):
            raise BadRequest(f"body /{name}: after the patch the value is not what the document admits")
    return after


def _merged(family: Family, record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a merge patch: null removes a field, or becomes its value if the document admits null."""
    whole = dict(record)
    for name, value in fields.items():
        if value is None and not any(name in it.properties and it.properties[name].nullable for it in family.shapes):
            whole.pop(name, None)
        else:
            whole[name] = _merge(record.get(name), value)
    return whole


def _merge(old: Any, new: Any) -> Any:
    if not isinstance(new, dict):
        return new
    whole = dict(old) if isinstance(old, dict) else {}
    for name, value in new.items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = _merge(whole.get(name), value)
    return whole
