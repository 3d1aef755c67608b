"""The world, fitted to the document that is served: what a workspace starts with."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.filters import plain
from mock_server.spec.generation import generate
from mock_server.spec.projection import filled
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.resources import Family
from mock_server.spec.schema import Schema
from mock_server.store.base import Layer, Record, Row
from mock_server.store.state import Restoring, WorkspaceState
from mock_server.world.build import build
from mock_server.world.clock import epoch_ms, parse, stamp
from mock_server.world.ids import CANONICAL, FIRST_FREE_INDEX, IdFormat, Ids, rng
from mock_server.world.recipe import Recipe

# Other kinds in another shape (behaviours/organization, behaviours/zapier): nothing of their own to store.
_VIEWS = frozenset(
    {
        *("organization/members", "organization/services", "organization/products"),
        *(f"api/webhooks/zapier/{kind}" for kind in ("leads", "inquiries", "appointments")),
    }
)

_NULLS = 0.3  # how often a field that may be null is

Fit = Callable[[Record, Callable[[], RandomSource]], Record]


class DocumentIds(Ids):
    """Ids as the served document wants them; where ours do not fit its schema (a UUID, say), made from the schema."""

    def __init__(self, contract: Contract, seed: int) -> None:
        super().__init__(seed, _formats(contract))
        self._schemas = {
            kind: family.id_schema
            for kind, family in contract.families.items()
            if family.id_schema is not None
            and not all(family.id_schema.accepts(super(DocumentIds, self).make(kind, n)) for n in (0, FIRST_FREE_INDEX))
        }

    def make(self, kind: str, index: int) -> str | int:
        """An id of the form that the document has for the kind."""
        schema = self._schemas.get(kind)
        if schema is None:
            return super().make(kind, index)
        made: str | int = generate(schema, rng(self.seed, "id", kind, index), example=False)
        return made


def _formats(contract: Contract) -> dict[str, IdFormat]:
    found = {}
    for kind, family in contract.families.items():
        if family.id_schema is None:
            continue
        if "string" in family.id_schema.types:
            canonical = CANONICAL.get(kind)
            found[kind] = IdFormat(kind, "string", family.prefix or (canonical.prefix if canonical else ""))
        else:
            found[kind] = IdFormat(kind, "integer")
    return found


def seeded(contract: Contract, recipe: Recipe, seed: int, start: datetime) -> WorkspaceState:
    """The records of a new workspace: the world's, and a few of every kind that nobody wrote a story for."""
    ids = DocumentIds(contract, seed)
    records: dict[str, Sequence[Record]] = {}
    for kind, told in build(recipe, seed, start, ids).items():
        family = contract.families.get(kind)
        records[kind] = _records(contract, family, partial(_fitted, family, told, seed)) if family else told
    for family in sorted(contract.families.values(), key=lambda family: family.kind.count("/")):
        if family.kind not in records and family.kind not in _VIEWS:
            above = records.get(family.parent or "", ())
            make = partial(_made_up_and_fitted, contract, family, above, recipe, ids, start)
            records[family.kind] = _records(contract, family, make)
    return WorkspaceState.of(records, {kind: family.id for kind, family in contract.families.items()})


def _records(contract: Contract, family: Family, make: Callable[[], list[Record]]) -> list[Record]:
    """The records that ``make`` makes; none where it fails, and whoever asks for one of them is told why."""
    try:
        return make()
    except SpecError as fault:
        reason = str(fault)
    except Exception as fault:  # nobody has foreseen this document; the other kinds do not care
        reason = f"the program failed on {family.kind}: {type(fault).__name__}: {str(fault)[:200]} → please report it"
    contract.note_unmade(family, reason)
    return []


def refitting(contract: Contract, seed: int, program: str) -> Restoring:
    """Fits what a log kept to the document as it is now: another one may be served than when it was written.

    A layer that was written at once by the very ``program`` of today is as it must be.
    """

    def fit(layer: Layer, kind: str, row: Row) -> Row:
        family = contract.families.get(kind)
        if family is None or (layer.parent is None and layer.facts.get("program") == program):
            return row
        return _refitted(family, row, seed)

    return fit


def _refitted(family: Family, row: Row, seed: int) -> Row:
    record = valid(family, row.record, lambda: rng(seed, "fit", family.kind, row.id))
    return row if record is row.record else Row(row.id, row.key, record)


def _fitted(family: Family, records: Iterable[Record], seed: int) -> list[Record]:
    """Every field that the document knows, in each record; the same values whatever else is in the world."""
    fit = whole(family)
    return [fit(record, _chance_for(family, record, seed)) for record in records]


def _chance_for(family: Family, record: Record, seed: int) -> Callable[[], RandomSource]:
    return lambda: rng(seed, "fit", family.kind, record.get("id", ""))


def whole(family: Family) -> Fit:
    """A function that gives a record every field of the document, required or not, and makes it valid.

    A record that is whole and valid is returned as it is. Raises SpecError when no value can be made for a field.
    """
    embedded = _embedded(family)
    parts = {
        name: part
        for shape in family.shapes[::-1]
        for name, part in shape.sure.items()
        if name not in embedded and not part.never
    }

    def fit(record: Record, chance: Callable[[], RandomSource]) -> Record:
        if family.id not in record and "id" in record:
            record = {**record, family.id: record["id"]}
        if parts.keys() <= record.keys() and _is_valid(family, record):
            return record
        stream = chance()
        record = _respelt(record, parts)
        added = {name: _invented(part, stream) for name, part in parts.items() if name not in record}
        return _mended(family, {**record, **added}, stream)

    return fit


def valid(family: Family, record: Record, chance: Callable[[], RandomSource]) -> Record:
    """``record`` as every shape of its family admits it: what is missing is added, what is wrong is replaced."""
    return record if _is_valid(family, record) else _mended(family, record, chance())


def _is_valid(family: Family, record: Record) -> bool:
    """Tell whether every shape admits the record, whole or at least without the fields that the shape does not name.

    The whole one is tried first, without a copy. Where that is admitted and the rest of it is not (the shape requires
    a field without naming it), there is nothing that could be added to mend it.
    """
    return all(view.schema.accepts(record) or view.schema.accepts(view.project(record)) for view in family.views)


def _respelt(record: Record, names: Iterable[str]) -> Record:
    """``record`` with its values under the document's ``names`` too, where these are spelt alike: ``lead_id``."""
    lacking = [name for name in names if name not in record]
    if not lacking:
        return record
    told = {plain(name): value for name, value in record.items()}
    return {**record, **{name: told[plain(name)] for name in lacking if plain(name) in told}}


def _mended(family: Family, record: Record, stream: RandomSource) -> Record:
    record = _respelt(record, family.fields)
    for shape in family.shapes:
        record = {**record, **filled(record, shape, stream)}
    return record


def _invented(part: Schema, stream: RandomSource) -> Any:
    """A value for a field that the story of a record does not know."""
    if part.default is not None:
        return part.default
    if part.nullable and stream.random() < _NULLS:
        return None
    return generate(part, stream, example=False)


def _embedded(family: Family) -> frozenset[str]:
    """Other records that a record may carry when asked to (`expand`): to make one up would be to invent a record."""
    found = {
        name
        for shape in family.shapes
        for name, part in shape.properties.items()
        if part.types - {"null"} == {"object"} and "id" in part.properties
    }
    return frozenset(found).difference(*(shape.required for shape in family.shapes))


def timestamps(family: Family, now: str) -> dict[str, Any]:
    """The fields that tell when a record was created or changed, all of them ``now``, in the document's own form."""
    return {"createdAt": now, "updatedAt": now, **{name: _FORMS[form](now) for name, form in family.stamps.items()}}


# Of a time as it goes out; in the order of TIMES.
_FORMS: Sequence[Callable[[str], Any]] = (str, lambda text: text[:10], lambda text: epoch_ms(parse(text)) // 1000)


def _made_up_and_fitted(
    contract: Contract, family: Family, above: Sequence[Record], recipe: Recipe, ids: Ids, start: datetime
) -> list[Record]:
    return _fitted(family, _made_up(contract, family, above, recipe, ids, start), ids.seed)


def _made_up(
    contract: Contract, family: Family, above: Sequence[Record], recipe: Recipe, ids: Ids, start: datetime
) -> list[Record]:
    """Records of a kind that has no story, a day apart, the last one just before the start."""
    count = 1 if family.kind in contract.single_kinds else recipe.generic
    embedded = _embedded(family)
    made: list[Record] = []
    for index in range(count if family.shapes else 0):
        chance = rng(ids.seed, "made up", family.kind, index)
        record: dict[str, Any] = {}
        for shape in family.shapes:
            record = {**generate(shape, chance, example=False), **record}
        record = {name: value for name, value in record.items() if name not in embedded}
        record |= timestamps(family, stamp(start - timedelta(days=count - index)))
        record["id"] = record[family.id] = ids.make(family.kind, index)
        if above and family.link:
            record[family.link] = above[index % len(above)]["id"]
        made.append(record)
    return made
