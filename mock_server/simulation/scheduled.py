"""Scheduled work that becomes due as time passes: visits take place, and simulated people get in touch."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mock_server.behaviours.registry import ActionContext
from mock_server.behaviours.side_effects import emit_event
from mock_server.errors import ApiError
from mock_server.simulation.callers import KNOWN
from mock_server.simulation.contacts import SimulationRequest, simulate
from mock_server.store.base import Id, Record
from mock_server.store.state import Transaction
from mock_server.world.business_rules import APPOINTMENT_CHANGES, SOURCE_SHARES
from mock_server.world.clock import epoch_ms, from_epoch_ms, parse, stamp
from mock_server.world.ids import Rng, rng
from mock_server.world.recipe import Recipe

KIND = "$agenda"
TRAFFIC = "traffic"
"""The id of the row that schedules itself again."""

_WAYS = ("call", "sms", "email", "webform", "chat")  # in the order of the world's SOURCES


@dataclass(frozen=True, slots=True)
class ScheduledAction:
    """Work with a known time. ``kind`` is that of its record."""

    at: str
    kind: str
    id: Id


def next_due(tx: Transaction, *, foreign: bool) -> ScheduledAction | None:
    """The work that is due first; at the same time, visits before people, and older records before newer ones.

    What time does to the appointments of a ``foreign`` document, nobody has said.
    """
    visit = None if foreign else tx.earliest("appointments", change_time)
    planned = tx.earliest(KIND, _planned_time)
    if visit is not None and (planned is None or visit[0] <= planned[0]):
        return ScheduledAction(visit[0], "appointments", visit[1].id)
    return None if planned is None else ScheduledAction(planned[0], KIND, planned[1].id)


def change_time(appointment: Record) -> str | None:
    """The time at which an appointment changes its status by itself; None if it is over or called off."""
    status = appointment.get("status")
    change = APPOINTMENT_CHANGES.get(status) if isinstance(status, str) else None
    at = None if change is None else appointment.get(change[0])
    return at if isinstance(at, str) else None


def _planned_time(planned: Record) -> str:
    return str(planned.get("createdAt", ""))


def plan(tx: Transaction, at: str, wanted: SimulationRequest) -> Id:
    """Schedule a contact for later."""
    id = tx.fresh(KIND, lambda number: number + 1)
    tx.put(KIND, id, {"id": id, "createdAt": at, "wanted": asdict(wanted)})
    return id


def set_traffic(tx: Transaction, now: str, seed: int, per_minute: float) -> None:
    """Let so many people a minute get in touch from now on; 0 stops it."""
    tx.remove(KIND, TRAFFIC)
    if per_minute:
        _renew(tx, now, seed, per_minute)


def _renew(tx: Transaction, now: str, seed: int, per_minute: float) -> None:
    number = tx.count("$traffic")
    gap = -math.log(1 - rng(seed, TRAFFIC, number).random()) * 60_000 / per_minute
    at = stamp(from_epoch_ms(epoch_ms(parse(now)) + max(1, round(gap))))
    tx.put(KIND, TRAFFIC, {"id": TRAFFIC, "createdAt": at, "perMinute": per_minute, "number": number})


def carry_out(action: ActionContext, recipe: Recipe, due: ScheduledAction) -> Mapping[str, Any]:
    """Do the due work at its own time; return a description and the ids of its records."""
    row = action.tx.get(due.kind, due.id)
    if row is None:
        return {"what": "nothing"}
    if due.kind == "appointments":
        _, status = APPOINTMENT_CHANGES[row.record["status"]]
        changed = action.store(due.kind, row.id, {**row.record, "status": status, "updatedAt": action.now})
        emit_event(action, "APPOINTMENT_UPDATED", changed.record)
        return {"what": f"appointment {status.lower()}", "appointmentId": row.id}
    action.tx.remove(KIND, row.id)
    if row.id != TRAFFIC:
        return _attempted(action, recipe, SimulationRequest(**row.record["wanted"]))
    _renew(action.tx, due.at, action.ids.seed, row.record["perMinute"])
    return _attempted(action, recipe, _anyone(rng(action.ids.seed, "who", row.record["number"])))


def _attempted(action: ActionContext, recipe: Recipe, wanted: SimulationRequest) -> Mapping[str, Any]:
    what = f"appointment {wanted.action}" if wanted.action else wanted.kind
    try:
        return {"what": what, **simulate(action, recipe, wanted)}
    except ApiError as fault:
        # A lead that is gone by now, or nothing left to cancel: time goes on.
        return {"what": f"{what}: not possible", "reason": fault.explain[0]}


def _anyone(chance: Rng) -> SimulationRequest:
    """Choose the next person and the topic."""
    sender = KNOWN if chance.chance(45) else ""
    action = chance.weighted(("", "book", "move", "cancel"), (82, 12, 3, 3))
    if action:
        return SimulationRequest("appointment", sender if action == "book" else "", action=action)
    return SimulationRequest(chance.weighted(_WAYS, SOURCE_SHARES), sender)
