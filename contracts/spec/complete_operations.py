"""Complete the operations of a document: some lack the parameters of their path, or are references.

Operations that are not as OpenAPI has it are left out before, and parameters that OpenAPI ignores here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.spec.readable_parts import METHODS, with_readable_parts
from mock_server.support.json_pointer import target

_NAME = re.compile(r"\{([^{}]+)\}")
_IGNORED = ("accept", "authorization", "content-type")
"""Names of header parameters that OpenAPI ignores: other parts of a document say what these headers hold."""


def with_complete_operations(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy a document whose operations are incomplete or unreadable; any other one is returned itself."""
    document = with_readable_parts(document)
    paths = document.get("paths")
    if not isinstance(paths, Mapping):
        return document
    whole = {path: _item(document, str(path), item) for path, item in paths.items()}
    return {**document, "paths": whole} if any(whole[path] is not paths[path] for path in paths) else document


def _item(document: Mapping[str, Any], path: str, item: Any) -> Any:
    listed, item = item, target(document, item)
    if not isinstance(item, Mapping) or "$ref" in item:
        return listed
    made = {way: _operation(document, path, item, item[way]) for way in METHODS if isinstance(item.get(way), Mapping)}
    kept = _without_ignored(document, item)
    return {**kept, **made} if kept is not item or any(made[way] is not item[way] for way in made) else listed


def _operation(document: Mapping[str, Any], path: str, item: Mapping[str, Any], operation: Any) -> Any:
    whole = target(document, operation)
    if not isinstance(whole, Mapping):
        return operation
    whole = _without_ignored(document, whole)
    known = {it.get("name") for it in _parameters(document, item, whole) if it.get("in") == "path"}
    lacking = [name for name in dict.fromkeys(_NAME.findall(path)) if name not in known]
    added = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in lacking]
    own = whole.get("parameters")
    return {**whole, "parameters": [*(own if isinstance(own, list) else ()), *added]} if added else whole


def _without_ignored(document: Mapping[str, Any], owner: Mapping[str, Any]) -> Mapping[str, Any]:
    """The path item or the operation without parameters that OpenAPI ignores; ``owner`` itself if it has none."""
    listed = owner.get("parameters")
    if not isinstance(listed, list):
        return owner
    kept = [parameter for parameter in listed if not _is_ignored(target(document, parameter))]
    return {**owner, "parameters": kept} if len(kept) < len(listed) else owner


def _is_ignored(parameter: Any) -> bool:
    if not isinstance(parameter, Mapping) or parameter.get("in") != "header":
        return False
    return str(parameter.get("name")).lower() in _IGNORED


def _parameters(document: Mapping[str, Any], *owners: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for owner in owners:
        listed = owner.get("parameters")
        for parameter in listed if isinstance(listed, list) else ():
            if isinstance(found := target(document, parameter), Mapping):
                yield found
