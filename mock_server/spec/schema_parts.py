"""Join schemas that apply to one value, and answer small questions for the generator."""

from collections.abc import Iterator, Sequence
from typing import Any

from mock_server.spec.format_samples import words
from mock_server.spec.regex_samples import RandomSource, UnsupportedPattern, matching
from mock_server.spec.schema import Schema

Parts = Sequence[Schema]
_OF_THE_WHOLE = frozenset(
    {
        *("anyOf", "oneOf", "not", "if", "minItems", "uniqueItems", "contains", "prefixItems", "minProperties"),
        *("dependentRequired", "dependentSchemas", "propertyNames", "patternProperties", "unevaluatedProperties"),
    }
)


class Endless(Exception):
    """The value would be infinite: the schema requires itself."""


def write_only(parts: Parts) -> set[str]:
    """The properties that occur only in requests."""
    named = ((name, part.at("properties", name)) for part in parts for name in part.node.get("properties", ()))
    return {name for name, property in named if "writeOnly" in property.marks}


def excluded_properties(parts: Parts) -> set[str]:
    """The properties that one of the schemas neither names nor admits."""
    named = {name for part in parts for name in part.node.get("properties", ())}
    closed = [part for part in parts if part.node.get("additionalProperties") is False]
    closed = [part for part in closed if "patternProperties" not in part.node]
    return {name for part in closed for name in named if name not in part.node.get("properties", ())}


def pruned(value: Any, schema: Schema) -> Any:
    """Return ``value`` without the optional parts that their schemas refuse: for some there is no value at all."""
    if isinstance(value, list) and schema.items is not None:
        kept = [pruned(item, schema.items) for item in value]
        return [item for item in kept if schema.items.accepts(item)]
    if not isinstance(value, dict):
        return value
    made = dict(value)
    for name, part in schema.sure.items():
        if name in made and not part.accepts(made[name]):
            made[name] = pruned(made[name], part)
            if name not in schema.required and not part.accepts(made[name]):
                del made[name]
    return made


def of_one_branch(value: dict[str, Any], schemas: Parts, parts: Parts) -> dict[str, Any]:
    """Return ``value``; if two branches of a `oneOf` admit it, a value that only one admits."""
    for part in parts:
        if "oneOf" in part.node and not part.accepts(value):
            candidates = (it for it in _distinguished(value, part) if all(schema.accepts(it) for schema in schemas))
            return next(candidates, value)
    return value


def _distinguished(value: dict[str, Any], schema: Schema) -> Iterator[dict[str, Any]]:
    """Change ``value`` so that all alternatives but one refuse it: `oneOf` of open objects admits exactly one."""
    known = {name for way in schema.alternatives for name in way.properties}
    for way in schema.alternatives:
        kept = {name: part for name, part in value.items() if name not in known or name in way.properties}
        changed = _refused_by_others(kept, way, schema.alternatives) if way.accepts(kept) else None
        if changed is not None:
            yield changed


def _refused_by_others(value: dict[str, Any], way: Schema, alternatives: Sequence[Schema]) -> dict[str, Any] | None:
    """Add properties that ``way`` does not name, each so that another schema refuses the value; None if one cannot."""
    for other in alternatives:
        if other is not way and other.accepts(value):
            names = [name for name in other.properties if name not in way.properties]
            bad_fields = ((name, bad) for name in names for bad in _BAD if not other.properties[name].accepts(bad))
            if (found := next(bad_fields, None)) is None:
                return None  # there may be a hundred of them: the next ones are not looked at
            value = {**value, found[0]: found[1]}
    return value


_BAD: Sequence[Any] = (None, 0, "", [], {})


def is_map(schema: Schema) -> bool:
    """True if a schema names no property, but says that there may be others."""
    return not schema.properties and isinstance(schema.node.get("additionalProperties"), dict | bool)


def is_bound(schema: Schema, key: str = "") -> bool:
    """True if a schema, or the schema of its property ``key``, restricts more than each property and each item."""
    looked = [*schema.parts, *(schema.properties[key].parts if key else ())]
    return any(part.node.keys() & _OF_THE_WHOLE for part in looked) or not schema.required <= schema.properties.keys()


def largest(parts: Parts, keyword: str, otherwise: Any) -> Any:
    """The largest value of ``keyword`` in the schemas."""
    return max((part.node[keyword] for part in parts if keyword in part.node), default=otherwise)


def smallest(parts: Parts, keyword: str, otherwise: Any) -> Any:
    """The smallest value of ``keyword`` in the schemas."""
    return min((part.node[keyword] for part in parts if keyword in part.node), default=otherwise)


def below(parts: Parts, keyword: str) -> list[Schema]:
    """The schemas below ``keyword`` that restrict anything."""
    return [part.at(keyword) for part in parts if part.node.get(keyword, True) is not True]


def matched(pattern: str, rng: RandomSource, least: int = 0, most: int | None = None) -> str:
    """A text for a pattern; an empty text if the pattern is not supported."""
    try:
        return matching(pattern, rng, max(0, least), most)
    except UnsupportedPattern:
        return ""


def sized(text: str, least: int, most: int | None, rng: RandomSource) -> str:
    """Extend or cut ``text`` to a length."""
    while len(text) < least:
        text += " " + words(rng)
    return text if most is None else text[:most]
