"""The keywords of schemas: the ones that hold schemas, and the values that each keyword may have."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

ONE = ("additionalProperties", "contains", "items", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
MANY = ("patternProperties", "properties")
NAMED = (*MANY, "dependentSchemas", "$defs")
ONE_IN_PLACE = ("else", "if", "not", "then")
LISTED_IN_PLACE = ("allOf", "anyOf", "oneOf")
LISTED = (*LISTED_IN_PLACE, "prefixItems")

_TYPE = {"enum": list(TYPES)}
_SIZE = {"type": "integer", "minimum": 0}
_NUMBER = {"type": "number"}
_SCHEMAS = {"type": "array", "minItems": 1}
_NAMED = {"type": "object"}
_TEXTS = {"type": "array", "items": {"type": "string"}}

# keyword → what its value may be, and what to do about another one
RULES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "$ref": ({"type": "string"}, "write the reference as text: '#/components/schemas/…'"),
    "type": (
        {"anyOf": [_TYPE, {"type": "array", "minItems": 1, "items": _TYPE}]},
        f"choose among {', '.join(TYPES)} (null in quotes)",
    ),
    "enum": ({"type": "array", "minItems": 1}, "list the values"),
    "required": (_TEXTS, "list the names of the properties, on the object and not on the property"),
    "dependentRequired": ({"type": "object", "additionalProperties": _TEXTS}, "map names to lists of names"),
    "pattern": ({"type": "string"}, "write a regular expression in quotes"),
    "format": ({"type": "string"}, "write the name of a format"),
    "uniqueItems": ({"type": "boolean"}, "write true or false"),
    "multipleOf": ({"type": "number", "exclusiveMinimum": 0}, "write a number above 0"),
    **dict.fromkeys(("maximum", "minimum"), (_NUMBER, "write a number")),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum"), (_NUMBER, "write the bound itself, as 3.1 has it")),
    **dict.fromkeys(
        ("maxLength", "minLength", "maxItems", "minItems"),
        (_SIZE, "write a whole number from 0 up"),
    ),
    **dict.fromkeys(("maxContains", "minContains"), (_SIZE, "write a whole number from 0 up")),
    **dict.fromkeys(("maxProperties", "minProperties"), (_SIZE, "write a whole number from 0 up")),
    **dict.fromkeys(LISTED, (_SCHEMAS, "list at least one schema")),
    **dict.fromkeys((*MANY, "dependentSchemas"), (_NAMED, "map names to schemas")),
}

_HOLDERS = frozenset({*MANY, *LISTED, "dependentSchemas"})
_SHAPE = jsonschema_rs.Draft202012Validator({"properties": {keyword: rule for keyword, (rule, _) in RULES.items()}})


def wrong_keywords(node: Mapping[str, Any]) -> set[str]:
    """The keywords of a schema with values that they cannot have. The schemas below it are not looked at."""
    own = {word: _outline(value) if word in _HOLDERS else value for word, value in node.items() if word in RULES}
    return set() if _SHAPE.is_valid(own) else {str(error.instance_path[0]) for error in _SHAPE.iter_errors(own)}


def _outline(value: Any) -> Any:
    """An empty mapping or a list of one in place of many schemas, which would be copied for the validator."""
    if isinstance(value, dict):
        return {}
    return [True] if isinstance(value, list) and value else value
