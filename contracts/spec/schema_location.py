"""A place in a raw document: its node and its JSON pointer. References on the way are followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mock_server.support import json_pointer

_MAX_REFERENCES_IN_A_ROW = 50


@dataclass(frozen=True)
class SchemaLocation:
    """A node of a raw document, given by the steps from its root."""

    raw: Mapping[str, Any]
    steps: tuple[str | int, ...] = ()

    @property
    def node(self) -> Any:
        """The node at this place; an empty mapping if there is none."""
        node: Any = self.raw
        for step in self.steps:
            if isinstance(node, Mapping):
                node = node.get(step, node.get(int(step), {}) if str(step).isdecimal() else {})
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                node = node[step]
            else:
                return {}
        return node

    @property
    def pointer(self) -> str:
        """The JSON pointer to this place."""
        return json_pointer.join(self.steps)

    def into(self, step: str | int) -> "SchemaLocation":
        """The place one step further down."""
        return replace(self, steps=(*self.steps, step))

    def followed(self) -> "SchemaLocation":
        """The place that the references here lead to."""
        place = self
        for _ in range(_MAX_REFERENCES_IN_A_ROW):
            reference = place.node.get("$ref") if isinstance(place.node, Mapping) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            place = replace(self, steps=tuple(json_pointer.reference_tokens(reference)))
        return place

    def holder(self, steps: Sequence[str]) -> "SchemaLocation | None":
        """The ``properties`` of the object at a value's path from this schema; ``*`` stands for a list's item."""
        here = self.followed()
        if not steps:
            if here.into("properties").node:
                return here.into("properties")
            own_first = sorted(here._parts(), key=lambda part: "$ref" in part.node)  # a shared part is others' too
            return next((found for part in own_first if (found := part.holder(()))), None)
        onward = here.into("items") if steps[0] == "*" else here.into("properties").into(steps[0])
        if onward.node:
            return onward.holder(steps[1:])
        return next((found for part in here._parts() if (found := part.holder(steps))), None)

    def _parts(self) -> "list[SchemaLocation]":
        """The schemas that this one consists of, with all its alternatives."""
        node = self.node if isinstance(self.node, Mapping) else {}
        words = ("allOf", "anyOf", "oneOf")
        return [self.into(word).into(index) for word in words for index in range(len(node.get(word, ())))]
