"""The JSON types of values and of schemas."""

from collections.abc import Collection
from typing import Any

_IMPLIED = (
    ("object", frozenset({"properties", "required", "additionalProperties"})),
    ("array", frozenset({"items", "minItems", "maxItems"})),
    ("string", frozenset({"pattern", "minLength", "maxLength", "format"})),
    ("number", frozenset({"minimum", "maximum", "multipleOf"})),
)


def type_of(value: Any) -> str:
    """The JSON type of a value; null for a value that JSON does not have."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The types that are in both sets; an integer counts as a number."""
    whole = ("integer" in one and "number" in other) or ("integer" in other and "number" in one)
    return one & other | ({"integer"} if whole else set())


def is_small(value: Any, most: int, characters: int = 1) -> bool:
    """Tell whether a value has at most so many parts, and so many times ``characters``.

    A large value is not searched to its end.
    """
    left = [value]
    while left:
        part = left.pop()
        most -= 1
        if isinstance(part, str):
            most -= len(part) // characters
        elif isinstance(part, list | dict):
            most -= len(part)
        if most < 0:
            return False
        if isinstance(part, dict):
            left += (*part, *part.values())
        elif isinstance(part, list):
            left += part
    return True


def implied(words: Collection[str]) -> frozenset[str]:
    """The types to which the keywords of a schema belong; empty if they belong to none."""
    return frozenset(name for name, keywords in _IMPLIED if not keywords.isdisjoint(words))
