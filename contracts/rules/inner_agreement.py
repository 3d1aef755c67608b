"""Judge one answer by itself: an end comes after its start, turns are in order, a number means one thing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from contracts.rules import consistency as rules
from contracts.rules import lifecycle
from contracts.rules.location import Location
from contracts.rules.rule import Violation

Record = Mapping[str, Any]
_SPANS = (("start", "end"), ("startedAt", "endedAt"), ("startTime", "endTime"), ("opensAt", "closesAt"))
_MAY_BE_EMPTY = ("startedAt",)
_CREATED = re.compile(r"(?i)created_?(at|on)?|timestamp|sent_?at")
_SERIAL = re.compile(r"(?i)serial(_?(id|no|number))?")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOGETHER = 3600.0
"""Most seconds between the creation of a record and the moments inside it: a call lasts some minutes."""


def within(record: Any, place: str = "") -> Iterator[Violation]:
    """Find spans that end before they start, and lists of turns that are out of order, at any depth."""
    if isinstance(record, list):
        for item in record:
            yield from within(item, f"{place}/*")
    elif isinstance(record, dict):
        yield from _spans(record, place)
        yield from _changes(record, place)
        for name, member in record.items():
            if isinstance(member, list):
                yield from _turns(member, f"{place}/{name}")
            yield from within(member, f"{place}/{name}")


def _spans(record: Record, place: str) -> Iterator[Violation]:
    for start, end in _SPANS:
        first, last = record.get(start), record.get(end)
        if not (isinstance(first, str) and isinstance(last, str) and len(first) == len(last)):
            continue
        if last < first or (last == first and start not in _MAY_BE_EMPTY):
            where = Location(name=f"{place}/{end}")
            yield Violation(rules.SPAN, where, expected=f"an end after {first}", got=last)


def _changes(record: Record, place: str) -> Iterator[Violation]:
    created, changed = record.get("createdAt"), record.get("updatedAt")
    if isinstance(created, str) and isinstance(changed, str) and changed < created:
        where = Location(name=f"{place}/updatedAt")
        yield Violation(lifecycle.ORDER, where, expected=f"a change after {created}", got=changed)


def _turns(items: Sequence[Any], place: str) -> Iterator[Violation]:
    """Find repeated ids and wrong order in a list inside a record: a later item must not be older."""
    turns = [item for item in items if isinstance(item, dict)]
    ids = [str(item["id"]) for item in turns if "id" in item]
    twice = [id for id, count in Counter(ids).items() if count > 1]
    if twice:
        yield Violation(rules.TURNS, Location(name=f"{place}/id"), expected="each id once", got=f"{twice[0]} again")
    moments = [str(item[name]) for item in turns for name in item if _CREATED.fullmatch(name)]
    for earlier, later in pairwise(moments if len(moments) == len(turns) else ()):
        if later < earlier:
            yield Violation(rules.TURNS, Location(name=place), expected=f"nothing older after {earlier}", got=later)
            return


def together(record: Record, inner: Any) -> Iterator[Violation]:
    """Find moments inside a record far from its creation, and texts of one meaning in two forms."""
    if not isinstance(inner, dict):
        return
    created = _seconds(record.get("createdAt"))
    for name, value in inner.items():
        moment = _seconds(value)
        if created is not None and moment is not None and abs(moment - created) > _TOGETHER:
            due = f"a moment near {record['createdAt']}"
            yield Violation(rules.INNER, Location(name=f"/{name}"), expected=due, got=str(value))
        if name != "id" and isinstance(value, str) and moment is None and record.get(name, value) != value:
            due = f"{record[name]!r}, as outside"
            yield Violation(rules.INNER, Location(name=f"/{name}"), expected=due, got=repr(value))
    yield from _outside(inner)
    first = next((turn for turn in _first_turns(inner)), None)
    moment = _seconds(next((first[name] for name in first if _CREATED.fullmatch(name)), None)) if first else None
    if created is not None and moment is not None and abs(moment - created) > _TOGETHER:
        due = f"a first turn near {record['createdAt']}"
        yield Violation(rules.INNER, Location(name="/turns"), expected=due, got=str(moment))


def once(items: Any, place: str) -> Iterator[Violation]:
    """Find a name that occurs twice in a list of named things."""
    names = [str(item.get("name")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    again = next((name for name, count in Counter(names).items() if count > 1), None)
    if again is not None:
        yield Violation(rules.DISTINCT, Location(name=f"/{place}/name"), expected="each name once", got=again)


def own_id(seen: dict[Any, Any], record: Record, inner: Any) -> Iterator[Violation]:
    """Find an id, or a thread, that is inside two records. ``seen`` grows: it maps these to the id of their record."""
    for name, number in inner.items() if isinstance(inner, dict) else ():
        own = number is not None and (name == "id" or name.endswith("ThreadId"))
        if own and seen.setdefault((name, number), record.get("id")) != record.get("id"):
            got = f"{number} in {seen[name, number]} and in {record.get('id')}"
            where = Location(name="inner-id" if name == "id" else name)
            yield Violation(rules.DISTINCT, where, expected="an id of its own", got=got)


def _outside(inner: Record) -> Iterator[Violation]:
    """Find turns before the start or after the end of their record."""
    start, end = inner.get("startedAt"), inner.get("endedAt")
    if not (isinstance(start, str) and isinstance(end, str)):
        return
    for place, members in inner.items():
        turns = [turn for turn in members if isinstance(turn, dict)] if isinstance(members, list) else []
        moments = [str(turn[name]) for turn in turns for name in turn if _CREATED.fullmatch(name)]
        odd = next((moment for moment in moments if not start <= moment <= end), None)
        if odd is not None:
            yield Violation(rules.TURNS, Location(name=place), expected=f"turns from {start} to {end}", got=odd)


def _first_turns(inner: Record) -> Iterator[Record]:
    for member in inner.values():
        if isinstance(member, list) and member and isinstance(member[0], dict):
            yield member[0]


def _seconds(value: Any) -> float | None:
    """A moment in seconds; None for a text that is no time."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None


def distinct(items: Sequence[Record], names: Sequence[str]) -> Iterator[Violation]:
    """Find serial numbers, and values of these members, that two items of a list share."""
    serial = [name for name in (items[0] if items else ()) if _SERIAL.fullmatch(name)]
    for name in (*serial, *names):
        values = Counter(item[name] for item in items if isinstance(item.get(name), str | int))
        twice = next((value for value, count in values.items() if count > 1), None)
        if twice is not None:
            got = f"{twice!r} of {values[twice]} items"
            yield Violation(rules.DISTINCT, Location(name=name), expected=f"{name} of one item only", got=got)


def week(days: Sequence[Record]) -> Iterator[Violation]:
    """Check the opening hours: seven days, each once; a day is open exactly if it has slots, which are in order."""
    names = [day.get("day") for day in days]
    if len(names) != 7 or len(set(map(str, names))) != 7:
        yield Violation(rules.WEEK, Location(name="day"), expected="each of the seven days once", got=f"{names}")
    elif not _follow(names):
        yield Violation(rules.WEEK, Location(name="order"), expected="each day after the one before", got=f"{names}")
    for day in days:
        slots = [slot for slot in day.get("slots") or () if isinstance(slot, dict)]
        if bool(slots) is not bool(day.get("isOpen")):
            got = f"{day.get('day')}: isOpen {day.get('isOpen')} with {len(slots)} slots"
            yield Violation(rules.WEEK, Location(name="isOpen"), expected="slots on open days only", got=got)
        for one, two in pairwise(slots):
            if str(two.get("start")) < str(one.get("end")):
                got = f"{two.get('start')} after {one.get('end')}"
                yield Violation(rules.WEEK, Location(name="slots"), expected="slots one after the other", got=got)


def _follow(names: Sequence[Any]) -> bool:
    """Tell whether days are in the order of a week, from any first day; names in another language pass."""
    known = [_DAYS.index(name) for name in names if name in _DAYS]
    return len(known) < len(names) or all((two - one) % 7 == 1 for one, two in pairwise(known))


def groups(listed: Sequence[Record], kind: str) -> Iterator[Violation]:
    """Find entries that name another group, ids that two entries share, groups of another type or without entries."""
    ids: list[Any] = []
    for group in listed:
        for entry in (item for value in group.values() if isinstance(value, list) for item in value):
            parents = [name for name in entry if name.lower().endswith("categoryid")]
            ids.append(entry.get("id"))
            for name in parents:
                if entry[name] != group.get("id"):
                    got = f"{entry[name]} in the group {group.get('id')}"
                    yield Violation(rules.INNER, Location(name=name), expected=f"{group.get('id')}", got=got)
        lists = [value for value in group.values() if isinstance(value, list)]
        if lists and not any(lists):
            yield Violation(rules.INNER, Location(name="entries"), expected="a group with entries", got="an empty one")
        if kind and group.get("type") != kind:
            yield Violation(rules.INNER, Location(name="type"), expected=kind, got=f"{group.get('type')}")
    twice = [id for id, count in Counter(ids).items() if count > 1]
    if twice:
        yield Violation(rules.DISTINCT, Location(name="id"), expected="each id once", got=f"{twice[0]} again")
