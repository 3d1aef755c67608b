"""XML as a request sends it: read as the value that the schema's `xml` objects say it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from mock_server.spec.schema import Schema
from mock_server.support.exact_json import MAX_JSON_DEPTH

_MAX_ELEMENTS = 20_000  # a body of a megabyte may have ten times as many, and would hold up everybody


@dataclass(slots=True)
class _Element:
    name: str
    attributes: Mapping[str, str]
    children: list["_Element"] = field(default_factory=list)
    text: str = ""


def read_xml(body: bytes, schema: Schema | None, encoding: str | None = None) -> Any:
    """The value of an XML document; its text where the schema wants no more. Raises ValueError for what is none.

    ``encoding`` wins over the one that the document declares.

    Entities of its own and documents elsewhere are not read: they could be without end, or somebody's files.
    """
    root = _parsed(body, encoding)
    if schema is not None and schema.types <= {"string", "null"}:
        return body.decode(encoding or "utf-8", "replace")
    return _value(root, schema)


def _parsed(body: bytes, encoding: str | None) -> _Element:
    root = _Element("", {})
    open_elements, count = [root], 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > _MAX_ELEMENTS or len(open_elements) > MAX_JSON_DEPTH:
            raise ValueError(f"more than {_MAX_ELEMENTS} elements, or more than {MAX_JSON_DEPTH} in one another")
        element = _Element(
            _local(name), {_local(key): text for key, text in attributes.items() if not key.startswith("xmlns")}
        )
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        open_elements.pop()

    def characters(text: str) -> None:
        open_elements[-1].text += text

    def declared(*_: Any) -> None:
        raise ValueError("a document type; send the element alone")

    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(body, True)
    except expat.ExpatError as fault:
        raise ValueError(f"not XML: {expat.ErrorString(fault.code)}, line {fault.lineno}") from None
    except LookupError:
        raise ValueError("not XML in an encoding that is known; send UTF-8") from None
    return root.children[0]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _value(element: _Element, schema: Schema | None) -> Any:
    """The value of an element that is no list of its own."""
    types = schema.types if schema is not None else frozenset({"object", "string"})
    if "array" in types and "object" not in types:
        return [_value(child, schema.items if schema else None) for child in element.children]
    has_parts = bool(element.children or element.attributes)
    if "object" in types and (has_parts or ("string" not in types and not element.text.strip())):
        return _object(element, schema)
    return _scalar(element.text, types)


def _object(element: _Element, schema: Schema | None) -> dict[str, Any]:
    known = schema.properties if schema is not None else {}
    named = {_name(name, part): name for name, part in known.items()}
    found: dict[str, Any] = {}
    for name, text in element.attributes.items():
        part = known.get(named.get(name, name))
        found[named.get(name, name)] = _scalar(text, part.types if part else frozenset({"string"}))
    groups: dict[str, list[_Element]] = {}
    for child in element.children:
        groups.setdefault(child.name, []).append(child)
    for name, children in groups.items():
        property = named.get(name, name)
        found[property] = _member(children, known.get(property))
    return found


def _member(children: list[_Element], schema: Schema | None) -> Any:
    """The value of a property: its elements are a list where the schema has one that is not wrapped."""
    if schema is not None and "array" in schema.types:
        if _said(schema).get("wrapped") is True:
            return [_value(item, schema.items) for wrapper in children for item in wrapper.children]
        return [_value(child, schema.items) for child in children]
    values = [_value(child, schema) for child in children]
    return values[0] if len(values) == 1 else values


def _name(name: str, schema: Schema) -> str:
    """How the elements of a property are called: those of a list that is not wrapped may have the items' name."""
    said = _said(schema)
    items = schema.items if "array" in schema.types and said.get("wrapped") is not True else None
    return _local(str((_said(items).get("name") if items else None) or said.get("name") or name))


def _said(schema: Schema | None) -> Mapping[str, Any]:
    found: Any = next((part.node["xml"] for part in schema.parts if "xml" in part.node), {}) if schema else {}
    return found if isinstance(found, dict) else {}


def _scalar(text: str, types: frozenset[str]) -> Any:
    """The value of a text in the first type that it can be of; the text itself where it can be of none."""
    bare = text.strip()
    if bare in ("true", "false", "1", "0") and "boolean" in types:
        return bare in ("true", "1")
    for kind, read in (("integer", int), ("number", float)):
        if kind in types and bare[:1] in "+-.0123456789" and bare:
            try:
                return read(bare)
            except ValueError:
                continue
    return None if not bare and "null" in types and "string" not in types else text
