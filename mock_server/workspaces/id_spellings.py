"""The spellings of an id: a document may have a text in one place and a number in another."""

from collections.abc import Iterator
from typing import Any

from mock_server.spec.families import Family
from mock_server.store.base import Id


def spellings(id: Any) -> Iterator[Id]:
    """The ids that a value may mean, itself first: the number 7 for "7", and the text for a number."""
    yield id if isinstance(id, int) else str(id)
    if isinstance(id, int):
        yield str(id)
    elif isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 19:
        yield int(id)


def linked(family: Family, field: str, other: Id) -> Id:
    """The id of another record, in the spelling that the record's own ``field`` for it takes."""
    parts = [shape.properties[field] for shape in family.shapes if field in shape.properties]
    return next((id for id in spellings(other) if all(part.accepts(id) for part in parts)), other)
