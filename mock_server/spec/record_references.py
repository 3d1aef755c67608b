"""Find the fields of records that hold the id of another record: `customer_id`, `billingCustomerId`, `customer`."""

from collections.abc import Iterator, Mapping

from mock_server.spec.families import Family
from mock_server.spec.id_fields import ID_TYPES
from mock_server.spec.names import plain, singular, words_of
from mock_server.spec.schema import Schema

_IDS = frozenset({"id", "uuid", "guid", "gid", "sid", "key"})


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
    if len(words) > 1 and words[-1] in _IDS and part.types & ID_TYPES:
        found = (named.get("".join(words[start:-1])) for start in range(len(words) - 1))
        return next((it for it in found if it is not None and words[-1] in ("id", plain(it.id))), None)
    other = named.get(plain(field))
    shown = {way.pointer for way in part.alternatives}  # the id, or the record itself if a client asks for it
    return other if other is not None and shown & {shape.pointer for shape in other.shapes} else None
