"""Workspaces are spread so that every replica has about as much to do."""

from math import inf

from mock_server.cluster.load import Loads
from mock_server.store.postgres_owners import Replica


def replicas(*loads: float) -> list[Replica]:
    return [Replica(number, f"http://replica-{number}", load) for number, load in enumerate(loads)]


def test_a_new_workspace_goes_to_the_replica_with_the_least_to_do() -> None:
    loads = Loads()
    among = replicas(5, 2, 3)
    assert [loads.quietest(0, among, own=5) for _ in range(4)] == [among[1], among[1], among[2], among[1]]
    assert loads.quietest(0, among, own=2) is None
    assert Loads().quietest(0, replicas(5, inf), own=5) is None  # the other one does not serve yet


def test_what_a_workspace_was_asked_counts_and_fades() -> None:
    loads = Loads()
    for _ in range(100):
        loads.asked("busy")
    loads.fade()
    assert (loads.of("busy"), loads.of("quiet")) == (101, 1)
    for _ in range(60):
        loads.fade()
    assert loads.of("busy") == 1
    assert loads.total(["busy", "quiet"]) == 2


def test_only_what_is_above_the_mean_moves() -> None:
    idle = [(1.0, f"w{number}") for number in range(9)]
    assert len(list(Loads().moves(0, replicas(9, 0, 0), own=9, idle=idle))) == 6
    moves = list(Loads().moves(0, replicas(9, 4, 0), own=9, idle=idle))
    assert {to for _, to in moves} == {2}
    assert list(Loads().moves(0, replicas(3, 2), own=3, idle=idle)) == []
    assert list(Loads().moves(0, replicas(9), own=9, idle=idle)) == []
    assert list(Loads().moves(0, replicas(9, inf), own=9, idle=idle)) == []


def test_a_busy_workspace_does_not_move_where_it_would_be_too_much() -> None:
    assert list(Loads().moves(0, replicas(100, 0), own=100, idle=[(99.0, "busy"), (1.0, "quiet")])) == [("quiet", 1)]


def test_many_replicas_that_give_at_once_do_not_bury_the_one_that_came() -> None:
    given = 0
    for server in range(49):
        among = replicas(*[204.0] * 49, 0)
        given += len(list(Loads().moves(server, among, own=204, idle=[(1.0, f"w{n}") for n in range(204)])))
    assert given <= 200
