"""What every engine of a log does: all that was acknowledged is there afterwards, whole and as it was."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from begun import begun
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.store.base import Log
from mock_server.store.open_log import open_log
from mock_server.store.state import WorkspaceState

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab\0🦘", max_size=3), inner)),
    max_leaves=8,
)
ODD = {
    "nul": "a\0b",
    "emoji": "🧑‍🔧 नेहा \u200fעברית",
    "exact": 2**53 + 1,
    "float": 0.1 + 0.2,
    "tiny": 5e-324,
    "long": "long " * 40_000,
    "nested": {"list": [None, True, 1, 1.5, {"": []}]},
    "line breaks": "\r\n\u2028\x85",
}


@pytest.fixture
def opened(new_place: Callable[[], str]) -> Iterator[Callable[[], Log]]:
    """Opens the place, after the log before was closed; everything opened is closed in the end."""
    logs: list[Log] = []
    place = new_place()

    def reopen() -> Log:
        for log in logs:
            log.close()
        logs[:] = [open_log(place)]
        return logs[0]

    yield reopen
    for log in logs:
        log.close()


def put(log: Log, state: WorkspaceState, *records: dict[str, Any]) -> None:
    with state.transaction(log, "w") as tx:
        for record in records:
            tx.put("faqs", record["id"], record)


def content(state: WorkspaceState) -> dict[str, list[tuple[Any, Any, Any]]]:
    rows = {kind: [(row.id, row.key, row.record) for row in state.rows(kind)] for kind in state.kinds}
    return {kind: some for kind, some in rows.items() if some}


def test_odd_values_come_back_as_they_were(opened: Callable[[], Log]) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    with state.transaction(log, "w") as tx:
        for number, (name, value) in enumerate(ODD.items()):
            tx.put("odd", name, {"id": name, "value": value})
            tx.put("odd", number, {"id": number})
    (saved,) = opened().load()
    assert content(WorkspaceState.restored(saved.layer)) == content(state)


IDS = st.one_of(st.integers(0, 3), st.sampled_from(["0", "é", "\0", "\1"]))


@pytest.mark.slow
@given(st.lists(st.tuples(IDS, json_values), max_size=6))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_committed_is_loaded_equal(opened: Callable[[], Log], some: list[tuple[Any, Any]]) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    for id, value in some:
        with state.transaction(log, "w") as tx:
            if value is None:
                tx.remove("things", id)
            else:
                tx.put("things", id, {"id": id, "value": value, "createdAt": f"2026-01-0{tx.count('days') % 9 + 1}"})
    (saved,) = opened().load()
    assert content(WorkspaceState.restored(saved.layer)) == content(state)
    assert dict(saved.layer.counters) == dict(state.counters)


def test_a_workspace_is_replaced_or_forgotten_whole_and_others_stay(opened: Callable[[], Log]) -> None:
    log = opened()
    for id in ("a", "b", "c"):
        begun(log, id, WorkspaceState.of({"faqs": [{"id": 1}, {"id": 2}]}, {}))
    begun(log, "a", WorkspaceState(), {"seed": 2})
    log.remove("b")
    kept = {saved.id: (dict(saved.facts), WorkspaceState.restored(saved.layer)) for saved in opened().load()}
    assert kept.keys() == {"a", "c"}
    assert (kept["a"][0], content(kept["a"][1])) == ({"seed": 2}, {})
    assert [row.id for row in kept["c"][1].rows("faqs")] == [1, 2]


def test_a_transaction_that_fails_leaves_state_and_place_as_they_were(opened: Callable[[], Log]) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState())
    put(log, state, {"id": 1})
    before = content(state)
    with pytest.raises(TypeError):
        put(log, state, {"id": 2}, {"id": 3, "value": object()})  # the second one cannot be written
    assert content(state) == before
    (saved,) = opened().load()
    assert content(WorkspaceState.restored(saved.layer)) == before


def test_a_snapshot_is_as_the_workspace_was_and_what_nobody_needs_goes(opened: Callable[[], Log]) -> None:
    log = opened()
    state = begun(log, "w", WorkspaceState.of({"faqs": [{"id": 1}, {"id": 2}]}, {}))
    put(log, state, {"id": 3})
    layer = log.save("w", "s", {"now": "", "frozen": True})
    then = content(state)
    with state.transaction(log, "w") as tx:
        tx.remove("faqs", 1)
    log.begin("twin", {}, layer)
    while log.tidy():
        pass
    log = opened()
    kept = {saved.id: saved for saved in log.load()}
    assert content(WorkspaceState.restored(kept["w"].snapshots["s"].layer)) == then
    assert content(WorkspaceState.restored(kept["twin"].layer)) == then
    assert content(WorkspaceState.restored(kept["w"].layer)) == content(state)
    log.remove("twin")
    log.forget("w", "s")
    while log.tidy():
        pass
    (saved,) = opened().load()
    assert content(WorkspaceState.restored(saved.layer)) == content(state)
    assert saved.layer.parent is not None
    assert saved.layer.parent.parent is None  # the snapshot's layer went into the one above
