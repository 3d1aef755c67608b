"""Seed a workspace: the world, fitted to the served document."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.spec.generation import generate
from mock_server.store.base import ARRIVAL, Record, Row
from mock_server.store.late_collections import LateCollections
from mock_server.store.new_rows import collections_of, new_row
from mock_server.store.state import Restoring, Transaction, WorkspaceState
from mock_server.support.late_result import LateResult
from mock_server.workspaces.early_rows import MOST_OF_A_LEAD, early_rows
from mock_server.workspaces.fitting import valid
from mock_server.workspaces.invention import invented_records
from mock_server.workspaces.own_data.missing_values import with_missing_values
from mock_server.workspaces.own_data.planting import Ground, write_records
from mock_server.workspaces.seeded_references import refer
from mock_server.workspaces.seeding_views import VIEWS
from mock_server.workspaces.story_rows import noting_faults, story_rows
from mock_server.world.build import LEAD_KINDS, world_context
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
    rows = {} if contract.foreign else story_rows(contract, world_context(recipe, seed, start, ids))
    _add_invented(contract, rows, recipe, ids, start)
    state = WorkspaceState.of_rows(rows)
    more = {} if contract.foreign else with_missing_values(contract, recipe, ids, start, state)
    state = WorkspaceState.of_rows({**rows, **more}) if more else state
    if recipe.records:
        _write_own(contract, recipe, ids, start, state)
    return state


def seeded_early(
    contract: Contract, recipe: Recipe, seed: int, start: datetime, whole: Callable[[], WorkspaceState]
) -> WorkspaceState | None:
    """The records of a large world: some can be read at once, and ``whole`` makes all. None for other worlds."""
    ids = DocumentIds(contract, seed)
    rows = None if contract.foreign else early_rows(contract, world_context(recipe, seed, start, ids))
    if rows is None:
        return None
    _add_invented(contract, rows, recipe, ids, start, late=LEAD_KINDS)
    late = LateCollections(collections_of(rows), LateResult(lambda: whole().whole()))
    return WorkspaceState(late, {ARRIVAL: recipe.leads * MOST_OF_A_LEAD})


def _add_invented(
    contract: Contract,
    rows: dict[str, list[Row]],
    recipe: Recipe,
    ids: Ids,
    start: datetime,
    late: Sequence[str] = (),
) -> None:
    """Add the kinds without a story; ``late`` are kinds with one that is not told yet."""
    known = {*VIEWS, *late} if not contract.foreign else set()
    for family in sorted(contract.families.values(), key=lambda family: family.kind.count("/")):
        if family.kind not in rows and family.kind not in known:
            rows[family.kind] = _invented(contract, family, rows, recipe, ids, start)
    if contract.foreign:
        refer(contract, rows)


def _invented(
    contract: Contract,
    family: Family,
    rows: Mapping[str, Sequence[Row]],
    recipe: Recipe,
    ids: Ids,
    start: datetime,
) -> list[Row]:
    """The rows of a kind without a story; none if no record can be made, and requests for them get the reason."""
    above = [row.record for row in rows.get(family.parent or "", ())]
    made: list[Record] = []
    noting_faults(contract, family, lambda: made.extend(invented_records(contract, family, above, recipe, ids, start)))
    return [new_row(record, record.get(family.id, family.kind)) for record in made]


def _write_own(contract: Contract, recipe: Recipe, ids: Ids, start: datetime, state: WorkspaceState) -> None:
    """Add the records that the recipe holds. Raises RecordsError."""
    with Transaction(state) as tx:
        ground = Ground(contract, tx, ids, recipe, epoch_ms(start), state.kinds)
        write_records(ground, recipe.records.kinds, recipe.records.where)


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
