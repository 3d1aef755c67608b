"""Add records to a made-up world for values that it happens not to have, so that a client meets all of them.

A dozen leads may have no chat, or no cancelled visit. The missing records are written as a person would write them,
for existing leads, with ids of the world's own range.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mock_server.errors import RecordsError
from mock_server.spec.contract import Contract
from mock_server.store.base import Record, Row
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.workspaces.own_data.planting import Ground, write_records
from mock_server.workspaces.own_data.vocabulary import STATUSES
from mock_server.world.business_rules import SOURCES
from mock_server.world.calendar import DAY, weekday
from mock_server.world.clock import epoch_ms, parse
from mock_server.world.conversations import SOURCE_KINDS
from mock_server.world.ids import Ids
from mock_server.world.own_data.local_zone import local_zone
from mock_server.world.recipe import Recipe

FEWEST_LEADS = 10
"""A recipe with fewer leads than this is a user's own choice and is not changed."""

_ROOM = 1_000  # indices at the end of the world's range
_COUNTED = ("inquiries", "appointments", "leads/activities", "$serials", "inquiries/data", "threads")
_OLD = 8 * DAY


def with_missing_values(
    contract: Contract, recipe: Recipe, ids: Ids, start: datetime, state: WorkspaceState
) -> Mapping[str, Sequence[Row]]:
    """All rows of the kinds that get more; nothing if the world has every value already."""
    if recipe.leads < FEWEST_LEADS or has_every_value(state):
        return {}
    leads = _suitable(state, epoch_ms(start))
    if not leads:
        return {}
    written = _missing(state, leads, epoch_ms(start))
    counters = dict.fromkeys((*_COUNTED, *SOURCE_KINDS.values()), -_ROOM)
    copy = state.fork(counters)
    tx = Transaction(copy)
    try:
        write_records(Ground(contract, tx, ids, recipe, epoch_ms(start), state.kinds), written)
    except RecordsError:  # there is no room for it in this calendar: the world stays as it is
        return {}
    kinds = {change.kind for change in tx.changes()}
    return {kind: [Row(row.id, row.key, row.record) for row in copy.rows(kind)] for kind in kinds}


def has_every_value(state: WorkspaceState) -> bool:
    """True if records of a world, or of a part of it, have every value: then nothing is added to the whole."""
    return not any(_lacking(state))


def _suitable(state: WorkspaceState, now: int) -> list[Record]:
    """Leads that can have one more past visit: known for a while, and no longer pending."""
    leads = [row.record for row in state.rows("leads")]
    old = [it for it in leads if epoch_ms(parse(str(it["createdAt"]))) < now - _OLD]
    return [it for it in old if it.get("status") == "active" and it.get("phone") and it.get("lastInquiryId")]


def _missing(state: WorkspaceState, leads: Sequence[Record], now: int) -> dict[str, list[dict[str, Any]]]:
    """The records with the missing values."""
    sources, wanted = _lacking(state)
    organization = state.rows("organization")
    zone = str(organization[0].record.get("timeZone", "UTC")) if organization else "UTC"
    for one in wanted:
        if one.get("status") == "COMPLETED":
            one["on"] = f"{_days_to_a_weekday(now, zone)} days ago 10:00"
    asked = {
        "inquiries": sources,
        "appointments": wanted,
    }
    return {
        kind: [{**one, "leadId": leads[number % len(leads)]["id"]} for number, one in enumerate(some)]
        for kind, some in asked.items()
        if some
    }


def _lacking(state: WorkspaceState) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The values of inquiries, and those of appointments, that no record has."""
    sources, statuses, moved = set(SOURCES), set(STATUSES), True
    for row in state.rows("inquiries"):
        if not sources:
            break  # the usual case, after a few records
        sources.discard(row.values(("source",))[0])
    for row in state.rows("appointments"):
        if not (statuses or moved):
            break
        status, is_moved = row.values(("status", "isRescheduled"))
        statuses.discard(status)
        moved = moved and not is_moved
    visits: list[dict[str, Any]] = [{"status": it} for it in STATUSES if it in statuses]
    return [{"source": it} for it in SOURCES if it in sources], visits + [{"isRescheduled": True}] * moved


def _days_to_a_weekday(now: int, zone: str) -> int:
    """How many days ago the last weekday was, at least two days back."""
    today = local_zone(zone).to_local(now) // DAY
    return next(days for days in range(2, 9) if weekday(today - days) < 5)
