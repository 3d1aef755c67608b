"""The styles of OpenAPI: how the items of an array and the keys of an object stand in the texts of a parameter."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from mock_server.spec.parameter_values import Parts, Unreadable

Decode = Callable[[str], str]

STYLES = (
    *("form", "simple", "label", "matrix", "spaceDelimited", "pipeDelimited", "deepObject"),
    "cookie",  # OpenAPI 3.2
)
_MAX_DEPTH = 16
_COMMA = (",", ",|%2C")
# What stands between items: first what the specification says, then what many clients send in its place. The latter
# counts only where the schema refuses the former: an encoded comma belongs to its item.
_JOINED: Mapping[str, Sequence[str]] = {
    "label": (",", r"\."),  # before 3.0.4 the specification had a dot in its table
    "spaceDelimited": (r"%20|\+| ",),
    "pipeDelimited": (r"\||%7C",),
}
_EXPLODED: Mapping[str, Sequence[str]] = {"label": (r"\.",), "matrix": (";",)}
_KEY = re.compile(r"\[([^\[\]]*)\]")


def separators(style: str, *, explode: bool) -> Sequence[str]:
    """The expressions that separate the parts of one text, the correct one first."""
    return _EXPLODED.get(style, _COMMA) if explode else _JOINED.get(style, _COMMA)


def unwrapped(style: str, name: str, text: str) -> str:
    """Remove what the style puts before the text: ``.5``, ``;size=5``. Raises Unreadable."""
    if style == "label":
        return _after(".", text)
    if style == "matrix":
        return _of_name(name, _after(";", text))
    return text


def items(style: str, name: str, text: str, separator: str, *, explode: bool) -> list[str]:
    """Split one text into the items of an array, still percent-encoded. Raises Unreadable."""
    if style == "matrix" and explode:
        return [_of_name(name, part) for part in _after(";", text).split(";")]
    return re.split(separator, unwrapped(style, name, text), flags=re.IGNORECASE)


def pairs(style: str, name: str, text: str, separator: str, *, explode: bool) -> list[tuple[str, str]]:
    """Split one text into the keys and values of an object, still percent-encoded. Raises Unreadable."""
    if not explode:
        parts = re.split(separator, unwrapped(style, name, text), flags=re.IGNORECASE)
        if len(parts) % 2:
            raise Unreadable("has a key without a value: write it as `key,value,key,value`")
        return list(zip(parts[::2], parts[1::2], strict=True))
    lead = {"label": ".", "matrix": ";"}.get(style, "")
    found = []
    for part in re.split(separator, _after(lead, text), flags=re.IGNORECASE):
        key, sign, value = part.partition("=")
        if not sign:
            raise Unreadable("has a key without a value: write it as `key=value`")
        found.append((key, value))
    return found


def gathered(found: Sequence[tuple[str, str]], decode: Decode) -> dict[str, Parts]:
    """Collect decoded values by decoded key; several values of one key become a list."""
    tree: dict[str, Any] = {}
    for key, value in found:
        tree.setdefault(decode(key), []).append(decode(value))
    return tree


def nested(name: str, texts: Mapping[str, Sequence[str]], decode: Decode) -> dict[str, Parts]:
    """Build the tree that ``name[key]=value`` or ``name[key][inner]=value`` describes. Raises Unreadable."""
    tree: dict[str, Any] = {}
    for full, values in texts.items():
        path = _KEY.findall(full, len(name)) if full.startswith(f"{name}[") else []
        if not path or f"{name}[{']['.join(path)}]" != full:
            continue
        if len(path) > _MAX_DEPTH:
            raise Unreadable(f"is nested more than {_MAX_DEPTH} deep")
        _place(tree, path, [decode(value) for value in values])
    return tree


def _place(tree: dict[str, Any], path: Sequence[str], values: list[str]) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise Unreadable(f"has `{key}` as a value and as an object")
    if isinstance(tree.get(path[-1]), dict):
        raise Unreadable(f"has `{path[-1]}` as a value and as an object")
    tree.setdefault(path[-1], []).extend(values)


def _after(lead: str, text: str) -> str:
    if not text.startswith(lead):
        raise Unreadable(f"does not start with `{lead}`")
    return text[len(lead) :]


def _of_name(name: str, text: str) -> str:
    given, _, value = text.partition("=")
    if unquote(given) != name:
        raise Unreadable(f"is not written as `;{name}=value`")
    return value
