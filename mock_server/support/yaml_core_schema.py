"""YAML by the rules of version 1.2, as OpenAPI asks: dates, `yes`, `12:30` and `1_000` are texts.

Apart from ``reader``, because a start that finds its files kept (see ``kept``) needs no YAML at all.
"""

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_PLAIN = (
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), "-+0123456789"),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), "-+.0123456789"),
    ("float", re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "-+."),
    ("null", re.compile(r"~|null|Null|NULL|"), ("~", "n", "N", "")),
)


class _Loader(yaml.CSafeLoader):
    """Safe loader of YAML 1.2's core schema: keys as they are written, no key twice.

    Merge keys are refused: that version has none, and a few of them can explode.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[str, Any] = {}
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "not a mapping", node.start_mark)
        for key, value in node.value:
            what = ""
            if not isinstance(key, yaml.ScalarNode):
                what = "a key that is not a text"
            elif key.value == "<<" and key.style not in ("'", '"'):
                what = "a merge key (`<<`)"
            elif key.value in found:
                what = f"the key `{key.value[:40]}` twice"
            if what:
                raise yaml.constructor.ConstructorError(None, None, what, key.start_mark)
            found[key.value] = self.construct_object(value, deep=deep)
        return found

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _PLAIN:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern.pattern})$"), list(_first))
_Loader.yaml_constructors = {
    tag: _Loader.yaml_constructors[tag]
    for tag in (*(_TAG + name for name in ("map", "seq", "str", "null", "bool", "float")), None)
}
_Loader.add_constructor(f"{_TAG}int", _Loader.construct_yaml_int)


class NotYaml(Exception):
    """A fault of a YAML text, with its line, counted from 1; 0 where that is not known."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


def parse(text: str) -> Any:
    """The data, keys as they are written. The text's nesting is bounded by the caller. Raises NotYaml."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        what = getattr(fault, "problem", None) or str(fault).splitlines()[0]
        raise NotYaml(what, mark.line + 1 if mark else 0) from None
    except (ValueError, LookupError, RecursionError) as fault:
        raise NotYaml(str(fault)) from None
