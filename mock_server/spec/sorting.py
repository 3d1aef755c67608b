"""The order of a list: which parameters set it, and which fields their values name."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.spec.names import plain
from mock_server.spec.parameter import Parameter
from mock_server.spec.schema import Schema

_BY = frozenset({"sort", "sortby", "orderby", "ordering", "order", "sortfield", "sortkey", "orderfield", "sortcolumn"})
_WAY = frozenset({"order", "direction", "dir", "sortorder", "sortdirection", "sortdir", "orderdirection", "orderdir"})
_DOWN = ("descending", "desc", "down")
_UP = ("ascending", "asc", "up")
_SUFFIX = re.compile(rf"(.+?)[\s:,._-]({'|'.join((*_DOWN, *_UP))})", re.IGNORECASE)


@dataclass(frozen=True)
class Sorting:
    """How a list is sorted.

    ``by`` is the parameter with fields, ``way`` that with a direction; ``fields`` by plain name.
    """

    by: Parameter | None = None
    way: Parameter | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> Sequence[Parameter]:
        """The parameters that set the order."""
        return [it for it in (self.by, self.way) if it is not None]

    def order(self, asked: Mapping[str, Any]) -> tuple[Sequence[tuple[str, bool]], Sequence[str]]:
        """The fields to sort by, each with whether the largest comes first; and the texts that name no field."""
        texts = _texts(asked.get(self.by.name) if self.by else None)
        given = str(asked.get(self.way.name, "") if self.way else "").lower()
        found: list[tuple[str, bool]] = []
        unknown: list[str] = []
        for text in texts:
            name, down = _read(text, self.fields)
            if name:
                found.append((name, down if down is not None else given in (*_DOWN, "-1")))
            elif text.lower() not in (*_DOWN, *_UP):
                unknown.append(text)
        return found, unknown


def sortable_fields(shapes: Iterable[Schema]) -> list[str]:
    """The fields of records of these shapes, and in JSON:API those one level down, by which a list can be sorted."""
    parts = {name: part for shape in shapes for name, part in shape.properties.items()}
    return [
        *parts,
        *(f"attributes.{name}" for name in (parts["attributes"].properties if "attributes" in parts else ())),
    ]


def infer_sorting(parameters: Iterable[Parameter], fields: Collection[str]) -> Sorting:
    """Infer from its parameters how a list of records with ``fields`` is sorted."""
    by = way = None
    known = {plain(name) for name in fields}
    for parameter in parameters:
        word = plain(parameter.name)
        values = [str(value).lower() for value in parameter.schema.node.get("enum", ())]
        is_way = bool(values) and set(values) <= {*_DOWN, *_UP, "1", "-1"}
        if word in _BY and not is_way and (by is None or word != "order"):
            way = by if by is not None and plain(by.name) == "order" else way
            by = parameter
        elif word in _WAY and (is_way or not (values or word in known)):  # `direction` of a payment: credit or debit
            way = parameter
    return Sorting(
        by, way, {plain(name.removeprefix("attributes.")): name for name in sorted(fields, reverse=True)} if by else {}
    )


def _texts(value: Any) -> list[str]:
    """The sort fields in a value: `name,-age`, `["name", "-age"]`, `{"name": "asc"}`, `[{"field": "name"}]`."""
    if isinstance(value, str):
        return (
            [value] if _SUFFIX.fullmatch(value) and value.count(",") == 1 else [it.strip() for it in value.split(",")]
        )
    if isinstance(value, dict):
        named = next((value[it] for it in ("field", "property", "attribute", "key", "name") if it in value), None)
        if isinstance(named, str):
            way = next((value[it] for it in ("direction", "order", "dir", "sort") if it in value), "asc")
            return [f"{named} {way}"]
        return [f"{name} {way}" for name, way in value.items() if isinstance(way, str)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def _read(text: str, fields: Mapping[str, str]) -> tuple[str, bool | None]:
    """The field that a text names, and whether its order is descending; None if the text does not say."""
    sign = {"-": True, "+": False}.get(text[:1])
    name = text[1:] if sign is not None else text
    if plain(name) in fields:
        return fields[plain(name)], sign
    suffix = _SUFFIX.fullmatch(name.strip())
    if suffix and plain(suffix[1]) in fields:
        return fields[plain(suffix[1])], suffix[2].lower() in _DOWN
    return "", None
