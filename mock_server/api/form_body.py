"""`application/x-www-form-urlencoded`: pairs of texts become the value that the schema describes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from mock_server.spec.media_types import is_json
from mock_server.spec.parameter_values import cast
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import NotJson, read_json

_MAX_PAIRS = 5_000
_MAX_DEPTH = 20
_KEY = re.compile(r"([^\[\]]*)((?:\[[^\[\]]*\])+)")
_INNER = re.compile(r"\[([^\[\]]*)\]")
_JOINED = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}

Tree = dict[str, Any]
"""Names to texts, or to further trees; every text stands in a list, as a name may be repeated."""
Encodings = Mapping[str, Mapping[str, Any]]


def read_form(body: bytes, schema: Schema, encodings: Encodings) -> dict[str, Any]:
    """The value of a form. Raises ValueError with words for the client."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_PAIRS, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("the form is not UTF-8") from None
    except ValueError:
        raise ValueError(f"a form of more than {_MAX_PAIRS:,} fields") from None
    return typed(pairs, schema, encodings)


def typed(pairs: Sequence[tuple[str, Any]], schema: Schema, encodings: Encodings) -> dict[str, Any]:
    """The value of named texts. A value that is not a text (a file) does not change."""
    tree: Tree = {}
    known = schema.properties
    for name, text in pairs:
        path = [name] if name in known else _path(name)
        _plant(tree, path, text)
    return {name: _property(known.get(name, schema.rest), part, encodings.get(name, {})) for name, part in tree.items()}


def _path(name: str) -> list[str]:
    """`items[0][price]` → items, 0, price; a name without such brackets is one step."""
    match = _KEY.fullmatch(name)
    if match is None or not match[1]:
        return [name]
    path = [match[1], *_INNER.findall(match[2])]
    if len(path) > _MAX_DEPTH:
        raise ValueError(f"a field of more than {_MAX_DEPTH} levels")
    return path


def _plant(tree: Tree, path: Sequence[str], text: Any) -> None:
    """Put a text at its place; a name that is both a text and an object keeps the object."""
    for step in path[:-1]:
        below = tree.get(step)
        if not isinstance(below, dict):
            below = tree[step] = {}
        tree = below
    last = path[-1]
    if not isinstance(tree.get(last), dict):
        tree.setdefault(last, []).append(text)


def _property(schema: Schema | None, part: Any, encoding: Mapping[str, Any]) -> Any:
    """The value of one field, as its `encoding` says it is written."""
    if isinstance(part, list) and all(isinstance(text, str) for text in part):
        joint = _JOINED.get(str(encoding.get("style", "form")), ",")
        if encoding.get("explode") is False and schema is not None and "array" in schema.types and len(part) == 1:
            return _value(schema, part[0].split(joint) if part[0] else [])
        if is_json(str(encoding.get("contentType") or "text/plain")):
            return _json(part[-1], part[-1])
    return _value(schema, part)


def _value(schema: Schema | None, part: Any) -> Any:
    """A tree or the texts of one name as a value of the schema's type."""
    if isinstance(part, dict):
        return _object(schema, part)
    if schema is None:
        return part[0] if len(part) == 1 else part
    if "array" in schema.types and "string" not in schema.types:
        if len(part) == 1 and isinstance(part[0], str) and part[0].lstrip().startswith("["):
            return _json(part[0], [_one(schema.items, part[0])])
        return [_one(schema.items, text) for text in part]
    return _one(schema, part[0]) if len(part) == 1 else part


def _object(schema: Schema | None, tree: Tree) -> Any:
    """`name[key]`: an object by its keys, or an array by numbers or by nothing between the brackets."""
    is_list = schema is not None and "array" in schema.types and "object" not in schema.types
    if is_list or (schema is None and tree.keys() == {""}):
        items = schema.items if schema else None
        made: list[Any] = []
        for key in sorted(tree, key=lambda key: (len(key), key)):
            part = tree[key]
            made += (
                [_one(items, text) for text in part] if isinstance(part, list) and not key else [_value(items, part)]
            )
        return made
    known = schema.properties if schema else {}
    return {key: _value(known.get(key) or (schema.rest if schema else None), part) for key, part in tree.items()}


def _one(schema: Schema | None, text: Any) -> Any:
    """One text as a value; an object may be written as JSON, and one without members as nothing."""
    if schema is None or not isinstance(text, str):
        return text
    if not text and schema.types <= {"object", "null"} and not schema.nullable:
        return {}
    if "string" not in schema.types and schema.types & {"object", "array"} and text.lstrip()[:1] in ("{", "["):
        return _json(text, text)
    return cast(schema, text)


def _json(text: str, otherwise: Any) -> Any:
    try:
        return read_json(text, doubles=True)
    except NotJson:
        return otherwise
