"""The value that an evolution gives one field, by the field's schema."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

from mock_server.spec.schema import Schema

KEEP, DROP = object(), object()
"""A field that stays as it is, and one that is left out."""

_WORDS = ("deferred", "escalated", "superseded", "provisional", "unreachable", "transferred")
_LONG = 2_000  # characters of a text
_FILLER = " and there is more to say about it than anybody had expected"
_ELSEWHERE = timezone(timedelta(hours=10))
_FREE = re.compile(r"[^\W\d_][^@/:]*", re.DOTALL)  # no id, no number, no address
_CODES = ("status", "state", "type", "kind", "category", "source", "tag", "priority", "role", "channel", "outcome")
_WORD = re.compile("[A-Za-z][A-Za-z_-]*")
_PLACEBO_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA"
)


@dataclass(frozen=True, slots=True)
class FieldOfRecord:
    """One field of a record in an answer, with its schemas, which all hold.

    ``variant``: it tells the variants of its object apart. ``beside`` are the values of this name in the whole answer.
    """

    name: str
    value: Any
    schemas: Sequence[Schema]
    required: bool
    variant: bool
    beside: Sequence[Any] = ()

    def listed(self) -> Sequence[Any]:
        """The values that the document lists for it; none if it lists none."""
        parts = [part for schema in self.schemas for part in schema.parts]
        lists = [
            part.node.get("enum") or [part.node["const"]] for part in parts if part.node.keys() & {"enum", "const"}
        ]
        return min(lists, key=len) if lists else ()

    def said(self, keyword: str) -> Any:
        """The value of a keyword in the first schema that has it; None if none has."""
        found = (part.node[keyword] for schema in self.schemas for part in schema.parts if keyword in part.node)
        return next(found, None)

    def admits(self, value: Any) -> bool:
        """Tell whether the document admits another value here."""
        return bool(self.schemas) and all(schema.accepts(value) for schema in self.schemas)


def _enum_value(field: FieldOfRecord, seed: int) -> Any:
    return KEEP if field.variant else _unlisted(field, seed)


def _new_variant(field: FieldOfRecord, seed: int) -> Any:
    return _unlisted(field, seed) if field.variant else KEEP


def _unlisted(field: FieldOfRecord, seed: int) -> Any:
    """A word that is not listed, in the letters of the old one."""
    if not isinstance(field.value, str) or not (field.listed() or _is_code(field)):
        return KEEP
    words = [word.upper() if field.value.isupper() else word for word in _WORDS]
    fresh = [word for word in words if word not in (*field.listed(), field.value)]
    # By the value itself: a record looks alike wherever it is read.
    return fresh[(seed + len(field.value)) % len(fresh)] if fresh else KEEP


def _is_code(field: FieldOfRecord) -> bool:
    """Tell whether a field seems to hold one of a few words although the document lists none, as a status does."""
    return field.name.lower().endswith(_CODES) and bool(_WORD.fullmatch(field.value)) and field.said("format") is None


def _null(field: FieldOfRecord, seed: int) -> Any:
    return None if field.value is not None and field.admits(None) else KEEP


def _missing(field: FieldOfRecord, seed: int) -> Any:
    return KEEP if field.required or field.variant else DROP


def _long_text(field: FieldOfRecord, seed: int) -> Any:
    text = field.value
    if not _is_free(field):
        return KEEP
    most = min(field.said("maxLength") or _LONG, _LONG)
    longer = (text + _FILLER * (most // len(_FILLER) + 1))[:most]
    return longer if len(longer) > len(text) and field.admits(longer) else KEEP


def _is_free(field: FieldOfRecord) -> bool:
    """Tell whether a field holds words of people, and no id, number, address, time or code."""
    text, coded = field.value, any(field.said(word) is not None for word in ("format", "pattern", "enum", "const"))
    return isinstance(text, str) and not coded and bool(_FREE.fullmatch(text)) and (text[:1].isupper() or " " in text)


def _time_form(field: FieldOfRecord, seed: int) -> Any:
    moment = _moment(field)
    text = moment.astimezone(_ELSEWHERE).isoformat(timespec="microseconds") if moment else ""
    return text if text and field.admits(text) else KEEP


def _moment(field: FieldOfRecord) -> datetime | None:
    """The moment that a field holds, if it holds one and can hold the times around it."""
    if field.said("format") != "date-time" or not isinstance(field.value, str):
        return None
    try:
        moment = datetime.fromisoformat(field.value)
        return moment if moment.tzinfo and timedelta(0) < moment - _FIRST < _YEARS else None
    except ValueError:
        return None


_FIRST, _YEARS = datetime(2, 1, 1, tzinfo=UTC), timedelta(days=365 * 9_000)

FIELD_CHANGES: Mapping[str, Callable[[FieldOfRecord, int], Any]] = MappingProxyType(
    {
        "enum-value": _enum_value,
        "new-variant": _new_variant,
        "null": _null,
        "missing-field": _missing,
        "long-text": _long_text,
        "time-form": _time_form,
    }
)
"""The functions that make another value of a field, by evolution."""


def placebo(field: FieldOfRecord) -> Any:
    """Another value of the field that is as ordinary as the one that it has; KEEP if none is known."""
    others = (value for value in _others(field) if value != field.value and field.admits(value))
    return next(others, KEEP)


def _others(field: FieldOfRecord) -> Sequence[Any]:
    value = field.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value - 1]
    if not isinstance(value, str):
        return []
    if field.listed() or _is_code(field):
        return [*field.listed(), *(other for other in field.beside if isinstance(other, str))]
    if (moment := _moment(field)) is not None:
        later = (moment + timedelta(seconds=1)).isoformat(timespec="milliseconds")
        return [later.replace("+00:00", "Z")]
    return [f"x{value}" if "@" in value else value.translate(_PLACEBO_LETTERS)]
