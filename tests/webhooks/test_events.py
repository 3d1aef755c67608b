"""Events: committed with the change that caused them, and never changed afterwards."""

from contextlib import suppress

import pytest

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.store.base import NoLog
from mock_server.store.state import WorkspaceState
from mock_server.webhooks.events import EVENTS, KIND, emit
from mock_server.world.ids import Ids

LOG = NoLog()
LEAD = {"id": "ld_1", "firstName": "Avery", "createdAt": "2026-03-04T05:06:07.089Z"}
NOW = "2026-03-06T00:00:00.000Z"


def emitted(state: WorkspaceState, *types: str, seed: int = 1) -> list[dict[str, object]]:
    with state.transaction(LOG, "w") as tx:
        for type in types:
            emit(tx, Ids(seed), NOW, "req_1", type, LEAD)
    return [dict(row.record) for row in state.rows(KIND)]


def test_an_event_says_what_happened_to_which_record_when_and_why() -> None:
    (event,) = emitted(WorkspaceState(), "LEAD_CREATED")
    assert str(event["id"]).startswith("evt_")
    assert event.items() >= {"type": "LEAD_CREATED", "createdAt": NOW, "cause": "req_1", "recordId": "ld_1"}.items()


def test_each_event_has_an_id_of_its_own_the_same_in_every_run() -> None:
    ids = [event["id"] for event in emitted(WorkspaceState(), *["LEAD_UPDATED"] * 20)]
    assert len(set(ids)) == 20
    assert ids == [event["id"] for event in emitted(WorkspaceState(), *["LEAD_UPDATED"] * 20)]
    assert not set(ids) & {event["id"] for event in emitted(WorkspaceState(), *["LEAD_UPDATED"] * 20, seed=2)}


def test_its_body_is_what_was_true_when_it_happened() -> None:
    state = WorkspaceState.of({"leads": [LEAD]}, {})
    (before,) = emitted(state, "LEAD_CREATED")
    with state.transaction(LOG, "w") as tx:
        tx.put("leads", "ld_1", {**LEAD, "firstName": "Robin"})
    assert state.rows(KIND)[0].record == before
    assert state.rows(KIND)[0].record["body"]["firstName"] == "Avery"


def test_what_is_undone_was_never_emitted() -> None:
    state = WorkspaceState()
    with suppress(RuntimeError), state.transaction(LOG, "w") as tx:
        emit(tx, Ids(1), NOW, "req_1", "LEAD_CREATED", LEAD)
        raise RuntimeError
    assert not state.rows(KIND)
    assert not state.counters


def test_an_unknown_type_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        emitted(WorkspaceState(), "LEAD_EATEN")


def test_the_document_and_the_code_know_the_same_events() -> None:
    zapier = load_contract(Settings()).documents[-1].root
    assert set(EVENTS) == set(zapier["webhooks"]) == set(zapier["components"]["schemas"]["Trigger"]["enum"])
