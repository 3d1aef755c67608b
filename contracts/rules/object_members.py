"""The members that a schema allows in an object, and the additional members that the object has."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.spec.document import Document


def members_of(document: Document, schema: Any, value: Any) -> dict[str, Any]:
    """The members that an object may have; with alternatives, those of each alternative that fits.

    A member that several of them name may be what any of them says. One that is only required may be anything.
    """
    schema = document.resolve(schema)
    if not isinstance(schema, Mapping):
        return {}
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= {name: it for name, it in members_of(document, part, value).items() if it or name not in found}
    for word in ("oneOf", "anyOf"):
        for part in schema.get(word, ()):
            if document.validator(part).is_valid(value):
                more = members_of(document, part, value)
                both = {
                    name: {"anyOf": [found[name], more[name]]}
                    for name in found.keys() & more
                    if found[name] != more[name]
                }
                found |= more | both
    required = schema.get("required", ()) if "properties" in schema else ()
    return {**{name: {} for name in required}, **found}


def is_open_for(document: Document, schema: Any, value: Any) -> bool:
    """Tell whether a schema, or one of the alternatives that fit a value, is open on purpose."""
    schema = document.resolve(schema)
    if not isinstance(schema, Mapping):
        return False
    ways = [part for word in ("oneOf", "anyOf") for part in schema.get(word, ())]
    fitting = (part for part in ways if document.validator(part).is_valid(value))
    return is_open(schema) or any(is_open_for(document, part, value) for part in (*schema.get("allOf", ()), *fitting))


def is_open(schema: Mapping[str, Any]) -> bool:
    """Tell whether an object is open on purpose: its member names are free, or only some are described."""
    return schema.get("additionalProperties", False) is not False


def undocumented(
    document: Document, schema: Any, value: Any, path: str = ""
) -> Iterator[tuple[str, str, Collection[str]]]:
    """Each member that is neither named nor forbidden, at any depth, as (place, name, known names).

    A schema with ``additionalProperties`` has decided that itself.
    """
    schema = document.resolve(schema)
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, list):
        for item in value:
            yield from undocumented(document, schema.get("items", {}), item, f"{path}/*")
    elif isinstance(value, dict):
        known = members_of(document, schema, value)
        for name, member in value.items():
            if name in known:
                yield from undocumented(document, known[name], member, f"{path}/{name}")
            elif known and "additionalProperties" not in schema:
                yield f"{path}/{name}", name, known
