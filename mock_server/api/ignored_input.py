"""Input that has no effect: most often the client has mistyped a name (gap ``unknown-query``)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mock_server.spec.operation import Operation
from mock_server.spec.schema import Schema
from mock_server.spec.validation_messages import pointer
from mock_server.support.did_you_mean import nearest
from mock_server.support.text import shorten

Place = Literal["path", "method", "query", "filter", "body"]

MAX_REPORTED = 50
"""Most things of one request that are named."""
_SHOWN = 60  # letters of a name
_MAX_DEPTH = 8  # levels of a body below which nobody looks for typing errors
_MAX_ITEMS = 20  # of a list: each is written by the same hand

_IDLE = "although the document has it: it names no field by which this list could be narrowed"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A part of a request that has no effect. ``filter`` is a query parameter that the document has and that nothing
    here reads.

    ``name`` is a JSON pointer in a body. ``near`` is the name that the client probably meant; empty when none is
    similar.
    """

    place: Place
    name: str
    near: str = ""

    def __str__(self) -> str:
        where = f"body {self.name}" if self.place == "body" else f"query parameter {self.name}"
        meant = f"; did you mean `{self.near}`?" if self.near else ""
        return f"{where}: is ignored, {_IDLE}" if self.place == "filter" else f"{where}: is ignored{meant}"


def ignored(operation: Operation, names: Collection[str], body: Any, idle: Sequence[str]) -> list[Ignored]:
    """The parts of a request that have no effect on its operation: names in its query, and fields in its body.

    ``idle`` are query parameters that the operation has and that nothing here reads.
    """
    found = [*_unread(names, idle), *_unknown(operation, names)] if names else []
    if operation.body is not None and isinstance(body, dict | list):
        found += _fields(operation.body, body, (), MAX_REPORTED)
    return found[:MAX_REPORTED]


def _unread(names: Collection[str], idle: Sequence[str]) -> Iterator[Ignored]:
    for name in idle:
        if any(it == name or it.startswith(f"{name}[") for it in names):
            yield Ignored("filter", shorten(name, _SHOWN))


def _unknown(operation: Operation, names: Iterable[str]) -> Iterator[Ignored]:
    for name in names:
        if not operation.reads_query(name):
            yield Ignored("query", shorten(name, _SHOWN), nearest(name, operation.query_names))


def _fields(schema: Schema, value: Any, path: tuple[str | int, ...], left: int) -> list[Ignored]:
    """The fields, at whatever depth, that no branch of the schema names, or that occur only in answers.

    A schema that allows others has none of the first kind.
    """
    if len(path) >= _MAX_DEPTH or left <= 0:
        return []
    found: list[Ignored] = []
    if isinstance(value, list) and schema.items is not None:
        for index, item in enumerate(value[:_MAX_ITEMS]):
            if isinstance(item, dict | list):
                found += _fields(schema.items, item, (*path, index), left - len(found))
    known = schema.properties if isinstance(value, dict) else {}
    for name, inner in value.items() if known else ():
        if name in known and not (path or "readOnly" not in known[name].marks):
            found.append(Ignored("body", pointer([shorten(name, _SHOWN)])))
        elif name in known:
            if isinstance(inner, dict | list):
                found += _fields(known[name], inner, (*path, name), left - len(found))
        elif not schema.open and len(found) < left:
            found.append(Ignored("body", pointer([*path, shorten(name, _SHOWN)]), nearest(name, known)))
    return found
