"""Items of a list that only one organization can have: others may have the same numbers and the same listed words."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

from contracts.spec.document_schemas import DocumentSchemas, Schema

_MAX_DEPTH = 6


def identity_of(item: Mapping[str, Any]) -> str:
    """The part that identifies a record: numbers are counted in each organization, so then the whole record counts."""
    return item["id"] if _is_unique(item.get("id")) else repr(sorted(item.items(), key=lambda pair: str(pair[0])))


def identities(
    document: DocumentSchemas, schema: Schema, items: Iterable[Mapping[str, Any]], shown: Set[str]
) -> set[str]:
    """The identities of the items that another organization cannot have by chance.

    An item of counters, yes and no, and listed words alone is left out. ``shown`` are the values of the document's
    examples, which everybody may have.
    """
    telling = (it for it in items if _is_unique(it.get("id")) or _tells(document, schema, it, shown))
    return {identity_of(item) for item in telling} - shown


def _is_unique(id: Any) -> bool:
    return isinstance(id, str) and not id.isdecimal()


def _tells(document: DocumentSchemas, schema: Any, value: Any, shown: Set[str], depth: int = 0) -> bool:
    """Tell whether there is a free text or a fraction in a value."""
    if isinstance(value, str):
        return not (value in shown or value.isdecimal() or _lists_values(document, schema))
    if isinstance(value, float):
        return not value.is_integer()
    if depth >= _MAX_DEPTH:
        return False
    if isinstance(value, list):
        items: Any = next((part["items"] for part in document.parts(schema) if "items" in part), {})
        return any(_tells(document, items, one, shown, depth + 1) for one in value)
    if not isinstance(value, Mapping):
        return False
    known = document.properties(schema)
    return any(_tells(document, known.get(name, {}), one, shown, depth + 1) for name, one in value.items())


def _lists_values(document: DocumentSchemas, schema: Any) -> bool:
    return any("enum" in part or "const" in part for part in document.parts(schema))
