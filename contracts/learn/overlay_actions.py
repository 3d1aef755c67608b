"""Actions of an OpenAPI Overlay that make the document agree with what was recorded, the evidence in each.

An Overlay merges objects and appends to lists; what is to be replaced is removed first. Shared components are changed
where they stand, but a property that refers to one is replaced alone: others may refer to it too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.learn.difference import Difference, DifferenceKind
from contracts.learn.document_places import object_places, response_place, responses_place, schema_place
from contracts.learn.recorded_shapes import recorded_shapes
from contracts.learn.shape_schema import json_path, quoted, schema_of
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.vocabulary import ANY_NAME
from contracts.spec.document import Contract, Operation
from contracts.spec.schema_location import SchemaLocation

Action = dict[str, Any]


class OverlayActions:
    """Derives the actions for differences; ``recordings`` have the shapes."""

    def __init__(self, contract: Contract, recordings: Sequence[ShapeRecording], *, later: bool = False) -> None:
        self._contract = contract
        self.later = later
        """True for corrections of what earlier ones have changed for other operations too: they only widen."""
        self._shapes = recorded_shapes(recordings)
        self._seen = {(it.operation, str(it.status)) for recording in recordings for it in recording.exchanges}
        self._done: set[str] = set()

    def actions(self, differences: Iterable[Difference], settled: Iterable[str] = ()) -> list[Action]:
        """The actions in order, each once. ``settled`` has operations whose success status an assumption corrects."""
        found, skipped = [], {*settled}
        for one in differences:
            if one.mismatch.kind is DifferenceKind.STATUS and one.operation in skipped:
                continue
            for action in self._derive(one):
                mark = repr(action)
                if mark not in self._done:
                    self._done.add(mark)
                    found.append(with_evidence(action, self._contract.operations[one.operation], one))
        return found

    def _derive(self, one: Difference) -> Iterator[Action]:
        operation = self._contract.operations[one.operation]
        match one.mismatch.kind:
            case DifferenceKind.STATUS:
                yield from self._status(operation, one)
            case DifferenceKind.MEDIA:
                yield from _media(operation, one)
            case DifferenceKind.HEADER:
                yield from _header(operation, one)
            case DifferenceKind.FIELD:
                yield from self._field(operation, one)
            case DifferenceKind.ABSENT:
                yield from _absent(operation, one)
                if not self.later and one.count == one.of and one.mismatch.got == "never there":
                    yield from _removed(operation, one)
            case DifferenceKind.TYPE | DifferenceKind.NULL:
                yield from self._type(operation, one)
            case DifferenceKind.ENUM:
                yield from _word(operation, one)
            case DifferenceKind.FORMAT:
                yield from _format(operation, one)

    def _status(self, operation: Operation, one: Difference) -> Iterator[Action]:
        responses = responses_place(operation)
        success = operation.success
        response: dict[str, Any] = {"description": "Seen on the API.", "x-provenance": "observed"}
        if success is not None and 200 <= one.status < 300:
            old = responses.into(success.status).followed().node
            response = {**{name: old[name] for name in ("content", "headers") if name in old}, **response}
            if (operation.key, success.status) not in self._seen:
                yield {"target": json_path(responses.into(success.status).steps), "remove": True}
        else:
            shape = self._shapes.get((operation.key, one.status))
            if shape is not None:
                response["content"] = {"application/json": {"schema": schema_of(shape)}}
        yield {"target": json_path(responses.steps), "update": {str(one.status): response}}

    def _type(self, operation: Operation, one: Difference) -> Iterator[Action]:
        """The type is widened, or replaced where nothing of the documented type has come."""
        shape = self._shapes.get((operation.key, one.status))
        member = shape.at(one.mismatch.steps) if shape is not None else None
        place = _node(operation, one) if one.mismatch.steps else None
        is_always = member is not None and {*map(str, member.kinds)} - {"null"} == {one.mismatch.got}
        if self.later or not is_always or member is None or place is None:
            yield from _type(operation, one)
            return
        yield {"target": json_path(place.steps), "remove": True}
        other = {**schema_of(member), "x-provenance": "observed"}
        yield {"target": json_path(place.steps[:-1]), "update": {str(place.steps[-1]): other}}

    def _field(self, operation: Operation, one: Difference) -> Iterator[Action]:
        name = one.mismatch.steps[-1]
        shape = self._shapes.get((operation.key, one.status))
        member = shape.at(one.mismatch.steps) if shape is not None else None
        home = schema_place(operation, one.status).holder(one.mismatch.steps[:-1])
        if name == ANY_NAME or member is None or home is None:
            return
        update = {name: {**schema_of(member), "x-provenance": "observed"}}
        yield {"target": json_path(home.steps), "update": update}
        parent = shape.at(one.mismatch.steps[:-1]) if shape is not None else None
        required = home.raw and SchemaLocation(home.raw, home.steps[:-1]).node.get("required", [])
        if parent is not None and name not in {*map(str, parent.optional)} and not self.later and name not in required:
            yield {"target": json_path(home.steps[:-1]), "update": {"required": [name]}}


def with_evidence(action: Action, operation: Operation, one: Difference) -> Action:
    """An action with the difference that it corrects, and how often that was seen."""
    place = f" {one.mismatch.pointer}" if one.mismatch.steps else ""
    text = f"{one.operation} {one.status}{place}: {one.mismatch.kind}, {one.mismatch.got}; {one.evidence}."
    evidence = {"count": one.count, "of": one.of, "first": one.first.isoformat(), "last": one.last.isoformat()}
    return {"target": action.pop("target"), "description": text, **action,
            "x-document": operation.document.name, "x-evidence": evidence}  # fmt: skip


def _media(operation: Operation, one: Difference) -> Iterator[Action]:
    content = response_place(operation, one.status).into("content")
    if content.node:
        yield {"target": json_path(content.steps), "update": {one.mismatch.got: {}}}


def _header(operation: Operation, one: Difference) -> Iterator[Action]:
    response = response_place(operation, one.status)
    if one.mismatch.got.startswith("the header "):
        name = one.mismatch.got.removeprefix("the header ")
        header = {"description": "Seen on the API.", "schema": {"type": "string"}, "x-provenance": "observed"}
        yield {"target": json_path(response.steps), "update": {"headers": {name: header}}}
        return
    missing = one.mismatch.expected.removeprefix("the header ")
    for name in response.into("headers").node:
        if name.lower() == missing:
            yield {
                "target": json_path(response.into("headers").into(name).followed().steps),
                "update": {"required": False},
            }


def _absent(operation: Operation, one: Difference) -> Iterator[Action]:
    """The name is taken out of every list of required names that holds it at this place."""
    *steps, name = one.mismatch.steps
    for place in object_places(schema_place(operation, one.status), steps):
        required = place.node.get("required") if isinstance(place.node, Mapping) else None
        if isinstance(required, list) and name in required:
            yield {"target": f"{json_path(place.into('required').steps)}[?@ == '{quoted(name)}']", "remove": True}


def _node(operation: Operation, one: Difference) -> SchemaLocation | None:
    """The schema at the place of a difference, as the property or the items stand there, references not followed."""
    *steps, last = one.mismatch.steps
    if last == "*":
        places = [place.into("items") for place in object_places(schema_place(operation, one.status), steps)]
        return next((place for place in places if place.node), None)
    places = [
        place.into("properties").into(last) for place in object_places(schema_place(operation, one.status), steps)
    ]
    return next((place for place in places if place.node), None)


def _removed(operation: Operation, one: Difference) -> Iterator[Action]:
    """A property that no answer has had is taken out, so that the mock does not send it."""
    place = _node(operation, one)
    if place is not None and place.node:
        yield {"target": json_path(place.steps), "remove": True}


def _type(operation: Operation, one: Difference) -> Iterator[Action]:
    place = _node(operation, one) if one.mismatch.steps else None
    if place is None or not isinstance(place.node, Mapping):
        return
    node, got = place.node, one.mismatch.got
    if isinstance(node.get("type"), str) and "enum" not in node:
        yield {"target": json_path(place.steps), "update": {"type": [node["type"], got]}}
    elif isinstance(node.get("type"), list) and "enum" not in node:
        yield {"target": json_path(place.steps), "update": {"type": [got]}}
    elif "anyOf" in node:
        yield {"target": json_path(place.steps), "update": {"anyOf": [{"type": got}]}}
    else:
        marks = {name: value for name, value in node.items() if name.startswith("x-")}
        plain = {name: value for name, value in node.items() if name not in marks}
        yield {"target": json_path(place.steps), "remove": True}
        wider = {"anyOf": [plain, {"type": got}], **marks}
        yield {"target": json_path(place.steps[:-1]), "update": {str(place.steps[-1]): wider}}


def _word(operation: Operation, one: Difference) -> Iterator[Action]:
    place = _node(operation, one)
    found = place.followed() if place is not None else None
    if found is None or not isinstance(found.node, Mapping):
        return
    places = [found, *(found.into(word).into(index).followed() for word in ("anyOf", "oneOf", "allOf")
                       for index in range(len(found.node.get(word, ()))))]  # fmt: skip
    for part in places:
        if isinstance(part.node, Mapping) and isinstance(part.node.get("enum"), list):
            yield {"target": json_path(part.steps), "update": {"enum": [one.mismatch.got]}}
            return


def _format(operation: Operation, one: Difference) -> Iterator[Action]:
    place = _node(operation, one)
    if place is None or not isinstance(place.node, Mapping):
        return
    if "format" in place.node and "$ref" not in place.node:
        yield {"target": json_path(place.into("format").steps), "remove": True}
        return
    yield {"target": json_path(place.steps), "remove": True}
    wider = {"type": "string", "x-provenance": "observed"}
    yield {"target": json_path(place.steps[:-1]), "update": {str(place.steps[-1]): wider}}
