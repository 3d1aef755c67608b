"""The rows of the records that a world's stories bring, fitted to the served document lead by lead.

The records of a large world are packed as soon as they are made, so that they never lie in memory all at once.
"""

from collections.abc import Callable, Iterable

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.store.base import Record, Row
from mock_server.store.new_rows import created, new_row
from mock_server.store.packed_row import packed
from mock_server.support.text import shorten
from mock_server.workspaces.fitting import chance_for, completing
from mock_server.world.build import business_records, lead_records
from mock_server.world.context import WorldContext

MANY_LEADS = 1_000
"""A world with as many leads as this is packed. Most worlds are small, and their records are read over and over."""

_DAY = 10  # characters of a time that name its day: one sort of all would hold the interpreter for 100 ms


def story_rows(contract: Contract, context: WorldContext) -> dict[str, list[Row]]:
    """Make the rows by kind, oldest first. They have no numbers of arrival yet."""
    recipe = context.recipe
    keep = packed if recipe.leads >= MANY_LEADS else _as_it_is
    business = business_records(context)
    kinds = {kind: FittedRows(contract, kind, context.seed, keep) for kind in business}
    for kind, some in business.items():
        kinds[kind].add(some)
    for index in range(recipe.leads):
        for kind, some in lead_records(context, index).items():
            kinds[kind].add(some)
    return {kind: fitted.in_order() for kind, fitted in kinds.items()}


def _as_it_is(row: Row) -> Row:
    return row


class FittedRows:
    """The rows of one kind; none if its records cannot be fitted, and requests for them get the reason."""

    def __init__(self, contract: Contract, kind: str, seed: int, keep: Callable[[Row], Row] = _as_it_is) -> None:
        self._contract, self._kind, self._seed, self._keep = contract, kind, seed, keep
        self._family: Family | None = contract.families.get(kind)
        self._fit = completing(self._family) if self._family else None
        self._made: list[Row] = []
        self._times: list[str] = []  # before a record was fitted
        self._unmade = False

    def add(self, records: Iterable[Record]) -> None:
        """Take more records."""
        if self._family is None:
            self._add(records)
        elif not self._unmade:
            self._unmade = not noting_faults(self._contract, self._family, lambda: self._add(records))

    def in_order(self) -> list[Row]:
        """All rows, oldest first. Records of one millisecond stay in the order in which they were made."""
        if self._unmade:
            return []
        days: dict[str, list[int]] = {}
        for place, time in enumerate(self._times):
            days.setdefault(time[:_DAY], []).append(place)
        for day in days.values():
            day.sort(key=self._times.__getitem__)
        return [self._made[place] for day in sorted(days) for place in days[day]]

    def row(self, record: Record) -> Row:
        """Make the row of one record. Raises SpecError if it cannot be fitted."""
        id = "id"
        if self._family is not None and self._fit is not None:
            record, id = self._fit(record, chance_for(self._family, record, self._seed)), self._family.id
        return self._keep(new_row(record, record.get(id, self._kind)))

    def _add(self, records: Iterable[Record]) -> None:
        for record in records:
            self._made.append(self.row(record))
            self._times.append(created(record))


def noting_faults(contract: Contract, family: Family, make: Callable[[], None]) -> bool:
    """Call ``make`` for records of a family; False if it fails: then requests for them get the reason."""
    try:
        make()
        return True
    except SpecError as fault:
        reason = str(fault)
    except Exception as fault:  # nobody has foreseen this document; the other kinds do not care
        what = f"{type(fault).__name__}: {shorten(str(fault), 200)}"
        reason = f"the program failed on {family.kind}: {what} → please report it"
    contract.note_unmade(family, reason)
    return False
