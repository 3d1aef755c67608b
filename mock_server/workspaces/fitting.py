"""Fit records to the served document: add what is missing, and replace what is wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mock_server.errors import SpecError
from mock_server.spec.families import Family
from mock_server.spec.generation import generate
from mock_server.spec.kept_parts import projection
from mock_server.spec.names import plain
from mock_server.spec.projection import filled
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.store.base import Id, Record
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.ids import rng

_NULLS = 0.3  # how often a field that may be null is

Fit = Callable[[Record, Callable[[], RandomSource]], Record]


def chance_for(family: Family, record: Record, seed: int) -> Callable[[], RandomSource]:
    """The random source for made-up values of a record."""
    return lambda: rng(seed, "fit", family.kind, record.get(family.id, ""))


def completing(family: Family) -> Fit:
    """Make a function that gives a record every field of the document, required or not, and makes it valid.

    A complete and valid record is returned unchanged. Raises SpecError if no value can be made for a field.
    """
    carried = embedded(family)
    parts = {
        name: part
        for shape in family.shapes[::-1]
        for name, part in shape.sure.items()
        if name not in carried and not part.never
    }

    def fit(record: Record, chance: Callable[[], RandomSource]) -> Record:
        if family.id not in record and "id" in record:
            record = {**record, family.id: record["id"]}
        if parts.keys() <= record.keys() and _is_valid(family, record):
            return record
        stream = chance()
        record = _respelt(record, parts)
        added = {}
        for name, part in list(parts.items()):
            if name not in record:
                try:
                    added[name] = _invented(part, stream)
                except SpecError:
                    if any(name in shape.required for shape in family.shapes):
                        raise
                    del parts[name]  # nothing can stand in it: no record has it
        return _mended(family, {**record, **added}, stream)

    return fit


def valid(family: Family, record: Record, chance: Callable[[], RandomSource]) -> Record:
    """Make ``record`` valid in every shape of its family: add what is missing, and replace what is wrong."""
    return record if _is_valid(family, record) else _mended(family, record, chance())


def _is_valid(family: Family, record: Record) -> bool:
    """Tell whether every shape admits the record, whole or without the fields that the shape does not name.

    The whole record is tried first, without a copy. If the shape admits it but not the reduced one (it requires a field
    without naming it), there is nothing to add.
    """
    if all(shape.accepts(record) for shape in family.strictest):  # most records
        return True
    views = family.views
    if all(view.schema.accepts(record) or view.schema.accepts(view.project(record)) for view in views):
        return True
    return family.disagree and _is_reconciled(family, record)


def _is_reconciled(family: Family, record: Record) -> bool:
    """True if the record has every field that a shape requires, each with a value that one shape admits."""
    if any(not shape.required & shape.properties.keys() <= record.keys() for shape in family.shapes):
        return False
    return all(name not in family.fields or _is_admitted(family, name, value) for name, value in record.items())


def _is_admitted(family: Family, name: str, value: Any) -> bool:
    parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
    return any(part.accepts(value) or part.accepts(projection(part)(value)) for part in parts)


def _respelt(record: Record, names: Iterable[str]) -> Record:
    """Copy values of ``record`` to those of the document's ``names`` that are spelt alike: ``lead_id``."""
    lacking = [name for name in names if name not in record]
    if not lacking:
        return record
    by_plain_name = {plain(name): value for name, value in record.items()}
    return {**record, **{name: by_plain_name[plain(name)] for name in lacking if plain(name) in by_plain_name}}


def _mended(family: Family, record: Record, stream: RandomSource) -> Record:
    record = _respelt(record, family.fields)
    mended = record
    for shape in family.shapes:
        mended = {**mended, **filled(mended, shape, stream)}
    if not family.disagree or all(view.schema.accepts(view.project(mended)) for view in family.views):
        return mended
    kept = {name: value for name, value in record.items() if _is_admitted(family, name, value)}
    return {**mended, **kept}  # what one of the shapes admits stays as it was said


def _invented(part: Schema, stream: RandomSource) -> Any:
    """Make a value for a field that the story of a record does not determine."""
    if part.default is not None:
        return part.default
    if part.nullable and stream.random() < _NULLS:
        return None
    return generate(part, stream, example=False)


def embedded(family: Family) -> frozenset[str]:
    """Fields with other records that a client can ask for (`expand`). They must not be made up."""
    found = {
        name
        for shape in family.shapes
        for name, part in shape.properties.items()
        if part.types - {"null"} == {"object"} and "id" in part.properties
    }
    return frozenset(found).difference(family.inner, *(shape.required for shape in family.shapes))


def timestamps(family: Family, now: str) -> dict[str, Any]:
    """The fields with the time of creation or change, all of them ``now``, in the document's own form."""
    return {name: _FORMS[form](now) for name, form in family.times.items()}


def touched(family: Family, record: Record, now: str) -> dict[str, Any]:
    """The fields of ``record`` with the time of its change, all of them ``now``, in the document's own form."""
    return {name: _FORMS[form](now) for name, form in family.touched.items() if name in record}


def as_time(stamp: str, form: int) -> Any:
    """Write a moment in one of the forms of ``TIMES``, chosen by its index there."""
    return _FORMS[form](stamp)


# Of a time as it goes out; in the order of TIMES.
_FORMS: Sequence[Callable[[str], Any]] = (str, lambda text: text[:10], lambda text: epoch_ms(parse(text)) // 1000)


def identified(family: Family, record: Record, id: Id) -> dict[str, Any]:
    """A record with its id in every place that has it."""
    own = {**record, **hidden_id(family, id), family.id: id}
    return own | inner_id(family, own, id) if family.inner else own


def inner_id(family: Family, record: Record, id: Any) -> dict[str, Any]:
    """The object of a record that has the id inside, with this id; nothing if the kind has no such object."""
    if not family.inner:
        return {}
    holder, name = family.inner
    within = record.get(holder)
    return {holder: {**(within if isinstance(within, dict) else {}), name: id}}


def hidden_id(family: Family, id: Id) -> dict[str, Any]:
    """The record's id under the program's own name, if the document does not have that field."""
    return {} if family.free or "id" in family.fields else {"id": id}
