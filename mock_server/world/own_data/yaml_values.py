"""Values of a YAML file with the line of each, so that an error can name the place."""

import re
from typing import Any

import yaml

from mock_server.errors import Problem, WorldError
from mock_server.support.json_pointer import escape
from mock_server.support.text import short_repr
from mock_server.support.yaml_core_schema import scalar_value

MAX_VALUES = 200_000
"""Most values of a file. Each alias counts as often as it is used: a YAML bomb ends here."""
MAX_DEPTH = 32
"""Most levels of values. A record in a record in a record has about a dozen."""


class YamlValues:
    """Makes plain data from the nodes of one file, and notes the line of each. Raises WorldError."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._left = MAX_VALUES
        self.lines: dict[str, int] = {}

    def value(self, node: yaml.Node, pointer: str) -> Any:
        """The data of the node at ``pointer``."""
        return self._value(node, pointer, MAX_DEPTH)

    def _value(self, node: yaml.Node, pointer: str, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            self._refuse(node, f"more than {MAX_VALUES:,} values, aliases counted", "give a smaller file")
        if not depth:
            self._refuse(node, f"nested deeper than {MAX_DEPTH} levels", "flatten it; an alias may not contain itself")
        if not re.fullmatch(r"tag:yaml\.org,2002:\w+", str(node.tag)):
            self._refuse(node, "a tag that this program does not read", "write plain values")
        self.lines[pointer] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, f"{pointer}/{number}", depth - 1) for number, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer, depth)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                self._refuse(key, "a key that is no plain word", "write 'key: value'; merge keys are not read")
            if key.value in found:
                self._refuse(key, f"the key {short_repr(key.value)} stands here twice", "keep one of them")
            below = f"{pointer}/{escape(key.value)}"
            found[key.value] = self._value(value, below, depth - 1)
            self.lines[below] = key.start_mark.line + 1
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise TypeError(f"{type(node)} is no node of YAML")
        try:
            return scalar_value(node.value, plain=not node.style)
        except ValueError:
            self._refuse(node, "a number that JSON does not have", "write a smaller number, or a text in quotes")

    def _refuse(self, node: yaml.Node, what: str, remedy: str) -> Any:
        raise WorldError(Problem(f"{self._file}:{node.start_mark.line + 1}", what, remedy))
