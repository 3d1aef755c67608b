"""Find the fields of records that hold the id of another record: `customer_id`, `billingCustomerId`, `customer`.

A name alone is no proof here: `category` may be a text. In records of a person's own it is read as a reference.
"""

from collections.abc import Iterator, Mapping

from mock_server.spec.families import Family
from mock_server.spec.id_fields import ID_TYPES
from mock_server.spec.names import plain, singular, words_of
from mock_server.spec.schema import Schema


def record_references(families: Mapping[str, Family]) -> Mapping[str, Mapping[str, str]]:
    """Map each kind to its fields with ids of other kinds, each with that kind.

    Only a kind whose records are listed or created without others can be meant, and only if one alone has the name.
    """
    by_word: dict[str, list[str]] = {}
    for kind, family in families.items():
        if family.parent is None and not family.at_sight:
            by_word.setdefault(plain(singular(kind.rpartition("/")[2])), []).append(kind)
    named = {word: families[some[0]] for word, some in by_word.items() if len(some) == 1}
    return {kind: found for kind, family in families.items() if (found := dict(_references(family, named)))}


def _references(family: Family, named: Mapping[str, Family]) -> Iterator[tuple[str, str]]:
    for shape in family.shapes:
        for field, part in shape.properties.items():
            if field not in (family.id, family.link):
                other = _other(field, part, named)
                if other is not None and other.kind != family.kind:
                    yield field, other.kind


def _other(field: str, part: Schema, named: Mapping[str, Family]) -> Family | None:
    """The kind of record of which a field has the id."""
    words = words_of(field)
    meant = (named.get("".join(words[start:-1])) for start in range(len(words) - 1))
    other = next((it for it in meant if it is not None and words[-1] in ("id", plain(it.id))), None)
    if other is not None and part.types & ID_TYPES:
        return other
    shown = named.get(plain(field))
    ways = {way.pointer for way in part.alternatives} if shown is not None else set()
    return (
        shown if shown is not None and ways & {shape.pointer for shape in shown.shapes} else None
    )  # `expand` shows it
