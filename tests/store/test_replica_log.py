"""Each workspace has one owner among the servers of a database, and nobody else can write into it."""

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from messages import assert_message

from mock_server.errors import NameTaken, StateError, StateLost
from mock_server.store.base import ARRIVAL, SavedWorkspace, at_once
from mock_server.store.postgres_log import PostgresLog
from mock_server.store.postgres_memory import MemoryChanges, StoredRow
from mock_server.store.postgres_owners import Place
from mock_server.store.replica_log import ReplicaLog
from mock_server.store.state import WorkspaceState


@pytest.fixture
def joined(postgres_url: str) -> Iterator[Callable[[str], ReplicaLog]]:
    """Joins the replicas of a database; all leave in the end."""
    logs: list[ReplicaLog] = []

    def join(address: str) -> ReplicaLog:
        logs.append(ReplicaLog(postgres_url, address))
        return logs[-1]

    yield join
    for log in logs:
        log.close()


def begin(log: ReplicaLog, *ids: str) -> WorkspaceState:
    """Make workspaces on one layer with two records."""
    counters = {ARRIVAL: 2}
    state = WorkspaceState.of({"faqs": [{"id": 1}, {"id": 2}]}, {})
    layer = at_once(log.keep({"faqs": state.rows("faqs")}, counters, {}))
    for id in ids:
        log.begin(id, {"keys": [f"key of {id}"]}, layer)
    return state


def put(log: ReplicaLog, state: WorkspaceState, workspace: str, id: int) -> None:
    with state.transaction(log, workspace) as tx:
        tx.put("faqs", id, {"id": id})


def content(saved: SavedWorkspace) -> list[Any]:
    return sorted(row.id for row in WorkspaceState.restored(saved.layer).rows("faqs"))


def expire(url: str, log: ReplicaLog) -> None:
    """Let the lease of one replica end, without its noticing."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE servers SET until = now() - interval '1 second' WHERE id = %s", (log.server,))


def test_a_workspace_moves_when_its_owner_gives_it_and_the_owner_cannot_write_any_more(
    joined: Callable[[str], ReplicaLog], postgres_url: str
) -> None:
    one, two = joined("http://one"), joined("http://two")
    state = begin(one, "v", "w")
    put(one, state, "w", 3)
    assert two.take("w") is None
    assert two.take("nothing") is None
    with pytest.raises(NameTaken) as taken_name:
        begin(two, "w")
    assert_message(taken_name.value, URL=postgres_url)
    found = two.owners.find_by_key("key of w")
    assert found is not None
    assert (found.workspace, found.owner and found.owner.url) == ("w", "http://one")
    one.owners.give("w", two.server)
    with pytest.raises(StateError) as refused:
        put(one, state, "w", 4)
    assert_message(refused.value, URL=postgres_url)
    taken = two.take("w")
    assert taken is not None
    assert (two.epochs["w"], content(taken.saved), taken.forgot) == (3, [1, 2, 3], False)
    put(one, begin(one), "v", 5)  # its other workspace is as it was
    put(two, WorkspaceState.restored(taken.saved.layer), "w", 4)
    one.let_go("w")
    assert (set(one.epochs), set(two.epochs)) == ({"v"}, {"w"})


def test_the_workspaces_of_a_dead_owner_are_free_and_it_cannot_write_any_more(
    joined: Callable[[str], ReplicaLog], postgres_url: str
) -> None:
    one, two, three = joined("http://one"), joined("http://two"), joined("http://three")
    state = begin(one, "v", "w")
    one.memory.write([MemoryChanges("w", one.epochs["w"], is_open=True)])
    expire(postgres_url, one)
    assert two.owners.free(9) == ["v", "w"]
    assert two.owners.find("w") == Place("w", None)
    taken = two.take("w")
    assert taken is not None
    assert taken.forgot  # `one` had not stored all that it knew
    assert three.take("w") is None
    with pytest.raises(StateLost) as refused:
        put(one, state, "v", 3)
    assert_message(refused.value, "another server has taken over", URL=postgres_url)
    assert (taken := three.take("v")) is not None
    assert not taken.forgot
    assert [each.url for each in two.owners.replicas()] == ["http://two", "http://three"]


def test_a_removed_workspace_is_nowhere_and_its_key_opens_nothing(joined: Callable[[str], ReplicaLog]) -> None:
    one, two = joined("http://one"), joined("http://two")
    begin(one, "w")
    one.remove("w")
    assert two.owners.find("w") is two.owners.find_by_key("key of w") is None
    assert two.take("w") is None
    begin(two, "w")


def test_nobody_tidies_up_what_another_server_needs(joined: Callable[[str], ReplicaLog]) -> None:
    one, two = joined("http://one"), joined("http://two")
    state = begin(one, "w")  # the layer is held, and a world for others
    (layer,) = one._held
    put(one, state, "w", 3)
    one.release(one.seal("w"))  # nobody can return to what was sealed, but `one` writes on it
    one.begin("x", {}, layer)
    one.remove("x")
    two._untidy = True
    while two.tidy():
        pass
    one.begin("x", {}, layer)
    put(one, state, "w", 4)
    one.owners.give("w", two.server)
    taken = two.take("w")
    assert taken is not None
    assert content(taken.saved) == [1, 2, 3, 4]
    while two.tidy():
        pass
    one.owners.give("x", two.server)
    taken = two.take("x")
    assert taken is not None
    assert content(taken.saved) == [1, 2]


@pytest.mark.slow
def test_a_database_of_one_server_can_be_shared_later(postgres_url: str, joined: Callable[[str], ReplicaLog]) -> None:
    alone = PostgresLog(postgres_url)
    begin(alone, "w")  # type: ignore[arg-type]
    alone.close()
    one = joined("http://one")
    assert one.owners.find("w") == Place("w", None)
    assert one.take("w")
    with pytest.raises(StateError) as refused:
        PostgresLog(postgres_url)
    assert_message(refused.value, "database in use", URL=postgres_url, PROCESS=os.getpid(), HOST=socket.gethostname())


def test_workspaces_of_an_earlier_version_are_found_by_their_keys(
    postgres_url: str, joined: Callable[[str], ReplicaLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = PostgresLog(postgres_url)
    begin(alone, "w")  # type: ignore[arg-type]
    alone.close()
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("DROP TABLE memory, retired_coverage, owners, held_layers; ALTER TABLE servers DROP COLUMN load")
        db.execute("DROP FUNCTION sophiie_fence(bigint, bigint, text[], bigint[]); UPDATE sophiie_mock SET version = 2")
    one = joined("http://one")
    assert one.owners.find_by_key("key of w") == Place("w", None)
    assert one.take("w")


def test_a_replica_of_an_earlier_version_stops_and_its_requests_count_as_missing(
    postgres_url: str, joined: Callable[[str], ReplicaLog]
) -> None:
    old = joined("http://old")
    begin(old, "w")
    with psycopg.connect(postgres_url, autocommit=True) as db:
        db.execute("DROP TABLE memory, retired_coverage; ALTER TABLE owners DROP COLUMN is_open")
        db.execute("UPDATE sophiie_mock SET version = 3")
    new = joined("http://new")
    with pytest.raises(StateLost, match="another server has taken over"):
        begin(old, "v")
    taken = new.take("w")
    assert (taken is not None and taken.forgot, new.memory.load("w")) == (True, [])


def test_a_server_alone_forgets_what_replicas_had_in_memory(
    postgres_url: str, joined: Callable[[str], ReplicaLog]
) -> None:
    one = joined("http://one")
    begin(one, "w")
    one.memory.write([MemoryChanges("w", one.epochs["w"], [StoredRow(1, "counts", b"{}")])])
    one.close()
    alone = PostgresLog(postgres_url)
    assert [saved.id for saved in alone.load()] == ["w"]
    alone.close()
    two = joined("http://two")
    taken = two.take("w")
    assert (taken is not None and taken.forgot, two.memory.load("w")) == (True, [])
