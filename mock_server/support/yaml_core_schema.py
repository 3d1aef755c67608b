"""Read YAML by the rules of version 1.2, as OpenAPI asks: dates, `yes`, `12:30` and `1_000` are texts.

This is a module apart from ``bounded_files``, because a start that finds its files in ``file_cache`` needs no YAML.
"""

import re
from typing import Any, NamedTuple

import yaml

from mock_server.support.text import shorten

_TAG = "tag:yaml.org,2002:"
_PLAIN = (
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), "-+0123456789"),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), "-+.0123456789"),
    ("float", re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "-+."),
    ("null", re.compile(r"~|null|Null|NULL|"), ("~", "n", "N", "")),
)


_MAX_MERGED = 100_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class Slip(NamedTuple):
    """A use that YAML 1.2 forbids and other readers accept, and its line, counted from 1."""

    what: str
    line: int


class _Loader(yaml.CSafeLoader):
    """Safe loader of YAML 1.2's core schema, which keeps keys as they are written.

    ``slips`` collects uses that are accepted in somebody else's text: a key twice (the last one counts), and merge
    keys, which version 1.2 does not have. Without ``slips`` both are refused.
    """

    slips: list[Slip] | None = None
    _merged = 0

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "not a mapping", node.start_mark)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is not a text", key.start_mark)
            if key.value == "<<" and key.style not in ("'", '"'):
                self._slip("a merge key (`<<`)", key)
                merged = {**self._merging(value), **merged}
                continue
            if key.value in found:
                self._slip(f"the key `{shorten(key.value, 40)}` twice", key)
            found[key.value] = self.construct_object(value, deep=deep)
        return {**merged, **found} if merged else found

    def _slip(self, what: str, node: yaml.Node) -> None:
        """Note a use that YAML 1.2 forbids, or refuse it if none is accepted."""
        if self.slips is None:
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        self.slips.append(Slip(what, node.start_mark.line + 1))

    def _merging(self, node: yaml.Node) -> dict[str, Any]:
        """The pairs of a merge key.

        Its value is a mapping, or a list of mappings of which the first that has a key counts.
        """
        named: list[Any] = node.value if isinstance(node, yaml.SequenceNode) else [node]
        brought: dict[str, Any] = {}
        for part in named:
            brought = {**self.construct_mapping(part, deep=True), **brought}
            self._merged += len(brought)
        if self._merged > _MAX_MERGED:
            what = f"merge keys that bring more than {_MAX_MERGED:,} others"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        return brought

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
    """A text is not YAML. ``line`` counts from 1; 0 means that it is not known."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


def parse(text: str, slips: list[Slip] | None = None) -> Any:
    """Parse a YAML text, keys as they are written. The caller bounds the text's nesting first.

    ``slips`` collects forbidden uses that are accepted all the same. Raises NotYaml.
    """
    if slips is not None and (odd := _CONTROL.search(text)):
        slips.append(Slip(f"a control character (U+{ord(odd.group()):04X})", text.count("\n", 0, odd.start()) + 1))
        text = _CONTROL.sub(" ", text)
    try:
        loader = _Loader(text)
        loader.slips = slips
        return loader.get_single_data()
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        what = getattr(fault, "problem", None) or str(fault).splitlines()[0]
        raise NotYaml(what, mark.line + 1 if mark else 0) from None
    except (ValueError, LookupError, RecursionError) as fault:
        raise NotYaml(str(fault)) from None


def scalar_value(text: str, *, plain: bool) -> str | int | float | bool | None:
    """The value of one scalar; ``plain`` means without quotes. Raises ValueError for a number that JSON lacks."""
    kind = next((name for name, pattern, _ in _PLAIN if pattern.fullmatch(text)), "str") if plain else "str"
    match kind:
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case "int":
            number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
            if not -(2**63) <= number < 2**64:
                raise ValueError("too large")
            return number
        case "float":
            near = float(text)
            if near - near != 0:  # infinite, or no number
                raise ValueError("too large")
            return near
    return text
