"""Several transactions of one commit: written as one, with the effect that they have one after the other."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.store.base import LoggedTransaction, at_once
from mock_server.store.merged_transactions import merged
from mock_server.store.open_log import open_log
from mock_server.store.state import Transaction, WorkspaceState

BEGUN = {"things": [{"id": 1}, {"id": 2}]}
STEPS = st.lists(st.tuples(st.sampled_from(("put", "remove")), st.integers(1, 4)), min_size=1, max_size=4)
HISTORIES = st.lists(st.tuples(st.sampled_from("ab"), STEPS), max_size=8)


def content(image: WorkspaceState) -> dict[str, Any]:
    rows = {row.id: (row.key, row.record) for kind in image.kinds for row in image.rows(kind)}
    return {"rows": rows, "counters": dict(image.counters)}


def logged(images: dict[str, WorkspaceState], history: list[Any]) -> list[LoggedTransaction]:
    """The transactions of a history, each carried out in memory."""
    made = []
    for number, (workspace, steps) in enumerate(history):
        with Transaction(images[workspace]) as tx:
            for deed, id in steps:
                if deed == "put":
                    tx.put("things", id, {"id": id, "number": number})
                else:
                    tx.remove("things", id)
            made.append(LoggedTransaction(workspace, tx.changes(), tx.counters()))
    return made


def test_a_record_that_changed_twice_is_written_once() -> None:
    made = merged(logged({"a": WorkspaceState.of(BEGUN, {})}, [("a", [("put", 3)]), ("a", [("put", 3)])]))
    [(_, [change], counters)] = made
    assert change.before is None
    assert change.row is not None
    assert change.row.record["number"] == 1
    assert counters == {"arrival": 3}


def test_one_transaction_is_left_as_it_is() -> None:
    made = logged({"a": WorkspaceState.of(BEGUN, {})}, [("a", [("put", 3)])])
    assert merged(made) is made


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES)
def test_one_commit_keeps_all_that_its_transactions_did(new_place: Callable[[], str], history: list[Any]) -> None:
    place = new_place()
    log, begun = open_log(place), WorkspaceState.of(BEGUN, {})
    layer = at_once(log.keep({"things": begun.rows("things")}, begun.counters, {}))
    for id in "ab":
        log.begin(id, {}, layer)
    images = {id: begun.fork() for id in "ab"}
    log.commit_all(logged(images, history))
    log.close()
    log = open_log(place)
    found = {saved.id: content(WorkspaceState.restored(saved.layer)) for saved in log.load()}
    log.close()
    assert found == {id: content(image) for id, image in images.items()}
