"""Common faults in schemas that other tools accept: each is read as it was meant, with a warning.

A fault with more than one possible meaning stays a fault, and its operation answers 501.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, str | None] = {
    **dict.fromkeys(("int", "int32", "int64", "long"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("str", "text", "date", "date-time", "datetime", "uuid", "file", "binary", "enum"), "string"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("list",), "array"),
    **dict.fromkeys(("dict", "map", "json"), "object"),
    **dict.fromkeys(("none", "nil"), "null"),
    **dict.fromkeys(("any", "mixed", ""), None),
    **{kind: kind for kind in ("array", "boolean", "integer", "null", "number", "object", "string")},
}
"""Names of types that people write by habit, in small letters; None admits every type."""
_UNKNOWN = "?"

Node = dict[str, Any]


def repair(node: Node, wrong: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Repair those ``wrong`` keywords of a schema that can mean one thing only. Return each with its reading."""
    for keyword in wrong:
        read = _MENDERS.get(keyword)
        meant = read(node, keyword) if read else None
        if meant is not None:
            yield keyword, meant


def _required(node: Node, keyword: str) -> str | None:
    """Drop `required` on a property, where it means nothing: the object lists the names."""
    value = node[keyword]
    if isinstance(value, str) and value:
        node[keyword] = [value]
        return "read as a list of one name"
    if value is None or isinstance(value, bool):
        del node[keyword]
        return "left out; list the names of the properties, on the object"
    return None


def _exclusive(node: Node, keyword: str) -> str | None:
    """Read an exclusive bound: 3.0 has a flag beside the bound, 3.1 the bound itself."""
    if not isinstance(node[keyword], bool):
        return _number(node, keyword)
    bound = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}[keyword]
    if node.pop(keyword) and isinstance(node.get(bound), int | float):
        node[keyword] = node.pop(bound)
    return f"read as 3.0 has it, with `{bound}`"


def _number(node: Node, keyword: str) -> str | None:
    """Read a number that is in quotes."""
    value = node[keyword]
    if isinstance(value, str):
        for kind in (int, float):
            try:
                node[keyword] = kind(value)
            except ValueError:
                continue
            return "read as a number"
    return _absent(node, keyword) if value is None or (keyword == "multipleOf" and value == 0) else None


def _type(node: Node, keyword: str) -> str | None:
    value = node[keyword]
    names = value if isinstance(value, list) else ["null" if value is None else value]
    meant = [_TYPES.get(str("null" if it is None else it).lower(), _UNKNOWN) for it in names]
    if _UNKNOWN in meant:
        return None
    if None in meant or not meant:
        del node[keyword]
        return "left out: every type is admitted"
    node[keyword] = list(dict.fromkeys(meant)) if isinstance(value, list) else meant[0]
    return f"read as {', '.join(map(str, meant))}"


def _enum(node: Node, keyword: str) -> str | None:
    """Drop an empty `enum`, which would admit no value."""
    value = node[keyword]
    if not value:
        return _absent(node, keyword)
    node[keyword] = list(value) if isinstance(value, dict) else [value]
    return "read as a list"


def _listed(node: Node, keyword: str) -> str | None:
    value = node[keyword]
    if isinstance(value, dict) and value:
        node[keyword] = [value]
        return "read as a list of one schema"
    return _absent(node, keyword) if not value else None


def _flag(node: Node, keyword: str) -> str | None:
    text = str(node[keyword]).lower()
    if text not in ("true", "false"):
        return None
    node[keyword] = text == "true"
    return f"read as {text}"


def _absent(node: Node, keyword: str) -> str | None:
    """Drop a keyword without a value, which restricts nothing."""
    if node[keyword] not in (None, "", [], {}, 0):
        return None
    del node[keyword]
    return "left out: it says nothing"


_MENDERS: Mapping[str, Callable[[Node, str], str | None]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "uniqueItems": _flag,
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _exclusive),
    **dict.fromkeys(("minimum", "maximum", "multipleOf"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _number),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _listed),
    **dict.fromkeys(("pattern", "format", "properties", "patternProperties", "dependentRequired"), _absent),
}
