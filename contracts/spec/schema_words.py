"""Schema keywords as sentences that do not contain the value that broke them."""

from collections.abc import Iterable, Mapping
from typing import Any

_NAMES = {"string": "text", "object": "an object", "array": "a list"}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
    "pattern": "a text that matches {}",
    "format": "a text of the format {}",
    "const": "exactly {}",
}
_MAX_VALUES = 8


def describe_keyword(keyword: str, value: Any) -> str:
    """Describe a keyword of JSON Schema with its value: ``maximum``, 50 → ``at most 50``."""
    if keyword in _LIMITS:
        return _LIMITS[keyword].format(value)
    if keyword == "type":
        return _either(_NAMES.get(kind, kind) for kind in ([value] if isinstance(value, str) else value))
    if keyword == "enum":
        return f"one of {', '.join(map(str, value[:_MAX_VALUES]))}" + (" …" if len(value) > _MAX_VALUES else "")
    if keyword == "required":
        return f"the member {value}"
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return "documented members only"
    return "one of the documented shapes" if keyword in ("anyOf", "oneOf") else f"what `{keyword}` documents"


def describe_error(error: Any) -> str:
    """Describe an error of jsonschema-rs."""
    kind = error.kind
    said: Mapping[str, Any] = kind.as_dict()
    if kind.name in ("anyOf", "oneOf") and said.get("context"):
        firsts = [branch[0] for branch in said["context"] if branch]
        if all(first.kind.name == "type" and first.instance_path == error.instance_path for first in firsts):
            return _either(describe_error(first) for first in firsts)
    if kind.name in ("additionalProperties", "unevaluatedProperties"):
        return describe_keyword(kind.name, None)
    return describe_keyword(kind.name, next(iter(said.values()), ""))


def describe_core_error(error: Any) -> str:
    """Describe an error of jsonschema, which openapi-core raises."""
    value = error.validator_value
    if error.validator == "required" and isinstance(error.instance, Mapping):
        value = " and ".join(name for name in value if name not in error.instance)
    if error.validator in ("anyOf", "oneOf") and all(isinstance(p, Mapping) and "type" in p for p in value):
        return _either(describe_keyword("type", part["type"]) for part in value)
    return describe_keyword(error.validator, value)


def _either(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(words))
