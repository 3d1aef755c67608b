"""Filters: which field of a record a query parameter of a list narrows it by, inferred from similar names.

``lead_id``, ``lead-id``, ``LeadID``, ``filter[leadId]`` and, for several values, ``leadIds`` all mean the field
``leadId``. Names are compared without case and without the characters that join their words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.spec import ranges
from mock_server.spec.filter_expressions import NAMES
from mock_server.spec.names import plain
from mock_server.spec.parameter import Parameter
from mock_server.spec.ranges import holds, inner_word
from mock_server.spec.schema import Schema

_BEFORE = ("filters", "filter", "where", "by")
_AFTER = re.compile(r"(?:\[|__|[._-])(?:eq|equals|exact|is|in|any)\]?$|\[\]$", re.IGNORECASE)
_NESTED = "attributes"
_UNWRAPPED = re.compile(r"(?:filters?|where)\[(.+?)\](.*)")
_SCALARS = frozenset({"string", "number", "integer", "boolean"})


@dataclass(frozen=True)
class Filter:
    """A query parameter, or one key (``inner``) of a parameter that is an object, and the field that it names.

    ``many``: a text may have several values with commas between them. ``compare`` says how a record's value must relate
    to the given one, empty if they must be equal. A field with a dot is one level down.
    """

    parameter: str
    inner: str
    field_name: str
    many: bool
    _reader: Parameter = field(repr=False)
    compare: str = ""

    @property
    def is_plain(self) -> bool:
        """True if it demands that a field of the record itself has one of some values."""
        return not self.compare and "." not in self.field_name

    def admits(self, record: Mapping[str, Any], wanted: Sequence[Any]) -> bool:
        """True if a record satisfies a filter that is not plain."""
        value: Any = record
        for name in self.field_name.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if not self.compare:
            return any(one in wanted for one in (value if isinstance(value, list) else [value]))
        return all(holds(self.compare, value, bound) for bound in wanted)

    def wanted_values(self, query: Mapping[str, Any]) -> Sequence[Any] | None:
        """The values that the field may have, in its own type; None if the query does not limit it."""
        value = query.get(self.parameter)
        if self.inner:
            value = value.get(self.inner) if isinstance(value, dict) else None
        if value is None or isinstance(value, dict):
            return None
        if self.many and isinstance(value, str):
            value = value.split(",")
        return [self._own(one) for one in (value if isinstance(value, list) else [value])]

    def _own(self, value: Any) -> Any:
        """Convert a value to the type in the records:

        a document may use text in the parameter and number in the field.
        """
        if not isinstance(value, str | bool | int | float) or self._reader.schema.accepts(value):
            return value
        if self.compare and not isinstance(value, str):
            return value  # a number may be compared with a time
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return self._reader.parse([text])


@dataclass(frozen=True)
class Filters:
    """The meaning of a list's query parameters.

    ``unknown`` are the parameters or keys that name no field, each as a client writes it; ``expressions`` are the
    parameters that may have a whole expression.
    """

    known: Sequence[Filter] = ()
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)
    expressions: Sequence[str] = ()


def infer_filters(parameters: Iterable[Parameter], kind: str, id: str, shapes: Sequence[Schema]) -> Filters:
    """Infer filters from ``parameters`` and the fields of a record of ``kind``, in every shape that answers show."""
    fields = _comparable(shapes)
    spelt = _spellings(fields, kind, id)
    known, unknown = list[Filter](), dict[str, list[str]]()
    expressions = []
    for parameter in parameters:
        if parameter.name.lower() in NAMES and parameter.name not in fields and parameter.schema.types == {"string"}:
            expressions.append(parameter.name)
            continue
        for inner in _keys(parameter):
            name = inner or parameter.name
            found, many, compare = (name, False, "") if name in fields else _meant(parameter, inner, spelt)
            if found:
                reader = Parameter(found, "query", False, fields[found])
                known.append(Filter(parameter.name, inner, found, many, reader, compare))
            else:
                deep = inner and parameter.style == "deepObject"
                unknown.setdefault(parameter.name, []).append(f"{parameter.name}[{inner}]" if deep else name)
    return Filters(tuple(known), unknown, expressions)


def _comparable(shapes: Sequence[Schema]) -> Mapping[str, Schema]:
    """The fields with a plain value or a list of plain values, each with the schema of one value."""
    found: dict[str, Schema] = {}
    for shape in shapes:
        for name, part in shape.properties.items():
            one = part.items if part.types - {"null"} == {"array"} else part
            if one is None or one.types & _SCALARS:
                found.setdefault(name, one or part)
        inner = shape.properties.get(_NESTED)  # of JSON:API: the fields stand one level down
        for name, part in inner.properties.items() if inner else ():
            if part.types & _SCALARS:
                found.setdefault(f"{_NESTED}.{name}", part)
    return found


def _spellings(fields: Iterable[str], kind: str, id: str) -> Mapping[str, tuple[str, bool]]:
    """Plain names, each with its field and whether it means several values. The first field with a name counts."""
    found: dict[str, tuple[str, bool]] = {}
    for name in fields:
        found.setdefault(plain(name.removeprefix(f"{_NESTED}.")), (name, False))
    if id in fields:
        found.setdefault(plain(f"{kind}id"), (id, False))
    for name, (of, _) in list(found.items()):
        for several in _plurals(name):
            found.setdefault(several, (of, True))
    return found


def _plurals(name: str) -> Sequence[str]:
    return f"{name}s", f"{name}es", *([f"{name[:-1]}ies"] if name.endswith("y") else [])


def _keys(parameter: Parameter) -> Sequence[str]:
    """The keys of a parameter that is an object; else the parameter itself, without a key."""
    types = parameter.schema.types - {"null"}
    keys = list(parameter.schema.properties) if "object" in types else []
    return keys if types == {"object"} and keys else [*keys, ""]


def _meant(parameter: Parameter, inner: str, spelt: Mapping[str, tuple[str, bool]]) -> tuple[str, bool, str]:
    """The field that a parameter or its key means, whether it means several values, and the comparison."""
    if inner and (word := inner_word(inner)):  # `created[gte]`
        found, many = _field(parameter.name, spelt)
        return (found, many, word) if found else ("", False, "")
    name = inner or parameter.name
    found, many = _field(name, spelt)
    if found:
        return found, many, ""
    schema = parameter.schema.properties.get(inner, parameter.schema)
    is_moment = schema.node.get("format") in ("date", "date-time") or bool(schema.types & {"integer", "number"})
    for text in dict.fromkeys((name, _UNWRAPPED.sub(r"\1\2", name))):
        for plain_name, word in ranges.readings(text, is_moment=is_moment):
            if plain_name in spelt:
                return spelt[plain_name][0], False, word
    return "", False, ""


def _field(name: str, spelt: Mapping[str, tuple[str, bool]]) -> tuple[str, bool]:
    """The field that a name means, and whether it means several values; one value selects in a list field too."""
    readings = list(_readings(name))
    found = [spelt[it] for it in readings if it in spelt]
    found += [spelt[it] for one in readings for it in _plurals(one) if it in spelt and not spelt[it][1]]
    return found[0] if found else ("", False)


def _readings(name: str) -> Iterator[str]:
    """The possible meanings of a name: as written, then without words that only say that it is a filter."""
    for text in dict.fromkeys((name, _AFTER.sub("", name))):
        yield plain(text)
        for word in _BEFORE:
            if plain(text).startswith(word):
                yield plain(text)[len(word) :]
