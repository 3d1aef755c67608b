"""The raw material, read once: businesses with their topics of conversation, common phrases, names and places.

The files are YAML in which lists of variations are block scalars, one a line: that is how people edit them best, and
it is the cheapest to parse (one node for ten lines). Fields on a line are separated by `` | ``. A mistake in a
file is a :class:`~mock_server.errors.WorldError` that names it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from mock_server.config.paths import FIXTURES, is_ours
from mock_server.errors import Problem, WorldError
from mock_server.support.bounded_files import read_file
from mock_server.world.calendar import HOUR, MINUTE, WEEKDAYS, ZONES
from mock_server.world.fixture_models import (
    Business,
    Common,
    FollowUpAnswer,
    Lines,
    Names,
    Service,
    TeamMember,
    TimePreference,
    Topic,
)


@cache
def business(key: str) -> Business:
    """The business ``fixtures/businesses/<key>.yaml`` with its ``fixtures/conversations/<key>.yaml``."""
    raw = _read(f"businesses/{key}.yaml")
    topics = _read(f"conversations/{key}.yaml")
    try:
        return Business(
            key=key,
            name=raw["name"],
            mailbox=raw["mailbox"],
            zone=_zone(raw["zone"]),
            state=raw["state"],
            area=raw["area"],
            hours=tuple(_hours(raw["hours"][day]) for day in WEEKDAYS),
            team=tuple(TeamMember(i, *fields(line, 7)) for i, line in enumerate(lines(raw["team"]))),
            services=_services(raw["services"]),
            topics=tuple(_topic(name, item) for name, item in topics.items()),
            raw=raw,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _mistake(f"businesses/{key}.yaml or conversations/{key}.yaml", error) from error


@cache
def common() -> Common:
    """``fixtures/conversations/common.yaml``."""
    raw = _read("conversations/common.yaml")
    try:
        return Common(
            phrases={key: lines(text) for key, text in raw.items() if isinstance(text, str)},
            preferences=tuple(map(_preference, lines(raw["times"]))),
            urgent_preferences=tuple(map(_preference, lines(raw["times_urgent"]))),
            verbs=raw["verbs"],
            lead_tags=raw["lead_tags"],
            followups=tuple(_topic(name, item) for name, item in raw["followups"].items()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _mistake("conversations/common.yaml", error) from error


@cache
def names() -> Names:
    """``fixtures/people/names.yaml`` and ``places.yaml``."""
    raw, places = _read("people/names.yaml"), _read("people/places.yaml")
    states = {key: text.split(",") for key, text in places.items() if key.isupper()}
    return Names(
        given=_words(raw["given"]),
        family=_words(raw["family"]),
        trading=_words(raw["trading"]),
        streets=_words(places["streets"]),
        kinds=tuple(places["kinds"].split()),
        suburbs={
            state: tuple((name.strip(), code) for name, code in (item.split("|") for item in items))
            for state, items in states.items()
        },
    )


def lines(text: str) -> Lines:
    """The non-empty lines of a block scalar."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def fields(line: str, count: int) -> list[str]:
    """The ``count`` fields of a line; ValueError when there are more or fewer."""
    found = [field.strip() for field in line.split("|")]
    if len(found) != count:
        raise ValueError(f"{count} fields expected in {line!r}")
    return found


def _read(name: str) -> dict[str, Any]:
    path = FIXTURES / name
    loaded = read_file(path, WorldError, ours=is_ours(path))
    if not isinstance(loaded, dict):
        raise WorldError(Problem(f"{path}:1", "not a mapping", "write 'key: value' entries"))
    return loaded


def _mistake(name: str, error: Exception) -> WorldError:
    return WorldError(Problem(str(FIXTURES / name), f"{type(error).__name__}: {error}", "mend the fixture"))


def _words(text: str) -> Lines:
    """The different words of a scalar in their order, ``-`` standing for a space."""
    return tuple(dict.fromkeys(word.replace("-", " ") for word in text.split()))


def _zone(name: str) -> str:
    if name not in ZONES:
        raise ValueError(f"zone {name!r} has no rule in calendar.py")
    return name


def _hours(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((_minutes(start), _minutes(end)) for start, end in (slot.split("-") for slot in text.split()))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE


def _services(raw: Mapping[str, Any]) -> tuple[Service, ...]:
    flat = [(category, name, item) for category, items in raw.items() for name, item in items.items()]
    return tuple(
        Service(
            index,
            name,
            category,
            item["minutes"],
            item["about"],
            lines(item["ask"]),
            item.get("active", True),
        )
        for index, (category, name, item) in enumerate(flat)
    )


def _topic(key: str, raw: Mapping[str, Any]) -> Topic:
    return Topic(
        key=key,
        about=raw["about"],
        tag=raw["tag"],
        weight=raw.get("weight", 1),
        open=lines(raw["open"]),
        subject=lines(raw.get("subject", "")),
        slots=tuple((slot, lines(text)) for slot, text in raw["slots"].items()),
        service=raw.get("service"),
        words=frozenset(raw.get("words", "").split()),
        answers=tuple(tuple(map(_answer, lines(text))) for text in raw.get("answers", ())),
        needs=raw.get("needs", ""),
        effect=raw.get("effect", ""),
        outbound=raw.get("outbound", False),
        fact=raw.get("facts", "").strip(),
        reply=lines(raw.get("reply", "")),
        agree=lines(raw.get("agree", "")),
        settled=raw.get("settled", ""),
    )


def _answer(line: str) -> FollowUpAnswer:
    said, fact, *urgent = (field.strip() for field in line.split("|"))
    return FollowUpAnswer(said, fact, urgent == ["urgent"])


def _preference(line: str) -> TimePreference:
    said, fact, *rest = (field.strip() for field in line.split("|"))
    if not rest:
        return TimePreference(said, fact)
    if rest[0] in WEEKDAYS:
        return TimePreference(said, fact, without=WEEKDAYS.index(rest[0]))
    return TimePreference(said, fact, hours=_hours(rest[0])[0])
