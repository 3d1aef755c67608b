"""A large state is let go of a piece at a time, and nothing that others share goes with it."""

import itertools
import weakref

from mock_server.store.base import NoLog
from mock_server.store.deferred_free import DeferredFree
from mock_server.store.state import WorkspaceState


class Text(str):
    """A text that can be watched."""

    __slots__ = ("__weakref__",)


def state(count: int) -> tuple[WorkspaceState, "weakref.WeakSet[Text]"]:
    texts = [Text(f"text {number}") for number in range(count)]
    made = WorkspaceState.of({"faqs": [{"id": number, "question": text} for number, text in enumerate(texts)]}, {})
    return made, weakref.WeakSet(texts)


def test_a_large_state_goes_a_piece_at_a_time() -> None:
    waste, (large, alive) = DeferredFree(), state(20_000)
    waste.attended = True
    waste.add(large)
    del large
    left = [len(alive)]
    while waste.reduce():
        left.append(len(alive))
    assert left[0] == 20_000
    assert max(before - after for before, after in itertools.pairwise(left)) <= 5_000
    assert not alive


def test_what_another_state_shares_stays() -> None:
    waste, (large, alive) = DeferredFree(), state(5_000)
    waste.attended = True
    fork = large.fork()
    with fork.transaction(NoLog(), "w") as tx:
        tx.remove("faqs", 7)
    del tx  # it could still be undone
    waste.add(large)
    del large
    while waste.reduce():
        pass
    assert len(alive) == len(fork.rows("faqs")) == 4_999


def test_nothing_is_held_where_nobody_lets_go_of_it() -> None:
    waste, (large, alive) = DeferredFree(), state(10)
    waste.add(large)
    del large
    assert not alive
