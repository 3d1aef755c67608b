"""What somebody may have written into a snapshot's file, or into a state file, with checksums that fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from wrong_values import LEFT_OUT, changed

from mock_server.store.base import Change, LoggedTransaction, Row, at_once
from mock_server.store.snapshot_file import checksum
from mock_server.store.sqlite_log import SqliteLog

NOW = "2026-03-04T05:06:07.000Z"
WORKSPACE = "default"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


VALUES: Sequence[Any] = (
    *(None, True, -1, 7.0, 2**60, 2**70, 1e300, "", "x", "9999-99-99", "9999-12-31T23:59:59.999Z"),
    *("1960-01-01T00:00:00.000Z", "\x00", "é" * 10, "a" * 70_000, [], [1], {}, {"a": 1}, [[[]]]),
    *(nested(90), nested(103), nested(110), LEFT_OUT),
)
_FEW = 5  # of a record of the business every so-manieth value is tried: what it must be is the document's to say
_IDS: Sequence[Any] = ("", "x", 0, -1, 7.0, 2**53, 2**70, 1.5, True, None, "a/b", "é\u2028", "\x00", "a" * 5_000, "..")
_COUNTERS: Sequence[Any] = (-1, -(2**60), 1.5, 7.0, True, None, "1", 2**53, 2**62)
_KINDS = ("$wombats", "$", "wombats", "__proto__", "a/b/c", "{}", "", "é", "\x00")
_TIMES = (
    "0001-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "9000-01-01T00:00:00.001Z",
    "2026-02-30T00:00:00.000Z",
)

Forgery = tuple[str, Mapping[str, Any]]


def snapshots(file: Mapping[str, Any]) -> Iterator[Forgery]:
    """Files by name, each signed as it is."""
    for name, changes in _changes(file):
        forged = {**file, **changes}
        yield name, {**forged, "sha256": checksum(forged)}


def _changes(file: Mapping[str, Any]) -> Iterator[Forgery]:
    for time in _TIMES:
        yield f"now {time}", {"now": time}
    for name in (*file["counters"], "wombats"):
        for count in _COUNTERS:
            yield f"counter {name} {count}", {"counters": {**file["counters"], name: count}}
    records = file["records"]
    for kind in _KINDS:
        yield f"kind {kind}", {"records": {**records, kind: [{"id": "x", "arrival": 1, "record": {"id": "x"}}]}}
    for kind, items in records.items():
        yield f"no {kind}", {"records": {other: some for other, some in records.items() if other != kind}}
        yield f"a second {kind}", {"records": {**records, kind: [*items, items[-1]]}}
        for name, item in _items(items[-1], VALUES if kind.startswith("$") else VALUES[::_FEW]):
            yield f"{kind} {name}", {"records": {**records, kind: [*items[:-1], item]}}


def _items(item: Mapping[str, Any], values: Sequence[Any]) -> Iterator[Forgery]:
    for id in _IDS:
        yield f"with the id {id!r:.20}", {**item, "id": id, "record": {**item["record"], "id": id}}
    for way in _ways(item, ()):
        for value in values:
            yield f"at {'/'.join(map(str, way))}: {value!r:.30}", changed(item, way, value)


def _ways(value: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """To each part of a value, the first two of a list."""
    parts = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*way, name)
        yield from _ways(part, (*way, name))


Forge = Callable[[SqliteLog], None]
"""Changes a state file."""


def states() -> Iterator[tuple[str, Forge]]:
    """What is done to state files, by name."""
    for kind in (*_KINDS, "leads", "organization", "$events", "$deliveries", "$subscriptions", "$agenda", "$secrets"):
        for id in ("x", -1, "", "\x00", 2**70, "a" * 5_000):
            yield f"{kind} {id!r:.20}", _commit(kind, Row(id, (NOW, 99), {"id": id}))
        yield f"{kind} with another id", _commit(kind, Row("x", (NOW, 99), {"id": "y"}))
        yield f"{kind} of another time", _commit(kind, Row("x", ("zzz", -99), {"id": "x"}))
        yield f"{kind} that is deep", _commit(kind, Row("x", (NOW, 99), {"id": "x", "deep": nested(120)}))
    for name in ("leads", "arrival", "$events", "$subscriptions", "wombats"):
        for count in _COUNTERS:
            yield f"counter {name} {count}", _commit("leads", Row("x", (NOW, 99), {"id": "x"}), {name: count})
    clocks: Sequence[Mapping[str, Any]] = (
        {},
        {"now": 5, "frozen": True},
        {"now": NOW, "frozen": 1},
        *({"now": it, "frozen": True} for it in _TIMES),
    )
    for facts in clocks:
        yield f"a snapshot with {facts}", _save(facts)
    for name in ("world", "seed", "start", "live", "limit", "ahead", "stood", "frozen", "keys", "colour"):
        for value in (it for it in VALUES if it != 2**70):  # nor can the store write that
            yield f"the fact {name} {value!r:.30}", _describe(name, value)
    rows: Sequence[tuple[Any, Any]] = (
        *((5, Row("x", (NOW, 1), {})), ("leads", Row("x", (NOW, 1), []))),  # type: ignore[arg-type]
        *(("leads", Row(id, (NOW, 1), {"id": id})) for id in _IDS),
        *(("leads", Row("x", place, {"id": "x"})) for place in ((5, 1), (NOW, "1"), (NOW, 1.0), (NOW, True))),  # type: ignore[arg-type]
    )
    for kind, row in rows:
        yield f"a block of {kind!r} {row.id!r:.20} {row.key}", _block({kind: [row, row]})
    for kind, field in (("leads", "firstName"), ("inquiries", "summary"), ("appointments", "end"), ("faqs", "id")):
        for value in (5, None, [], LEFT_OUT):
            yield f"{kind}/{field} {value!r:.20} in a world of this very program", _in_the_world(kind, field, value)


def _commit(kind: str, row: Row, counters: Mapping[str, Any] = {}) -> Forge:
    return lambda log: log.commit_all([LoggedTransaction(WORKSPACE, [Change(kind, row.id, row)], counters)])


def _save(facts: Mapping[str, Any]) -> Forge:
    return lambda log: void(log.save(WORKSPACE, "monday", facts))


def _describe(name: str, value: Any) -> Forge:
    def forge(log: SqliteLog) -> None:
        facts = next(dict(saved.facts) for saved in log.load() if saved.id == WORKSPACE)
        log.describe(WORKSPACE, changed(facts, [name], value) if name in facts or value is not LEFT_OUT else facts)

    return forge


def _block(rows: Mapping[Any, Sequence[Row]]) -> Forge:
    def forge(log: SqliteLog) -> None:
        facts = next(saved.facts for saved in log.load() if saved.id == WORKSPACE)
        log.begin(WORKSPACE, facts, at_once(log.keep(rows, {}, {})))

    return forge


def _in_the_world(kind: str, field: str, value: Any) -> Forge:
    """Change a record of the world itself, of which the file says that this version of the program has built it."""

    def forge(log: SqliteLog) -> None:
        saved = next(saved for saved in log.load() if saved.id == WORKSPACE)
        root = saved.layer.root
        *others, last = root.rows[kind]
        forged = Row(last.id, last.key, changed(last.record, [field], value))
        rows = {**root.rows, kind: [*others, forged]}
        log.begin(WORKSPACE, saved.facts, at_once(log.keep(rows, root.counters, root.facts)))

    return forge


def void(value: object) -> None:
    """Nothing."""
