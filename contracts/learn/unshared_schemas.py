"""Actions that give an operation a schema of its own, where it shares a component and its answers alone differ.

A correction of a shared component is right for all that refer to it, unless another operation was seen to keep to it.
Then the references on the way to the difference are replaced by what they lead to, and the correction is made there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.learn.difference import Difference, DifferenceKind
from contracts.learn.document_places import object_places, responses_place, schema_place
from contracts.learn.recorded_shapes import AnswerKey
from contracts.learn.shape_schema import json_path
from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind
from contracts.shapes.vocabulary import ANY_NAME
from contracts.spec.document import Contract
from contracts.spec.schema_location import SchemaLocation

_MAX_DEPTH = 20
Place = tuple[str, tuple[str | int, ...]]
"""A document, and the steps to the properties of a schema in it."""
Objects = Mapping[Place, Sequence[tuple[AnswerKey, Shape]]]


def contested(
    contract: Contract, shapes: Mapping[AnswerKey, Shape], differences: Sequence[Difference]
) -> Mapping[AnswerKey, Sequence[Difference]]:
    """The differences in shared components that the answers of another operation speak against, by answer."""
    objects = _objects(contract, shapes)
    found: dict[AnswerKey, list[Difference]] = {}
    for one in differences:
        if _is_contested(contract, shapes, objects, one):
            found.setdefault((one.operation, one.status), []).append(one)
    return found


def _objects(contract: Contract, shapes: Mapping[AnswerKey, Shape]) -> Objects:
    """The recorded objects by the place of the schema that describes them."""
    found: dict[Place, list[tuple[AnswerKey, Shape]]] = {}
    for (operation, status), shape in shapes.items():
        known = contract.operations.get(operation)
        if known is None or known.answer(status) is None:
            continue
        for steps, part in _parts(shape):
            for place in object_places(schema_place(known, status), steps):
                found.setdefault((known.document.name, place.steps), []).append(((operation, status), part))
    return found


def _parts(shape: Shape, steps: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """Every object in a shape, with the steps to it."""
    if len(steps) > _MAX_DEPTH:
        return
    if Kind.OBJECT in shape.kinds and shape.members:
        yield steps, shape
    if shape.items is not None:
        yield from _parts(shape.items, (*steps, "*"))
    for name, member in shape.members.items():
        if name != ANY_NAME:
            yield from _parts(member, (*steps, str(name)))


def _is_contested(contract: Contract, shapes: Mapping[AnswerKey, Shape], objects: Objects, one: Difference) -> bool:
    operation, key = contract.operations[one.operation], (one.operation, one.status)
    shape = shapes.get(key)
    if shape is None or not one.mismatch.steps or operation.answer(one.status) is None:
        return False
    *steps, name = one.mismatch.steps
    own = shape.at(one.mismatch.steps)
    places = {(operation.document.name, it.steps) for it in object_places(schema_place(operation, one.status), steps)}
    others = [part for place in places for other, part in objects.get(place, ()) if other != key]
    return any(_speaks_against(one.mismatch.kind, own, part.at([name])) for part in others)


def _speaks_against(kind: DifferenceKind, own: Shape | None, other: Shape | None) -> bool:
    """Tell whether another operation's member is not as the correction for this one has it."""
    match kind:
        case DifferenceKind.FIELD:
            return other is None
        case DifferenceKind.ABSENT:
            return own is None and other is not None
        case DifferenceKind.TYPE:
            kinds = other.kinds - {Kind.NULL} if other is not None else frozenset()
            return own is not None and bool(kinds) and not kinds <= own.kinds
    return False


def unshared(contract: Contract, found: Mapping[AnswerKey, Sequence[Difference]]) -> Iterator[dict[str, Any]]:
    """The actions after which no other operation shares the places of these differences."""
    for (key, status), differences in found.items():
        operation = contract.operations[key]
        answer = operation.answer(status)
        if answer is None:
            continue
        place, schema = responses_place(operation).into(answer.status), schema_place(operation, status)
        is_shared = "$ref" in place.node
        place = place if is_shared else schema
        own = _OwnSchema(place).of(schema, [one.mismatch.steps for one in differences])
        update = _with_schema(place.followed().node, own) if is_shared else own
        text = f"{key} {status}: a schema of its own, because others that share it differ."
        marks = {"description": text, "x-document": operation.document.name}
        yield {"target": json_path(place.steps), "remove": True, **marks}
        yield {"target": json_path(place.steps[:-1]), "update": {str(place.steps[-1]): update}, **marks}


def _with_schema(response: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """A response that was shared, with another schema for its JSON."""
    content = {media: {"schema": schema if "schema" in part else {}} for media, part in response["content"].items()}
    return {**response, "content": content}


@dataclass(frozen=True)
class _OwnSchema:
    """Copies a schema so that nobody shares it. ``place`` is where the copy will stand."""

    place: SchemaLocation

    def of(self, schema: SchemaLocation, paths: Sequence[Sequence[str]], depth: int = 0) -> Any:
        """The schema with the references on the way to some places replaced by what they lead to.

        Whatever is beside the way is not copied: it stays a reference.
        """
        here = schema.followed()
        if not isinstance(here.node, Mapping) or depth > _MAX_DEPTH:
            return schema.node
        node = {word: value for word, value in here.node.items() if word not in ("example", "examples")}
        heads = {path[0] for path in paths if path}
        if isinstance(node.get("properties"), Mapping):
            node["properties"] = {
                name: self.of(part, _below(paths, name), depth + 1) if name in heads else self._beside(part)
                for name in node["properties"]
                for part in [here.into("properties").into(name)]
            }
        if "items" in node and "*" in heads:
            node["items"] = self.of(here.into("items"), _below(paths, "*"), depth + 1)
        for word in ("allOf", "anyOf", "oneOf"):
            if word in node:
                parts = [here.into(word).into(index) for index in range(len(node[word]))]
                node[word] = [self.of(part, paths, depth + 1) for part in parts]
        return node

    def _beside(self, part: SchemaLocation) -> Any:
        """A reference to a property; the property itself if it is one, or if it is replaced with the rest."""
        steps = self.place.steps
        is_replaced = part.steps[: len(steps)] == steps
        is_reference = isinstance(part.node, Mapping) and "$ref" in part.node
        return part.node if is_replaced or is_reference else {"$ref": f"#{part.pointer}"}


def _below(paths: Sequence[Sequence[str]], head: str) -> list[Sequence[str]]:
    return [path[1:] for path in paths if path and path[0] == head]
