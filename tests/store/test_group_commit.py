"""Group commit against a model: what was acknowledged is kept, what was refused is not, nobody saw what was undone."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from choosy_log import ChoosyLog
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.errors import StateError
from mock_server.store.base import LoggedTransaction, at_once
from mock_server.store.group_commit import GroupCommit, PendingTransaction
from mock_server.store.settled_log import SettledLog
from mock_server.store.state import Transaction, WorkspaceState

IDS = st.integers(1, 3)
NAMES = st.sampled_from("ab")
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, IDS),
    st.tuples(st.just("write"), NAMES, IDS),
    st.tuples(st.just("remove"), NAMES, IDS),
    st.tuples(st.just("read"), NAMES, IDS),
    st.tuples(st.just("write now"), NAMES, IDS),
    st.tuples(st.just("save"), NAMES, IDS),
    st.tuples(st.just("pause"), NAMES, IDS),
)
HISTORIES = st.lists(STEPS, max_size=25)
REFUSALS = st.lists(st.sampled_from(("", "", "", "a", "b", "ab")), max_size=12)
Content = tuple[dict[Any, Any], dict[str, int]]


def content(state: WorkspaceState) -> Content:
    return {row.id: row.record["number"] for row in state.rows("things")}, dict(state.counters)


def replayed(kept: Sequence[LoggedTransaction]) -> Iterator[Content]:
    """The content after each transaction that was kept, the empty one first."""
    rows: dict[Any, Any] = {}
    counters: dict[str, int] = {}
    yield dict(rows), dict(counters)
    for one in kept:
        for change in one.changes:
            rows.pop(change.id, None)
            if change.row is not None:
                rows[change.id] = change.row.record["number"]
        counters |= one.counters
        yield dict(rows), dict(counters)


class Story:
    """Two workspaces with one log, and what those who wrote and read them were answered."""

    def __init__(self, log: ChoosyLog) -> None:
        self.log = log
        self.commits = GroupCommit(log)
        self.ordered = SettledLog(log, self.commits)
        self.states = {name: WorkspaceState() for name in "ab"}
        self.acknowledged: list[LoggedTransaction] = []
        self.refused: list[LoggedTransaction] = []
        self.followed: list[LoggedTransaction] = []
        self.seen: list[tuple[str, Content]] = []
        self.number = 0

    async def live(self, history: Sequence[Any]) -> None:
        working: list[asyncio.Task[None]] = []
        for deed, name, id in history:
            if deed == "pause":
                await asyncio.sleep(0)
            else:
                working.append(asyncio.get_running_loop().create_task(self.act(deed, name, id)))
        await asyncio.gather(*working)

    async def act(self, deed: str, name: str, id: int) -> None:
        if deed == "save":
            count = self.ordered.save(name, "s", {})
            assert self.commits.pending(name) is None
            self.seen.append((name, content(self.states[name])))
            assert content(self.states[name]) == list(replayed(self.of(name)))[count]
        elif deed == "read":
            shown = content(self.states[name])
            try:
                await self.commits.durable(name)
            except StateError:
                return
            self.seen.append((name, shown))
        else:
            await self.write(deed, name, id)

    async def write(self, deed: str, name: str, id: int) -> None:
        with Transaction(self.states[name]) as tx:
            self.number += 1
            if deed == "remove":
                tx.remove("things", id)
            else:
                tx.put("things", id, {"id": id, "number": self.number})
        if not tx.changed:
            return
        logged = tx.logged(name)
        pending = PendingTransaction(logged, tx.undo, lambda: self.followed.append(logged))
        try:
            if deed == "write now":
                self.commits.keep(pending)
            else:
                self.commits.append(pending)
                await self.commits.durable(name)
        except StateError:
            self.refused.append(logged)
        else:
            self.acknowledged.append(logged)

    def of(self, name: str) -> list[LoggedTransaction]:
        return [one for one in self.log.kept if one.workspace == name]

    def holds(self) -> None:
        assert self.commits.newest() is None
        for name, state in self.states.items():
            moments = list(replayed(self.of(name)))
            assert content(state) == moments[-1]
            assert all(shown in moments for seen_in, shown in self.seen if seen_in == name)
        known = set(map(id, self.log.kept))
        assert known == set(map(id, self.acknowledged)) == set(map(id, self.followed))
        assert [id(one) for one in self.followed] == [id(one) for one in self.log.kept]
        assert not known & set(map(id, self.refused))


@settings(max_examples=60, deadline=None)
@given(HISTORIES, REFUSALS, st.booleans())
def test_every_history_is_as_if_the_refused_had_not_been(history: list[Any], refusals: list[str], thread: bool) -> None:
    story = Story(ChoosyLog(refusals, in_thread=thread))
    asyncio.run(story.live(history))
    story.holds()


def test_what_comes_in_one_round_is_one_commit() -> None:
    story = Story(ChoosyLog())
    asyncio.run(story.live([("write", "a", 1), ("write", "b", 1), ("write", "a", 2)]))
    assert story.log.sizes == [3]


def test_what_comes_while_the_log_is_busy_is_one_commit_afterwards() -> None:
    story = Story(ChoosyLog())

    async def scenario() -> None:
        story.log.is_busy = True
        working = [asyncio.create_task(story.write("write", name, 1)) for name in "ab"]
        await asyncio.sleep(0.02)  # the loop goes on
        working.append(asyncio.create_task(story.write("write", "a", 2)))
        await asyncio.sleep(0)
        assert story.log.kept == []
        story.log.is_busy = False
        await asyncio.gather(*working)

    asyncio.run(scenario())
    assert story.log.sizes == [3]
    story.holds()


def test_whoever_cannot_wait_for_a_busy_log_does_not() -> None:
    story = Story(ChoosyLog())
    story.log.is_busy = True
    asyncio.run(story.live([("write now", "a", 1), ("save", "a", 1)]))
    assert story.log.sizes == [1]


def test_what_comes_while_the_thread_commits_is_the_next_commit() -> None:
    story = Story(ChoosyLog(in_thread=True))

    async def scenario() -> None:
        story.log.may_go_on.clear()
        first = asyncio.create_task(story.write("write", "a", 1))
        await asyncio.sleep(0.01)  # the thread hangs, and the loop goes on
        others = [asyncio.create_task(story.write("write", name, 2)) for name in "aab"]
        await asyncio.sleep(0)
        assert not first.done()
        assert content(story.states["a"])[0] == {1: 1, 2: 3}
        story.log.may_go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(scenario())
    assert story.log.sizes == [1, 3]
    story.holds()


def test_what_stands_on_a_refused_change_is_refused_with_it() -> None:
    story = Story(ChoosyLog(["a"], in_thread=True))

    async def scenario() -> None:
        story.log.may_go_on.clear()
        first = asyncio.create_task(story.write("write", "a", 1))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(story.write("write", name, 1)) for name in "ab"]
        await asyncio.sleep(0)
        version = story.states["a"].version
        story.log.may_go_on.set()
        await asyncio.gather(first, *others)
        assert story.states["a"].version is not version  # what was made of it holds no more

    asyncio.run(scenario())
    assert (len(story.refused), len(story.acknowledged)) == (2, 1)
    assert (content(story.states["a"]), content(story.states["b"])) == (({}, {}), ({1: 3}, {"arrival": 1}))
    story.holds()


def test_one_workspace_that_is_refused_takes_no_other_with_it() -> None:
    story = Story(ChoosyLog(["a", "a"]))
    asyncio.run(story.live([("write", "a", 1), ("write", "b", 1), ("write", "b", 2)]))
    assert story.log.sizes == [2]
    assert [one.workspace for one in story.refused] == ["a"]


def test_whoever_goes_away_keeps_nobody_waiting() -> None:
    story = Story(ChoosyLog(in_thread=True))

    async def scenario() -> None:
        story.log.may_go_on.clear()
        gone, there = (asyncio.create_task(story.write("write", "a", id)) for id in (1, 2))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0)
        story.log.may_go_on.set()
        await there

    asyncio.run(scenario())
    assert content(story.states["a"])[0] == {1: 1, 2: 2}


@pytest.mark.parametrize("thread", [False, True])
def test_what_a_loop_left_behind_is_kept_by_who_comes_next(thread: bool) -> None:
    story = Story(ChoosyLog(in_thread=thread))

    async def leave() -> None:
        asyncio.get_running_loop().create_task(story.write("write", "a", 1))
        await asyncio.sleep(0)

    asyncio.run(leave())
    story.ordered.close()
    assert len(story.log.kept) == 1


def test_a_layer_is_kept_in_slices_between_which_others_commit() -> None:
    class Sliced(ChoosyLog):
        def keep(self, *given: Any) -> Any:
            for _ in range(2):
                self.sizes.append(0)
                yield
            return 7

    story = Story(Sliced())

    async def scenario() -> None:
        slices = story.ordered.keep({}, {}, {})
        next(slices)
        writing = asyncio.create_task(story.write("write", "a", 1))
        await asyncio.sleep(0)
        assert at_once(slices) == 7
        await writing

    asyncio.run(scenario())
    assert story.log.sizes == [0, 1, 0]


def test_nothing_is_tidied_up_while_a_commit_is_under_way() -> None:
    class Tidying(ChoosyLog):
        def tidy(self) -> bool:
            raise AssertionError("the thread has the connection")

    story = Story(Tidying())

    async def scenario() -> None:
        writing = asyncio.create_task(story.write("write", "a", 1))
        await asyncio.sleep(0)
        assert story.ordered.tidy()
        await writing

    asyncio.run(scenario())


def test_a_commit_of_a_loop_that_is_gone_keeps_no_other_loop_waiting() -> None:
    story = Story(ChoosyLog(in_thread=True))

    async def leave() -> None:
        story.log.may_go_on.clear()
        asyncio.get_running_loop().create_task(story.write("write", "a", 1))
        await asyncio.sleep(0.01)  # the thread hangs in it

    async def come() -> None:
        writing = asyncio.create_task(story.write("write", "a", 2))
        await asyncio.sleep(0.01)
        story.log.may_go_on.set()
        async with asyncio.timeout(5):
            await writing

    asyncio.run(leave())
    asyncio.run(come())
    assert len(story.log.kept) == 2
