"""Apply a request's body to a record: as a merge patch, as a JSON patch, or field by field."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours.registry import OperationContext
from mock_server.errors import BadRequest
from mock_server.spec.families import Family
from mock_server.spec.json_patch import PatchMisfit, changed_by

_MERGE = "merge-patch"
_NESTED = ("attributes", "relationships")  # of JSON:API: the fields stand one level down


def patched(call: OperationContext, record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The record after the change in a request's body; ``fields`` are the body's fields. Raises BadRequest."""
    if call.operation.method == "PATCH":
        if isinstance(call.body, list) and all(isinstance(it, dict) and "op" in it for it in call.body):
            return _json_patch(call.binding.family, record, call.body)
        if _MERGE in call.media_type:
            return _merged(call.binding.family, record, fields)
    nested = {
        name: {**record[name], **value}
        for name, value in fields.items()
        if name in _NESTED and isinstance(value, dict) and isinstance(record.get(name), dict)
    }
    return {**record, **fields, **nested}


def _json_patch(family: Family, record: Mapping[str, Any], patches: Sequence[Any]) -> dict[str, Any]:
    try:
        changed = changed_by(dict(record), patches)
    except PatchMisfit as fault:
        raise BadRequest(f"body /{fault.index}: this change does not fit the record: {fault}") from None
    if not isinstance(changed, dict):
        raise BadRequest("body: the patch puts something else in the place of the record")
    return {name: value for name, value in changed.items() if family.free or name in family.fields or name in record}


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
