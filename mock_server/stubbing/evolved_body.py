"""The JSON body of an answer as an API of tomorrow sends it: evolutions of fields and of objects, by the schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_server.spec.schema import Schema
from mock_server.stubbing.evolved_values import DROP, FIELD_CHANGES, KEEP, FieldOfRecord, placebo

OBJECT_CHANGES = ("extra-field", "key-order")
"""Evolutions of whole objects. They change all objects, the envelopes of records too."""
BEYOND_THE_DOCUMENT = ("extra-field", "enum-value", "new-variant")
"""Evolutions that today's document need not admit. Every other one leaves a valid answer."""

_ALTERNATIVES = ("oneOf", "anyOf")
_NEW_FIELDS = ("externalReference", "revision", "origin", "labels", "annotations")
_NEW_VALUES = ("ref-7", 7, None, ["new"], {"note": "new"})


class BodyEvolution:
    """Applies evolutions of one kind to a body.

    ``records`` are the objects in it whose fields may change: the envelope around them, which leads from page to page,
    stays as it is. Of each list in them every second item changes: an API changes a little at a time.
    """

    def __init__(self, kind: str, records: Sequence[Any], seed: int, *, as_placebo: bool = False) -> None:
        self._kind, self._seed = kind, seed
        self._records = {id(record) for record in records}
        self._values: Mapping[str, Sequence[Any]] = {}
        self._change = FIELD_CHANGES.get(kind)
        self._as_placebo = as_placebo
        self.touched = False

    def apply(self, body: Any, schema: Schema) -> Any:
        """Copy a body with its evolution."""
        if self._as_placebo:
            self._values = _by_name(body, {})
        return self._applied(body, [schema], fields=False)

    def _applied(self, value: Any, schemas: Sequence[Schema], *, fields: bool) -> Any:
        """Copy a part of it; ``fields`` says that the fields in it may change."""
        if isinstance(value, list):
            items = [part.at("items") for part, _ in _parts(schemas, value) if isinstance(part.node.get("items"), dict)]
            return [self._applied(it, items, fields=fields and not index % 2) for index, it in enumerate(value)]
        return self._object(value, schemas, fields or id(value) in self._records) if isinstance(value, dict) else value

    def _object(self, value: dict[str, Any], schemas: Sequence[Schema], fields: bool) -> dict[str, Any]:
        parts = list(_parts(schemas, value))
        required = {name for part, _ in parts for name in part.node.get("required", ())}
        made: dict[str, Any] = {}
        for name, inner in value.items():
            places = _places(parts, name)
            changed = KEEP
            if fields and self._change is not None and places and not _is_id(name):
                # A document that requires no field at all has not thought about it.
                needed = name in required or not required
                beside = self._values.get(name, ())
                changed = self._field(FieldOfRecord(name, inner, places, needed, _tells(parts, name), beside))
            if changed is not DROP:
                made[name] = self._applied(inner, places, fields=fields) if changed is KEEP else changed
        return self._reshaped(made, parts)

    def _field(self, field: FieldOfRecord) -> Any:
        changed = KEEP if self._change is None else self._change(field, self._seed)
        if changed is not KEEP and self._as_placebo:
            changed = placebo(field)
        self.touched |= changed is not KEEP
        return changed

    def _reshaped(self, made: dict[str, Any], parts: Sequence[tuple[Schema, bool]]) -> dict[str, Any]:
        named = {name for part, _ in parts for name in part.node.get("properties", ())}
        if self._kind == "extra-field" and named:
            self.touched = True
            fresh = next(name for name in (*_NEW_FIELDS, "x-added") if name not in named and name not in made)
            return {**made, fresh: _NEW_VALUES[(self._seed + len(named)) % len(_NEW_VALUES)]}
        if self._kind == "key-order" and len(made) > 1:
            self.touched = True
            return dict(reversed(made.items()))
        return made


def _is_id(name: str) -> bool:
    """Tell whether a field holds the identity of a record, which no evolution takes away."""
    return name.lower() in ("id", "_id", "uuid")


def _places(parts: Sequence[tuple[Schema, bool]], name: str) -> list[Schema]:
    """The schemas of one property of an object; without one, that of the properties that are not named."""
    named = [part.at("properties", name) for part, _ in parts if name in part.node.get("properties", ())]
    rest = [part for part, _ in parts if isinstance(part.node.get("additionalProperties"), dict)]
    return named or [part.at("additionalProperties") for part in rest]


def _tells(parts: Sequence[tuple[Schema, bool]], name: str) -> bool:
    """Tell whether a property has but one value in the variant that an object is of."""
    chosen = [part for part, of_variant in parts if of_variant and name in part.node.get("properties", ())]
    return any(part.at("properties", name).count == 1 for part in chosen)


def _by_name(value: Any, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The values of all objects in a value by the names of their fields."""
    if isinstance(value, dict):
        for name, inner in value.items():
            found.setdefault(name, []).append(inner)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _by_name(inner, found)
    return found


def _parts(schemas: Sequence[Schema], value: Any, of_variant: bool = False) -> Iterator[tuple[Schema, bool]]:
    """The schemas that hold for a value, each with whether it belongs to a variant; of variants the first that fits."""
    for schema in schemas:
        for part in schema.certain:
            yield part, of_variant
            for keyword in _ALTERNATIVES:
                fitting = next((branch for branch in part.branches(keyword) if branch.accepts(value)), None)
                if fitting is not None:
                    yield from _parts([fitting], value, of_variant=of_variant or len(part.alternatives) > 1)
