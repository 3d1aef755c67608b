"""A JSON value as XML, as the schema's `xml` objects name its parts."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from mock_server.spec.schema import Schema
from mock_server.support.json_pointer import unescape

_NAME = re.compile(r"[^\w.-]+")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_xml(value: Any, schema: Schema | None) -> str:
    """The whole XML document."""
    name = _said(schema).get("name") or _component(schema) or "response"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_element(str(name), value, schema))


def _element(name: str, value: Any, schema: Schema | None) -> Iterator[str]:
    """One element, or one for each item of a list that is not wrapped."""
    said = _said(schema)
    tag = _tag(str(said.get("name") or name), said.get("prefix"))
    if isinstance(value, list):
        yield from _list(name, tag, value, schema)
        return
    attributes, children = _parts(value, schema) if isinstance(value, dict) else ([], [_text(value)])
    space = said.get("namespace")
    if isinstance(space, str):
        prefix = said.get("prefix")
        attributes.insert(0, f" xmlns{f':{prefix}' if prefix else ''}={_quoted(space)}")
    inner = "".join(children)
    yield f"<{tag}{''.join(attributes)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(attributes)}/>"


def _list(name: str, tag: str, items: list[Any], schema: Schema | None) -> Iterator[str]:
    below = schema.items if schema else None
    wrapped = _said(schema).get("wrapped") is True or name == "response"
    usual = (_component(below) or "item") if name == "response" else name
    inner = str(_said(below).get("name") or usual)
    texts = [text for item in items for text in _element(inner if wrapped else name, item, below)]
    yield from [f"<{tag}>", *texts, f"</{tag}>"] if wrapped else texts


def _parts(value: Mapping[str, Any], schema: Schema | None) -> tuple[list[str], list[str]]:
    """The attributes of an object's element, and its children."""
    attributes: list[str] = []
    children: list[str] = []
    known = schema.properties if schema else {}
    for name, part in value.items():
        below = known.get(name)
        said = _said(below)
        if said.get("attribute") is True and not isinstance(part, dict | list):
            tag = _tag(str(said.get("name") or name), said.get("prefix"))
            attributes.append(f" {tag}={_quoted(_plain(part))}")
        elif part is not None:
            children.extend(_element(name, part, below))
    return attributes, children


def _said(schema: Schema | None) -> Mapping[str, Any]:
    found: Any = next((part.node["xml"] for part in schema.parts if "xml" in part.node), {}) if schema else {}
    return found if isinstance(found, dict) else {}


def _component(schema: Schema | None) -> str:
    start, _, name = schema.pointer.rpartition("/") if schema else ("", "", "")
    return unescape(name) if start == "/components/schemas" else ""


def _tag(name: str, prefix: Any) -> str:
    tag = _NAME.sub("_", name) or "_"
    tag = tag if tag[0].isalpha() or tag[0] == "_" else f"_{tag}"
    return f"{_NAME.sub('_', prefix)}:{tag}" if isinstance(prefix, str) and prefix else tag


def _text(value: Any) -> str:
    return escape(_plain(value), quote=False)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _FORBIDDEN.sub("?", str(value))


def _quoted(text: str) -> str:
    """The value of an attribute; a line break in it is written so that it stays one."""
    return '"' + escape(text).replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;") + '"'
