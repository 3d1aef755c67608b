"""Infer the change that a verb at the end of a record's path makes: ``POST /orders/{id}/cancel`` sets a status."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.schema import Schema

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# States that are not spelt like their verb.
_STATES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "pay": ("paid",),
        "send": ("sent",),
        "void": ("void", "voided"),
        "open": ("open",),
        "reopen": ("reopened", "open"),
        "freeze": ("frozen",),
        "activate": ("activated", "active"),
        "deactivate": ("deactivated", "inactive"),
        "enable": ("enabled", "active"),
        "disable": ("disabled", "inactive"),
        "resume": ("resumed", "active", "running"),
        "start": ("started", "running", "active", "inprogress"),
        "stop": ("stopped", "inactive"),
        "complete": ("completed", "complete", "done"),
        "finish": ("finished", "completed", "done"),
        "resolve": ("resolved", "closed"),
        "restore": ("restored", "active"),
    }
)
_DELETE = "delete"
_MOMENTS = ("at", "on", "date", "time")
_OPPOSITES: Mapping[str, str] = MappingProxyType(
    {"disable": "enable", "deactivate": "activate", "restore": "delete", "undelete": "delete", "reopen": "close"}
)


def effects(word: str, shapes: Iterable[Schema]) -> Mapping[str, Any]:
    """The fields of a record that an action called ``word`` sets, each with its value."""
    verb = _verb(word)
    opposite = _opposite(verb)
    fields = {name: part for shape in shapes for name, part in shape.sure.items()}
    found: dict[str, Any] = {}
    for name, part in sorted(fields.items(), key=lambda pair: plain(pair[0]) not in ("status", "state")):
        if not any(isinstance(value, str) for value in found.values()) and (state := _state(verb, part)) is not None:
            found[name] = state
        elif "boolean" in part.types and len(part.types - {"null"}) == 1:
            for flag, about in ((True, verb), (False, opposite)):
                if about and plain(name).removeprefix("is") in _forms(about):
                    found[name] = flag
    return found


def moments(word: str, shapes: Iterable[Schema]) -> Mapping[str, Schema]:
    """The fields of a record that tell when an action called ``word`` was performed: ``cancelledAt``."""
    spelt = {f"{form}{end}" for form in _forms(_verb(word)) for end in _MOMENTS}
    return {name: part for shape in shapes for name, part in shape.sure.items() if plain(name) in spelt}


def undone_moments(word: str, shapes: Iterable[Schema]) -> Sequence[str]:
    """The fields that tell when the opposite of an action was performed, if they may be null: ``unarchive``."""
    opposite = _opposite(_verb(word))
    return [name for name, part in moments(opposite, shapes).items() if part.nullable] if opposite else []


def alive(shapes: Sequence[Schema]) -> Mapping[str, Any]:
    """The fields that tell whether a record is deleted, each with the value for one that is not."""
    flags = {name: False for name, value in effects(_DELETE, shapes).items() if value is True}
    return {**flags, **{name: None for name, part in moments(_DELETE, shapes).items() if part.nullable}}


def _opposite(verb: str) -> str:
    return _OPPOSITES.get(verb, verb.removeprefix("un") if verb.startswith("un") else "")


def _verb(word: str) -> str:
    """The verb in the name of an action: ``paid`` in ``markAsPaid``."""
    words: list[str] = [part.lower() for part in _WORDS.findall(word)]
    if words[:1] == ["mark"]:
        return words[-1]
    return words[0] if words else ""


def _state(verb: str, schema: Schema) -> str | None:
    values = [value for value in schema.node.get("enum", ()) if isinstance(value, str)]
    spelt = {plain(value): str(value) for value in values[::-1]}
    return next((spelt[form] for form in _forms(verb) if form in spelt), None)


def _forms(verb: str) -> Iterator[str]:
    """The spellings of the state into which a verb brings a record: ``cancel`` leads to ``cancelled``."""
    yield from _STATES.get(verb, ())
    yield f"{verb}ed"
    yield f"{verb}{verb[-1:]}ed"
    yield f"{verb}d"
    yield f"{verb[:-1]}ied"
    yield verb
