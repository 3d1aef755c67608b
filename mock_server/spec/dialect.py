"""The schema dialects of OpenAPI 3.0 and 3.1, rewritten as the plain JSON Schema 2020-12 that the validators read.

Positions stay where they are, so that a JSON pointer into the copy is one into the document; only what 3.0 calls
``nullable`` without a type moves below an ``anyOf``.
"""

from typing import Any
from urllib.parse import quote, unquote

from mock_server.support.local_references import DATA, NAMES

_IDENTITY = frozenset({"$id", "$schema", "$anchor"})
# What can stand beside a reference and restricts it; `required` of a parameter is no list.
_RESTRICTING = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "patternProperties", "unevaluatedProperties"),
        *("minProperties", "allOf", "anyOf", "oneOf", "not", "if", "items", "minItems", "maxItems", "enum", "const"),
        *("minimum", "maximum", "minLength", "maxLength", "pattern", "format"),
    }
)


def plain(node: Any, *, old: bool, names: bool = False) -> Any:
    """A copy of ``node``: references quoted, without identities of its own, ``old`` (3.0) words replaced.

    Identities go because a validator would look for every reference below one in another document.
    """
    if isinstance(node, list):
        return [plain(value, old=old) for value in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: plain(value, old=old) for key, value in node.items()}
    copy = {
        key: value if key in DATA else plain(value, old=old, names=key in NAMES)
        for key, value in node.items()
        if key not in _IDENTITY
    }
    if isinstance(copy.get("required"), list):
        copy["required"] = _once(copy["required"])  # a validator counts them
    if isinstance(copy.get("$ref"), str):
        return _reference(copy, old)
    if old:
        _bounds(copy)
        return _nullable(copy) if copy.pop("nullable", False) is True else copy
    return copy


def _once(values: list[Any]) -> list[Any]:
    return [value for index, value in enumerate(values) if value not in values[:index]]


def has_read_only(node: Any) -> bool:
    """Tell whether a part of a schema is only for answers."""
    if isinstance(node, dict):
        return node.get("readOnly") is True or any(map(has_read_only, node.values()))
    return isinstance(node, list) and any(map(has_read_only, node))


def writable(node: Any) -> Any:
    """A copy of ``node`` for requests: what is only for answers (`readOnly`) is not required there."""
    if isinstance(node, list):
        return [writable(value) for value in node]
    if not isinstance(node, dict):
        return node
    copy = {key: writable(value) for key, value in node.items()}
    named, required = copy.get("properties"), copy.get("required")
    if isinstance(named, dict) and isinstance(required, list):
        fixed = {name for name, part in named.items() if isinstance(part, dict) and part.get("readOnly") is True}
        copy["required"] = [name for name in required if name not in fixed]
    return copy


def _reference(node: dict[str, Any], old: bool) -> dict[str, Any]:
    """3.0 ignores what stands beside a reference (`nullable` is meant all the same); in 3.1 it holds too."""
    node["$ref"] = quote(unquote(node["$ref"]), safe="#/~:?&=+")
    if old:
        alone = {"$ref": node["$ref"]}
        return {"anyOf": [alone, {"type": "null"}]} if node.get("nullable") is True else alone
    beside = {key for key in node.keys() & _RESTRICTING if key != "required" or isinstance(node[key], list)}
    if beside and isinstance(node.get("allOf", []), list):
        node["allOf"] = [*node.get("allOf", []), {"$ref": node.pop("$ref")}]
    return node


def _bounds(schema: dict[str, Any]) -> None:
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """An enumeration without null keeps it out, as the specification (3.0.3) has it."""
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        return schema
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
