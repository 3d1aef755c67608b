"""The part of a large world that is there at once: its business, and its leads, each made when somebody looks at it.

The time and the id of a lead are known without its story, so its place in the list is too. What else leads bring is not
known before all stories are told.
"""

from collections.abc import Callable, Sequence

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.store.base import Record, Row
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.own_data.missing_values import has_every_value
from mock_server.workspaces.story_rows import MANY_LEADS, FittedRows
from mock_server.world.build import LEAD_KINDS, business_records, lead_created, lead_records
from mock_server.world.context import WorldContext

MOST_OF_A_LEAD = 32
"""Most records of one kind that a lead brings."""
_OLDEST, _NEWEST = 40, 60  # leads of the sample: the oldest have visits that are over, the newest some to come


class _EarlyLead(Row):
    """The row of a lead whose story is told when somebody asks for the record."""

    __slots__ = ("_made", "_make", "index")

    def __init__(self, id: str | int, created: str, index: int, make: Callable[[int], Row]) -> None:
        self.id = id
        self.key = (created, 0)
        self.index, self._make = index, make
        self._made: Record | None = None

    @property
    def record(self) -> Record:  # type: ignore[override]  # nobody may set it
        """The record."""
        if self._made is None:
            self._made = self._make(self.index).record
        return self._made


def early_rows(contract: Contract, context: WorldContext) -> dict[str, list[Row]] | None:
    """The rows that are there at once, by kind, oldest first; None for a world that must be made as a whole.

    That is a small one, one with records of a person's own, and one whose leads the document or this program changes
    once the others are known.
    """
    if context.recipe.leads < MANY_LEADS or context.recipe.records or _others_below_leads(contract):
        return None
    business = {kind: some for kind, some in business_records(context).items() if kind not in LEAD_KINDS}
    rows = {kind: FittedRows(contract, kind, context.seed) for kind in business}
    for kind, some in business.items():
        rows[kind].add(some)
    found = {kind: fitted.in_order() for kind, fitted in rows.items()}
    leads = _early_leads(contract, context)
    leads.sort(key=lambda row: row.key)  # all have the arrival 0: those of one millisecond stay in order
    if not _agrees(contract, context, found, [*leads[:_OLDEST], *leads[-_NEWEST:]]):
        return None
    found["leads"] = list(leads)
    return found


def _early_leads(contract: Contract, context: WorldContext) -> list[_EarlyLead]:
    fitted, ids = FittedRows(contract, "leads", context.seed), context.ids

    def make(index: int) -> Row:
        return fitted.row(lead_records(context, index)["leads"][0])

    leads = range(context.recipe.leads)
    return [_EarlyLead(ids.make("leads", index), lead_created(context, index), index, make) for index in leads]


def _others_below_leads(contract: Contract) -> bool:
    """True if the document has kinds of its own below those that leads bring: they name records of these."""
    return any(family.parent in LEAD_KINDS and family.kind not in LEAD_KINDS for family in contract.families.values())


def _agrees(
    contract: Contract, context: WorldContext, business: dict[str, list[Row]], leads: Sequence[_EarlyLead]
) -> bool:
    """Tell some stories whole. True if the leads are in them as they are listed, and no record needs to be added."""
    rows = {kind: FittedRows(contract, kind, context.seed) for kind in LEAD_KINDS}
    try:
        for early in leads:
            made = lead_records(context, early.index)
            row = rows["leads"].row(made["leads"][0])
            if (row.id, row.key) != (early.id, early.key):
                return False
            for kind, some in made.items():
                rows[kind].add(some)
    except SpecError:
        return False
    return has_every_value(WorkspaceState.of_rows({**business, **{kind: it.in_order() for kind, it in rows.items()}}))
