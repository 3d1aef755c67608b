"""Resource families, inferred: which operations list, get, create, update and delete the same kind of record.

The kind is the collection's path without its version and its parameters: ``/v1/leads/{leadId}/notes`` holds
``leads/notes``. Nothing else names a family, so a document with other parameter names, inline schemas and no
operationIds gives the same ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from mock_server.spec.envelopes import Envelope, list_wrapper, record_wrapper
from mock_server.spec.filters import Filters, infer_filters
from mock_server.spec.operation import Operation
from mock_server.spec.operations_at_path import OperationsAtPath
from mock_server.spec.parameter import Parameter
from mock_server.spec.projection import Projection
from mock_server.spec.schema import Schema

_VERSION = re.compile(r"v[0-9]+")
_PAGING = (
    ("page", re.compile(r"page([_-]?(number|no|index)|\[number\])?", re.IGNORECASE)),
    ("limit", re.compile(r"\$?(limit|top|take)|per[_-]?page|page([_-]?(size|limit)|\[size\])|size", re.IGNORECASE)),
    ("offset", re.compile(r"\$?(offset|skip)|page\[offset\]", re.IGNORECASE)),
)
_PREFIX = re.compile(r"\^?([A-Za-z]{2,12}_)")


class Role(StrEnum):
    """The part of an operation in its family."""

    LIST = "list"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SINGLE = "single"  # the one record that stands at a path of its own, as an organization


TIMES = ("2026-03-04T05:06:07.089Z", "2026-03-04", 1_772_600_767)  # one moment in every form that a document may want
_STAMP = re.compile(r"(created|updated|modified|inserted)_?(at|on|date|time)?", re.IGNORECASE)


@dataclass(frozen=True)
class Family:
    """A kind of record.

    ``id`` is the record's own field; ``parent`` the kind it hangs below, ``link`` the field that holds the
    parent's id; ``shapes`` every schema in which a record goes out, each once.
    """

    kind: str
    id: str
    id_schema: Schema | None
    prefix: str
    parent: str | None
    link: str | None
    shapes: tuple[Schema, ...] = field(repr=False)

    @cached_property
    def views(self) -> tuple[Projection, ...]:
        """The projections in which the records go out."""
        return tuple(map(Projection.of, self.shapes))

    @cached_property
    def starts(self) -> Mapping[str, Any]:
        """The values of a new record's fields that nobody names: the document's default, else null."""
        sure = [(name, part) for shape in self.shapes for name, part in shape.sure.items()]
        starts = [(name, part.default) for name, part in sure if part.default is not None or part.nullable]
        return dict(starts[::-1])  # the first shape that says something counts

    @cached_property
    def stamps(self) -> Mapping[str, int]:
        """The fields that tell when a record was created or changed, each with the place of its form in ``TIMES``."""
        parts = {name: part for shape in self.shapes for name, part in shape.properties.items()}
        told = {name: [part.accepts(form) for form in TIMES] for name, part in parts.items() if _STAMP.fullmatch(name)}
        return {name: admitted.index(True) if any(admitted) else 0 for name, admitted in told.items()}

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field that a record of the kind shows anywhere."""
        return frozenset(name for shape in self.shapes for name in shape.properties)


class Binding(NamedTuple):
    """One operation's part in its family.

    ``paging`` maps page, limit, offset to parameters; ``filters`` says which fields the other ones of a list name.
    """

    role: Role
    family: Family
    wrapper: Envelope | None
    paging: Mapping[str, Parameter]
    filters: Filters


def infer(operations: Sequence[Operation]) -> dict[str, Binding]:
    """The bindings by operation key; an operation that fits no family has none."""
    places = OperationsAtPath(operations)
    roles = {operation.key: role for operation in operations if (role := _role(operation, places))}
    by_kind: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation.key in roles and kind_of(operation):
            by_kind.setdefault(kind_of(operation), []).append(operation)
    bindings = {}
    for kind, members in by_kind.items():
        family = _family(kind, members, roles)
        for operation in members:
            bindings[operation.key] = _binding(roles[operation.key], operation, family)
    return bindings


def kind_of(operation: Operation) -> str:
    """``leads/notes`` for ``/v1/leads/{}/notes`` and for ``/v1/leads/{}/notes/{}``."""
    return "/".join(segment for segment in _own(operation) if segment != "{}")


def _own(operation: Operation) -> Sequence[str]:
    """The path's segments after the server's path and after the version, which say nothing of the kind."""
    segments = operation.segments[operation.base.count("/") :]
    fixed = segments.index("{}") if "{}" in segments else len(segments)
    versions = [index for index in range(fixed) if _VERSION.fullmatch(segments[index])]
    return segments[versions[-1] + 1 :] if versions else segments


def singular(word: str) -> str:
    """``inquiries`` → ``inquiry``, ``leads`` → ``lead``, ``addresses`` → ``address``."""
    for end, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", "")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + instead
    return word


def _role(operation: Operation, places: OperationsAtPath) -> Role | None:
    if operation.segments[-1] == "{}":
        by_method = {"GET": Role.GET, "PUT": Role.UPDATE, "PATCH": Role.UPDATE, "DELETE": Role.DELETE}
        return by_method.get(operation.method)
    if operation.method == "GET":
        return _reading_role(operation, places)
    if operation.method == "POST" and places.is_collection(operation.segments):
        return Role.CREATE
    if operation.method in ("PUT", "PATCH") and "GET" in places.at(operation.segments):
        return Role.SINGLE if "{}" not in operation.segments else None
    return None


def _reading_role(operation: Operation, places: OperationsAtPath) -> Role | None:
    answer = operation.success.schema
    listed = list_wrapper(answer)
    if listed and (listed.aside or _paging(operation) or places.is_collection(operation.segments)):
        return Role.LIST
    return Role.SINGLE if record_wrapper(answer) and "{}" not in operation.segments else None


def _paging(operation: Operation) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for parameter in operation.parameters:
        if parameter.location == "query" and parameter.schema.types & {"integer", "number"}:
            role = next((role for role, pattern in _PAGING if pattern.fullmatch(parameter.name)), None)
            if role:
                found.setdefault(role, parameter)
    return found


def _wrapper(role: Role, operation: Operation) -> Envelope | None:
    answer = operation.success.schema
    return list_wrapper(answer) if role is Role.LIST else record_wrapper(answer)


def _family(kind: str, members: Sequence[Operation], roles: Mapping[str, Role]) -> Family:
    shapes = []
    for operation in members:
        role = roles[operation.key]
        wrapper = _wrapper(role, operation)
        if wrapper and role is not Role.DELETE:
            shapes.append(wrapper.schema)
    id_name = _id_field(kind, members, shapes)
    id_schema = next((shape.properties[id_name] for shape in shapes if id_name in shape.properties), None)
    parent = next((parent for operation in members if (parent := _parent(operation))), None)
    link = _link(parent, shapes) if parent else None
    return Family(kind, id_name, id_schema, _prefix(id_schema, members), parent, link, tuple(dict.fromkeys(shapes)))


def _id_field(kind: str, members: Sequence[Operation], shapes: Sequence[Schema]) -> str:
    """``id``, else the record's field that the item path's parameter or the kind names, else a hidden ``id``."""
    named = {operation.path_parameters[-1].name for operation in members if operation.segments[-1] == "{}"}
    word = singular(kind.rpartition("/")[2])
    for name in ("id", *sorted(named), f"{word}Id", f"{word}_id", "uuid", "_id", "key"):
        if any(name in shape.properties for shape in shapes):
            return name
    return "id"


def _prefix(schema: Schema | None, members: Sequence[Operation]) -> str:
    """The beginning of the ids of a kind, read off a pattern or an example."""
    hints: list[Any] = []
    if schema is not None:
        hints = [schema.node.get("pattern"), schema.example]
    for operation in members:
        if operation.segments[-1] == "{}":
            hints.append(operation.path_parameters[-1].schema.example)
    for hint in hints:
        match = _PREFIX.match(hint) if isinstance(hint, str) else None
        if match:
            return match.group(1)
    return ""


def _parent(operation: Operation) -> str | None:
    """The kind of the item that the collection's path hangs below."""
    segments = _own(operation)
    collection = segments[:-1] if segments[-1] == "{}" else segments
    items = [index for index, segment in enumerate(collection) if segment == "{}"]
    return "/".join(segment for segment in collection[: items[-1]] if segment != "{}") or None if items else None


def _link(parent: str, shapes: Sequence[Schema]) -> str:
    name = singular(parent.rsplit("/", 1)[-1])
    for candidate in (f"{name}Id", f"{name}_id", name):
        if any(candidate in shape.properties for shape in shapes):
            return candidate
    return f"{name}Id"


def _binding(role: Role, operation: Operation, family: Family) -> Binding:
    wrapper = _wrapper(role, operation)
    if role is not Role.LIST:
        return Binding(role, family, wrapper, {}, Filters())
    paging = _paging(operation)
    others = [it for it in operation.parameters if it.location == "query" and it not in paging.values()]
    filters = infer_filters(others, singular(family.kind.rpartition("/")[2]), family.id, family.shapes)
    return Binding(role, family, wrapper, paging, filters)
