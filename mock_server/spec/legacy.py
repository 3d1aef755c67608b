"""OpenAPI 3.0's own schema dialect, rewritten in the JSON Schema that 3.1 uses."""

from typing import Any

_DATA = frozenset({"example", "examples", "default", "enum", "const"})


def modernised(node: Any) -> Any:
    """A copy of ``node`` in which ``nullable`` and the boolean exclusive bounds are JSON Schema 2020-12."""
    if isinstance(node, list):
        return [modernised(value) for value in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}  # 3.0 ignores what stands beside a reference
    copy = {key: value if key in _DATA else modernised(value) for key, value in node.items()}
    _bounds(copy)
    return _nullable(copy) if copy.get("nullable") is True else copy


def _bounds(schema: dict[str, Any]) -> None:
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    del schema["nullable"]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
