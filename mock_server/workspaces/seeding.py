"""Seed a workspace: the world, fitted to the served document."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.spec.generation import generate
from mock_server.store.base import Record, Row
from mock_server.store.state import Restoring, Transaction, WorkspaceState
from mock_server.support.text import shorten
from mock_server.workspaces.fitting import chance_for, completing, valid
from mock_server.workspaces.invention import invented_records
from mock_server.workspaces.own_data.missing_values import with_missing_values
from mock_server.workspaces.own_data.planting import Ground, write_records
from mock_server.workspaces.seeding_views import VIEWS
from mock_server.world.build import build
from mock_server.world.clock import epoch_ms
from mock_server.world.ids import CANONICAL, FIRST_FREE_INDEX, IdFormat, Ids, rng
from mock_server.world.recipe import Recipe


class DocumentIds(Ids):
    """Makes ids in the form of the served document. If ours do not fit its schema (a UUID, say), the schema decides."""

    def __init__(self, contract: Contract, seed: int) -> None:
        super().__init__(seed, _formats(contract))
        self._schemas = {
            kind: family.id_schema
            for kind, family in contract.families.items()
            if family.id_schema is not None
            and not all(family.id_schema.accepts(super(DocumentIds, self).make(kind, n)) for n in (0, FIRST_FREE_INDEX))
        }

    @property
    def invents(self) -> bool:
        """True if the ids of some kind are made from its schema."""
        return bool(self._schemas)

    def make(self, kind: str, index: int) -> str | int:
        """Make an id in the document's form for the kind."""
        schema = self._schemas.get(kind)
        if schema is None:
            return super().make(kind, index)
        made: str | int = generate(schema, rng(self.seed, "id", kind, index), example=False)
        return made


def document_ids(contract: Contract, seed: int) -> Ids:
    """Make the ids of a workspace: ours with the document's prefixes, if these fit every kind."""
    ids = DocumentIds(contract, seed)
    return ids if ids.invents else Ids(seed, _formats(contract))


def _formats(contract: Contract) -> dict[str, IdFormat]:
    found = {}
    for kind, family in contract.families.items():
        if family.id_schema is None:
            continue
        if "string" in family.id_schema.types:
            canonical = None if contract.foreign else CANONICAL.get(kind)
            found[kind] = IdFormat(kind, "string", family.prefix or (canonical.prefix if canonical else ""))
        else:
            found[kind] = IdFormat(kind, "integer")
    return found


def seeded(contract: Contract, recipe: Recipe, seed: int, start: datetime) -> WorkspaceState:
    """The records of a new workspace: the world's, and a few of every kind without a story."""
    ids = DocumentIds(contract, seed)
    records: dict[str, Sequence[Record]] = {}
    stories = {} if contract.foreign else build(recipe, seed, start, ids)
    for kind, stored in stories.items():
        family = contract.families.get(kind)
        records[kind] = _records(contract, family, partial(_fitted, family, stored, seed)) if family else stored
    for family in sorted(contract.families.values(), key=lambda family: family.kind.count("/")):
        if family.kind not in records and (contract.foreign or family.kind not in VIEWS):
            above = records.get(family.parent or "", ())
            make = partial(invented_records, contract, family, above, recipe, ids, start)
            records[family.kind] = _records(contract, family, make)
    names = {kind: family.id for kind, family in contract.families.items()}
    state = WorkspaceState.of(records, names)
    more = {} if contract.foreign else with_missing_values(contract, recipe, ids, start, state)
    state = WorkspaceState.of({**records, **more}, names) if more else state
    if recipe.records:
        _write_own(contract, recipe, ids, start, state)
    return state


def _write_own(contract: Contract, recipe: Recipe, ids: Ids, start: datetime, state: WorkspaceState) -> None:
    """Add the records that the recipe holds. Raises RecordsError."""
    with Transaction(state) as tx:
        ground = Ground(contract, tx, ids, recipe, epoch_ms(start), state.kinds)
        write_records(ground, recipe.records.kinds, recipe.records.where)


def _records(contract: Contract, family: Family, make: Callable[[], list[Record]]) -> list[Record]:
    """Call ``make`` for records; none if it fails, and requests for them get the reason."""
    try:
        return make()
    except SpecError as fault:
        reason = str(fault)
    except Exception as fault:  # nobody has foreseen this document; the other kinds do not care
        what = f"{type(fault).__name__}: {shorten(str(fault), 200)}"
        reason = f"the program failed on {family.kind}: {what} → please report it"
    contract.note_unmade(family, reason)
    return []


def refitting(contract: Contract, seed: int) -> Restoring:
    """Make a function that fits stored records to the document as it is now.

    The server may have another document than when the file was written, and the file may be a user's own: each record
    is checked, whoever is said to have written it.
    """

    def fit(kind: str, row: Row) -> Row:
        family = contract.families.get(kind)
        return row if family is None else _refitted(family, row, seed)

    return fit


def _refitted(family: Family, row: Row, seed: int) -> Row:
    stored = row.record
    record = valid(family, stored, lambda: rng(seed, "fit", family.kind, row.id))
    return row if record is stored else Row(row.id, row.key, record)


def _fitted(family: Family, records: Iterable[Record], seed: int) -> list[Record]:
    """Give each record every field that the document knows. The values do not depend on the rest of the world."""
    fit = completing(family)
    return [fit(record, chance_for(family, record, seed)) for record in records]
