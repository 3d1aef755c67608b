"""Rewrite the schema dialects of OpenAPI 3.0 and 3.1 as the plain JSON Schema 2020-12 that the validators read.

Positions do not change, so that a JSON pointer into the copy is one into the document. There is one exception: a
schema that 3.0 calls ``nullable`` without a type moves below an ``anyOf``.
"""

from typing import Any
from urllib.parse import quote, unquote

from mock_server.support.document_keywords import DATA, NAMES

_IDENTITY = frozenset({"$id", "$schema", "$anchor"})
# What can stand beside a reference and restricts it; `required` of a parameter is no list.
_RESTRICTING = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "patternProperties", "unevaluatedProperties"),
        *("minProperties", "allOf", "anyOf", "oneOf", "not", "if", "items", "minItems", "maxItems", "enum", "const"),
        *("minimum", "maximum", "minLength", "maxLength", "pattern", "format"),
    }
)


_RANGES = {
    **{f"int{bits}": {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1} for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": {"minimum": 0, "maximum": 2**bits - 1} for bits in (8, 16, 32, 64)},
}
_TEXTS = {"byte": {"pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}}


def plain(node: Any, *, old: bool, names: bool = False) -> Any:
    """Copy ``node`` as JSON Schema: quote references, drop ids and, if ``old``, replace the words of OpenAPI 3.0.

    Ids are dropped because a validator would look for every reference below one in another document.
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
    _narrow(copy)
    if old:
        _bounds(copy)
        return _nullable(copy) if copy.pop("nullable", False) is True else copy
    return copy


def _narrow(schema: dict[str, Any]) -> None:
    """Add the bounds that a format of OpenAPI's registry means: JSON Schema knows none of these formats."""
    types, form = schema.get("type"), schema.get("format")
    for kind, known in (("integer", _RANGES), ("string", _TEXTS)):
        fits = types == kind or (isinstance(types, list) and kind in types)
        if fits and isinstance(form, str) and form in known and isinstance(schema.get("allOf", []), list):
            schema["allOf"] = [*schema.get("allOf", []), known[form]]
    least, named = schema.get("minProperties"), schema.get("properties")
    closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
    if closed and isinstance(named, dict) and isinstance(least, int) and least > len(named):
        schema["minProperties"] = len(named)  # a slip: generators count a property that they have left out


def _once(values: list[Any]) -> list[Any]:
    """Each value once. A document may have anything there, and thousands of it."""
    return list({value if isinstance(value, str) else (repr(value),): value for value in values}.values())


def _reference(node: dict[str, Any], old: bool) -> dict[str, Any]:
    """Rewrite a reference. 3.0 ignores the keywords beside it, except `nullable`; in 3.1 they hold too."""
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
    """Let a value be null. An enumeration without null still forbids it, as OpenAPI 3.0.3 says."""
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        return schema
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
