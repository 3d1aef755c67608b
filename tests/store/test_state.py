"""The state of a workspace against plain dictionaries: whatever is done, undone and forked, in whatever order."""

import copy
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.store.base import NoLog, Row
from mock_server.store.state import Transaction, WorkspaceState

KINDS = ("leads", "faqs")
LOG = NoLog()

kinds = st.sampled_from(KINDS)
ids = st.one_of(st.integers(0, 6), st.sampled_from(["a", "b", "6"]))
fields = st.fixed_dictionaries({"colour": st.sampled_from(["red", "blue", None]), "size": st.integers(0, 2)})
moments = st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", None])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), kinds, ids, fields, moments),
        st.tuples(st.just("remove"), kinds, ids),
        st.tuples(st.just("count"), st.sampled_from(["leads", "threads"])),
    ),
    min_size=1,
    max_size=4,
)


@dataclass
class Model:
    """What a state must be: records in the order in which a list shows them, and the counters."""

    records: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    places: dict[tuple[str, Any], tuple[str, int]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    arrivals: int = 0

    def put(self, kind: str, id: Any, record: dict[str, Any]) -> None:
        if id not in self.records[kind]:
            self.places[kind, id] = (record.get("createdAt") or "", self.arrivals)
            self.arrivals += 1
        self.records[kind][id] = record

    def ordered(self, kind: str) -> list[dict[str, Any]]:
        found = sorted(self.records[kind], key=lambda id: self.places[kind, id])
        return [self.records[kind][id] for id in found]


class Failed(Exception):
    pass


@dataclass
class Pair:
    state: WorkspaceState
    model: Model


class Images(RuleBasedStateMachine):
    """Several forks of one state at a time; each has its own model."""

    pairs: Bundle[Pair] = Bundle("pairs")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Pair] = []
        template = {"leads": [{"id": 1, "colour": "red", "size": 1}], "faqs": []}
        self.template = WorkspaceState.of(template, {})
        self.rows = list(self.template.rows("leads"))
        self.bytes = [orjson.dumps(row.record) for row in self.rows]

    @initialize(target=pairs)
    def start(self) -> Pair:
        model = Model(arrivals=1)
        model.records["leads"][1] = {"id": 1, "colour": "red", "size": 1}
        model.places["leads", 1] = ("", 0)
        return self.keep(Pair(self.template.fork(), model))

    @precondition(lambda self: len(self.all) < 4)
    @rule(target=pairs, pair=pairs)
    def fork(self, pair: Pair) -> Pair:
        return self.keep(Pair(pair.state.fork(), copy.deepcopy(pair.model)))

    def keep(self, pair: Pair) -> Pair:
        self.all.append(pair)
        return pair

    @rule(pair=pairs, steps=steps)
    def commit(self, pair: Pair, steps: list[Any]) -> None:
        with pair.state.transaction(LOG, "w") as tx:
            for step in steps:
                self.apply(tx, pair.model, step)
            if any(step[0] != "remove" for step in steps):
                assert tx.changed

    @rule(pair=pairs, steps=steps)
    def fail(self, pair: Pair, steps: list[Any]) -> None:
        attempt = copy.deepcopy(pair.model)
        with suppress(Failed), pair.state.transaction(LOG, "w") as tx:
            for step in steps:
                self.apply(tx, attempt, step)
            raise Failed

    def apply(self, tx: Transaction, model: Model, step: Any) -> None:
        match step:
            case ("put", kind, id, values, moment):
                record = {"id": id, **values} | ({"createdAt": moment} if moment else {})
                assert tx.put(kind, id, record).record == record
                model.put(kind, id, record)
            case ("remove", kind, id):
                tx.remove(kind, id)
                model.records[kind].pop(id, None)
            case ("count", kind):
                assert tx.count(kind) == model.counters.get(kind, 0)
                model.counters[kind] = model.counters.get(kind, 0) + 1
        for kind in KINDS:
            assert [row.record for row in tx.find(kind)] == model.ordered(kind)

    @rule(pair=pairs, where=st.fixed_dictionaries({}, optional={"colour": st.just("red"), "size": st.integers(0, 2)}))
    def read(self, pair: Pair, where: dict[str, Any]) -> None:
        for kind in KINDS:
            wanted = [
                record
                for record in pair.model.ordered(kind)
                if all(record[name] == value for name, value in where.items())
            ]
            with pair.state.transaction(LOG, "w") as tx:
                assert [row.record for row in tx.find(kind, where)] == wanted
                page, total = tx.page(kind, 1, 2, where)
                assert ([row.record for row in page], total) == (wanted[::-1][1:3], len(wanted))
                assert not tx.changed

    @invariant()
    def every_image_is_as_its_model(self) -> None:
        for pair in self.all:
            for kind in KINDS:
                assert [row.record for row in pair.state.rows(kind)] == pair.model.ordered(kind)
            counters = {kind: number for kind, number in pair.state.counters.items() if kind != "arrival"}
            assert counters == pair.model.counters

    @invariant()
    def the_template_is_untouched(self) -> None:
        assert list(self.template.rows("leads")) == self.rows
        assert [orjson.dumps(row.record) for row in self.rows] == self.bytes


TestImages = Images.TestCase
TestImages.settings = settings(
    derandomize=True, deadline=None, database=None, max_examples=25, stateful_step_count=20, print_blob=False
)


def test_neither_side_of_a_fork_sees_what_the_other_does_afterwards() -> None:
    state = WorkspaceState.of({"faqs": [{"id": 1}]}, {})
    put(state, 2)  # from here on it has a list of its own
    fork = state.fork()
    put(state, 3)
    put(fork, 4)
    put(fork.fork(), 5)
    assert [row.id for row in state.rows("faqs")] == [1, 2, 3]
    assert [row.id for row in fork.rows("faqs")] == [1, 2, 4]


def put(state: WorkspaceState, id: int) -> None:
    with state.transaction(LOG, "w") as tx:
        tx.put("faqs", id, {"id": id})


def test_a_record_that_is_put_again_keeps_its_place() -> None:
    state = WorkspaceState.of({"faqs": [{"id": 1}, {"id": 2}]}, {})
    with state.transaction(LOG, "w") as tx:
        tx.put("faqs", 1, {"id": 1, "question": "new"})
    assert [row.id for row in state.rows("faqs")] == [1, 2]


def test_what_a_transaction_came_to_is_told_once_for_each_record() -> None:
    state = WorkspaceState.of({"faqs": [{"id": 1}]}, {})
    with state.transaction(LOG, "w") as tx:
        tx.put("faqs", 1, {"id": 1, "n": 1})
        tx.put("faqs", 1, {"id": 1, "n": 2})
        tx.put("faqs", 2, {"id": 2})
        tx.remove("faqs", 2)
        told = [(change.kind, change.id, change.row and change.row.record) for change in tx.changes()]
    assert told == [("faqs", 1, {"id": 1, "n": 2}), ("faqs", 2, None)]


def test_a_commit_that_cannot_be_kept_undoes_everything() -> None:
    class Full(NoLog):
        def commit_all(self, *transactions: Any) -> None:
            raise Failed

    state = WorkspaceState.of({"faqs": [{"id": 1}]}, {})
    with suppress(Failed), state.transaction(Full(), "w") as tx:
        tx.put("faqs", 2, {"id": 2})
        tx.remove("faqs", 1)
    assert [row.record for row in state.rows("faqs")] == [{"id": 1}]
    assert dict(state.counters) == {"arrival": 1}


def test_the_only_record_of_its_kind_is_found_without_an_id() -> None:
    state = WorkspaceState.of({"organization/availability": [{"timeZone": "Australia/Sydney"}]}, {})
    with state.transaction(LOG, "w") as tx:
        row = tx.one("organization/availability")
        assert row is not None
        assert (row.id, row.record["timeZone"]) == ("organization/availability", "Australia/Sydney")
        assert tx.one("nothing") is None


def test_a_fork_costs_as_much_as_there_are_kinds_and_copies_only_what_is_written_to() -> None:
    state = WorkspaceState.of({"leads": [{"id": number} for number in range(1000)], "faqs": [{"id": 1}]}, {})
    fork = state.fork()
    assert fork.rows("leads") is state.rows("leads")
    with fork.transaction(LOG, "w") as tx:
        tx.put("faqs", 2, {"id": 2})
    assert fork.rows("leads") is state.rows("leads")
    assert fork.rows("faqs") is not state.rows("faqs")


def test_the_id_field_of_a_kind_may_have_another_name() -> None:
    state = WorkspaceState.of({"widgets": [{"uuid": "x"}]}, {"widgets": "uuid"})
    with state.transaction(LOG, "w") as tx:
        assert isinstance(tx.get("widgets", "x"), Row)
