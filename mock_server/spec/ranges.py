"""Range filters: ``created[gte]``, ``min_price`` and ``created_after`` compare a field's value with a bound."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from mock_server.spec.names import plain

Compare = Callable[[Any, Any], bool]

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("gte", "ge", "min", "minimum", "from", "since", "start", "onorafter"), "gte"),
        **dict.fromkeys(("gt", "after", "greaterthan", "above"), "gt"),
        **dict.fromkeys(("lte", "le", "max", "maximum", "to", "until", "end", "through", "onorbefore"), "lte"),
        **dict.fromkeys(("lt", "before", "lessthan", "below"), "lt"),
        **dict.fromkeys(("ne", "neq", "not"), "ne"),
    }
)
_EITHER = "|".join(sorted(_WORDS, key=len, reverse=True))
_LAST = re.compile(rf"(?P<name>.+?)(?:\[|__|[._-])(?P<word>{_EITHER})\]?", re.IGNORECASE)
_LAST_CAMEL = re.compile(rf"(?P<name>.*[a-z])(?P<word>{'|'.join(word.capitalize() for word in _WORDS)})")
_FIRST = re.compile(rf"(?P<word>{_EITHER})(?:[._-]|(?=[A-Z]))(?P<name>.+)", re.IGNORECASE)
_MOMENTS = ("at", "date", "on", "time", "timestamp")
_CREATED = ("createdat", "created", "createdate", "createddate", "createdon", "datecreated", "date", "timestamp")

_COMPARE: Mapping[str, Compare] = MappingProxyType(
    {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt, "ne": operator.ne}
)


def readings(name: str, *, is_moment: bool) -> Iterator[tuple[str, str]]:
    """The plain names of fields that a range may mean, each with the comparison, the likeliest first.

    ``is_moment``: the parameter takes a time; then `since` alone means the time at which a record was created.
    """
    for pattern in (_LAST, _LAST_CAMEL, _FIRST):
        if found := pattern.fullmatch(name):
            word, base = _WORDS[plain(found["word"])], plain(found["name"])
            yield base, word
            yield from ((f"{base}{ending}", word) for ending in _MOMENTS)
            if is_moment and base in ("date", "time"):
                yield from ((field, word) for field in _CREATED)
    if is_moment and plain(name) in _WORDS:
        yield from ((field, _WORDS[plain(name)]) for field in _CREATED)


def inner_word(name: str) -> str:
    """The comparison that a key of an object means: ``gte`` of ``created[gte]``; nothing for another key."""
    return _WORDS.get(plain(name), "")


def holds(word: str, value: Any, bound: Any) -> bool:
    """True if a record's value is on the side of ``bound`` that the comparison demands."""
    if word == "ne":
        return bool(value != bound)
    one, other = _comparable(value), _comparable(bound)
    if type(one) is not type(other):
        one, other = _moment(value), _moment(bound)
    return one is not None and other is not None and _COMPARE[word](one, other)


def _comparable(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        moment = _moment(value)
        return value if moment is None else moment
    return None


def _moment(value: Any) -> float | None:
    """A time in any form as seconds since 1970; None for a text that is no time."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
