"""Finds the part of a YAML document that a finding is about: the answer, the parameter or the member."""

import re
from collections.abc import Iterator

import yaml

from contracts.rules.location import Location
from mock_server.support.json_pointer import reference_tokens, split

_MAX_REFERENCES = 20
"""References that are followed one after the other; a circle has no end."""
_BRANCHES = ("allOf", "anyOf", "oneOf")
Pair = tuple[yaml.Node, yaml.Node]
"""A key with what stands below it; the key is the place."""


def members(node: yaml.Node | None) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    """The members of a mapping; nothing for another node."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


class SchemaNodes:
    """Finds the node of a location, as deep in the document as it goes."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._root = root

    def find(self, operation: yaml.Node, path: yaml.Node, location: Location) -> yaml.Node | None:
        """The key that a location is about; None when nothing below the operation matches."""
        if location.status is not None:
            pair = self._answer(operation, location)
        elif location.part in ("query", "path", "header", "cookie"):
            pair = self._parameter(operation, path, location.part, location.name)
        else:
            pair = self._body(operation, location) or self._parameter(operation, path, "query", location.name)
        return pair[0] if pair else None

    def _answer(self, operation: yaml.Node, location: Location) -> Pair | None:
        answers, status = self._step(operation, "responses"), str(location.status)
        found = next((p for name in (status, f"{status[0]}XX", "default") if (p := self._step(answers, name))), None)
        if found is None or not (location.pointer or location.name):
            return found or answers
        if location.pointer:
            return self._member(self._schema(found), location.pointer) or found
        headers = members(self.resolved(self._value(self._step(found, "headers"))))
        return next(((k, v) for k, v in headers if k.value.lower() == location.name.lower()), found)

    def _body(self, operation: yaml.Node, location: Location) -> Pair | None:
        """The body, or the member of it that a scenario names: ``/name: 7``, or only ``name``."""
        body = self._step(operation, "requestBody")
        name = re.match(r"/?([\w.-]*)", location.name)
        pointer = location.pointer or (f"/{name[1]}" if name and name[1] else "")
        found = self._member(self._schema(body), pointer) if pointer else None
        return found or (body if location.part == "body" else None)

    def _parameter(self, operation: yaml.Node, path: yaml.Node, place: str, name: str) -> Pair | None:
        name = name.partition("=")[0]
        for owner in (operation, path):
            known = self._value(self._step(owner, "parameters"))
            for item in known.value if isinstance(known, yaml.SequenceNode) else ():
                texts = {k.value: v.value for k, v in members(self.resolved(item)) if isinstance(v, yaml.ScalarNode)}
                if (texts.get("in"), str(texts.get("name", "")).lower()) == (place, name.lower()):
                    return item, item
        return None

    def _schema(self, holder: Pair | None) -> Pair | None:
        """The schema of a body or an answer: of JSON, if there is one."""
        kinds = members(self.resolved(self._value(self._step(holder, "content"))))
        kinds.sort(key=lambda pair: "json" not in pair[0].value)
        return self._step(kinds[0], "schema") if kinds else None

    def _member(self, schema: Pair | None, pointer: str) -> Pair | None:
        for step in split(pointer):
            deeper = self._below(schema, step, _MAX_REFERENCES)
            if deeper is None:
                break
            schema = deeper
        return schema

    def _below(self, schema: Pair | None, step: str, left: int) -> Pair | None:
        if schema is None or not left:
            return None
        found = self._step(schema, "items") if step == "*" or step.isdigit() else None
        found = found or self._step(self._step(schema, "properties"), step)
        branches = (branch for word in _BRANCHES for branch in self._listed(self._step(schema, word)))
        return found or next((p for branch in branches if (p := self._below(branch, step, left - 1))), None)

    def _listed(self, pair: Pair | None) -> Iterator[Pair]:
        node = self._value(pair)
        yield from ((item, item) for item in (node.value if isinstance(node, yaml.SequenceNode) else ()))

    def _step(self, above: Pair | yaml.Node | None, name: str) -> Pair | None:
        node = self.resolved(self._value(above))
        return next(((key, value) for key, value in members(node) if key.value == name), None)

    def _value(self, pair: Pair | yaml.Node | None) -> yaml.Node | None:
        return pair[1] if isinstance(pair, tuple) else pair

    def resolved(self, node: yaml.Node | None) -> yaml.Node | None:
        """The node, or what it refers to within this file."""
        for _ in range(_MAX_REFERENCES):
            reference = next((v.value for k, v in members(node) if k.value == "$ref" and isinstance(v.value, str)), "")
            if not reference.startswith("#/"):
                return node
            target: yaml.Node | None = self._root
            for step in reference_tokens(reference):
                target = next((v for k, v in members(target) if k.value == step), None)
            node = target
        return None
