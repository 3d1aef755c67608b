"""A state file whose checksums fit and whose content nobody of us wrote: it is served, or refused and untouched."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.errors import StateError
from mock_server.simulation.own_record_schemas import OwnRecordSchemas
from mock_server.store.base import Change, LoggedTransaction, Row, at_once
from mock_server.store.sqlite_log import SqliteLog
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import DEFAULT, Workspaces
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

CONTRACT = load_contract(Settings())
NOW = "2026-03-04T05:06:07.000Z"
VALUES = [None, True, -1, 2**60, 1e300, "x", "9999-99-99", [], ["x", "y"], {}, {"name": 5}]
FACTS = ("world", "seed", "start", "live", "limit", "ahead", "stood", "frozen", "keys")
RECORDS: Mapping[str, Any] = {
    "$subscriptions": {"id": 1, "hookUrl": "http://127.0.0.1:9/", "trigger": "LEAD_CREATED", "createdAt": NOW},
    "$secrets": {"id": "signing", "numbers": [1, 0]},
    "$agenda": {"id": "traffic", "createdAt": NOW, "perMinute": 6, "number": 0},
    "$ending": {"id": 1, "reason": "the subscription was removed"},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    log = SqliteLog(path)
    Workspaces(CONTRACT, log, 10).create(DEFAULT, WorldPlan(load_recipe("empty"), start=parse(NOW)), ["key"])
    log.close()
    return path


def facts(log: SqliteLog) -> dict[str, Any]:
    return next(dict(saved.facts) for saved in log.load() if saved.id == DEFAULT)


def started(path: Path) -> str:
    """Why the program does not start on a file; nothing when it does."""
    before = path.read_bytes()
    log = SqliteLog(path)
    said = ""
    try:
        Workspaces(CONTRACT, log, 10).restore(OwnRecordSchemas().mistake)
    except StateError as fault:
        said = str(fault)
        assert_message(fault.problems[0].remedy, "remedy for a state of another version")
    log.close()
    assert path.read_bytes() == before
    assert not said or said.startswith(f"{path}: workspace 'default': ")
    return said


def forged(path: Path) -> Iterator[tuple[str, Any, str]]:
    """Each fact with each value, or without it: the fact, the value, and what the program said."""
    log = SqliteLog(path)
    good = facts(log)
    log.close()
    assert set(good) == set(FACTS)
    for name in FACTS:
        rest = {fact: value for fact, value in good.items() if fact != name}
        for value in (*VALUES, "nothing"):
            log = SqliteLog(path)
            list(log.load())
            log.describe(DEFAULT, rest if value == "nothing" else {**rest, name: value})
            log.close()
            yield name, value, started(path)


@pytest.mark.slow
def test_facts_of_somebody_are_taken_or_refused_in_words(path: Path) -> None:
    said = {(name, repr(value)): what for name, value, what in forged(path)}
    assert all(name in what for (name, _), what in said.items() if what)
    assert_message(said["seed", "'x'"], FILE=path)
    assert "`world`" in said["world", "{'name': 5}"]
    assert said["ahead", "1e+300"] == ""  # the clock shows the last time that there is
    assert said["world", "{}"] == ""


def test_a_fact_of_another_version_is_named(path: Path) -> None:
    log = SqliteLog(path)
    log.describe(DEFAULT, {**facts(log), "colour": "red"})
    log.close()
    assert_message(started(path), FILE=path)


@pytest.mark.parametrize("kind", [*RECORDS, "$wombats"])
def test_a_record_of_ours_that_nobody_of_us_wrote_is_named_with_what_is_wrong(path: Path, kind: str) -> None:
    good = RECORDS.get(kind, {"id": 1})
    for field in good:
        log = SqliteLog(path)
        list(log.load())
        wrong = {**good, field: [{}]}
        log.commit_all([LoggedTransaction(DEFAULT, [Change(kind, good["id"], Row(good["id"], (NOW, 99), wrong))], {})])
        log.close()
        said = started(path)
        assert f"its {kind[1:]} {good['id']!r}: " in said
        assert "$wombats" in said or field in said or kind == "$agenda"
        log = SqliteLog(path)
        before = Row(good["id"], (NOW, 99), wrong)
        list(log.load())
        log.commit_all([LoggedTransaction(DEFAULT, [Change(kind, good["id"], None, before)], {})])
        log.close()
    assert started(path) == ""


@pytest.mark.parametrize(
    ("kind", "row", "counters", "part"),
    [
        (5, Row(1, (NOW, 1), {}), {}, "block"),
        ("leads", Row(True, (NOW, 1), {}), {}, "block"),
        ("leads", Row(None, (NOW, 1), {}), {}, "block"),  # type: ignore[arg-type]
        ("leads", Row(1, (NOW, 1.0), {}), {}, "block"),  # type: ignore[arg-type]
        ("leads", Row(1, (NOW, 1), []), {}, "block"),  # type: ignore[arg-type]
        ("leads", Row(1, (NOW, 1), {}), {"leads": -1}, "counters"),
        ("leads", Row(1, (NOW, 1), {}), {"leads": 1.0}, "counters"),
    ],
)
def test_a_world_that_nobody_of_us_wrote_is_refused(
    path: Path, kind: Any, row: Row, counters: dict[str, int], part: str
) -> None:
    log = SqliteLog(path)
    own = facts(log)
    log.begin(DEFAULT, own, at_once(log.keep({kind: [row]}, counters, {})))
    log.close()
    before = path.read_bytes()
    log = SqliteLog(path)
    with pytest.raises(StateError) as refused:
        list(log.load())
    assert_message(refused.value, f"damaged world: {part}", FILE=path)
    log.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("facts", [{}, {"now": 5, "frozen": True}, {"now": NOW}, {"now": "soon", "frozen": True}])
def test_a_snapshot_without_its_time_is_named(path: Path, facts: dict[str, Any]) -> None:
    log = SqliteLog(path)
    list(log.load())
    log.save(DEFAULT, "monday", facts)
    log.close()
    assert_message(started(path), FILE=path)


def test_records_of_the_business_that_nobody_of_us_wrote_are_mended(path: Path) -> None:
    log = SqliteLog(path)
    list(log.load())
    odd = [Row(number, ("", 100 + number), {"id": number, "question": value}) for number, value in enumerate(VALUES)]
    log.commit_all([LoggedTransaction(DEFAULT, [Change("faqs", row.id, row) for row in odd], {})])
    log.close()
    assert started(path) == ""


def test_a_record_is_judged_in_a_world_of_this_very_program_too(path: Path) -> None:
    """The file may say of itself that it was written by the program that opens it."""
    log = SqliteLog(path)
    (saved,) = log.load()
    rows = {"faqs": [Row("faq_1", (NOW, 1), {"id": "faq_1", "question": 5})]}
    log.begin(DEFAULT, saved.facts, at_once(log.keep(rows, {}, saved.layer.root.facts)))
    workspaces = Workspaces(CONTRACT, log, 10)
    workspaces.restore(OwnRecordSchemas().mistake)
    (row,) = next(iter(workspaces)).state.rows("faqs")
    log.close()
    assert type(row.record["question"]) is str
    assert {"answer", "isActive"} <= row.record.keys()
