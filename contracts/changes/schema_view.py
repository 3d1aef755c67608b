"""The facts that a schema states, however the document spells them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.changes.change_rules import LOWER, UPPER
from contracts.changes.schema_parts import Part, Schema, choices_of
from contracts.spec.rewriting import rewritten

_EXCLUSIVE = {"exclusiveMaximum": "maximum", "exclusiveMinimum": "minimum"}
_OTHERS = (
    *("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "patternProperties"),
    *("propertyNames", "contains", "prefixItems", "unevaluatedProperties"),
    *("unevaluatedItems", "contentEncoding", "contentMediaType", "contentSchema"),
)
"""Keywords that are compared as a whole."""
_NOTES = frozenset(("title", "description", "example", "examples", "deprecated", "$comment", "externalDocs", "xml"))
_OBJECT = ("properties", "required", "patternProperties")
Number = int | float
Types = frozenset[str]


@dataclass
class SchemaView:
    """The facts of a schema. None means that the schema does not say anything about it."""

    types: Types | None = None
    nullable: bool | None = None
    enum: list[str] | None = None
    """The listed values as JSON texts, without null."""
    bounds: dict[str, tuple[Number, int]] = field(default_factory=dict)
    """Each bound with 1 or 0 for whether it belongs to the values (upper) or not (lower): pairs can be compared."""
    words: dict[str, str] = field(default_factory=dict)
    """Format, pattern, multipleOf, default and the keywords that are compared as a whole, as texts."""
    unique: bool = False
    properties: dict[str, list[Any]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    closed: bool = False
    further: list[Any] = field(default_factory=list)
    """The schemas of fields that the document does not name."""
    items: list[Any] = field(default_factory=list)
    choices: list[list[Any]] = field(default_factory=list)
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False


def view_of(parts: Sequence[Part]) -> SchemaView:
    """Gather what the parts of a schema say together."""
    view, nulls, inferred = SchemaView(), list[bool](), list[Types]()
    for node, null in parts:
        _shape(view, node, inferred)
        _values(view, node)
        _choices(view, node, nulls)
        allows = _allows_null(node)
        if allows is not None:
            nulls.append(allows or null)
    view.nullable = all(nulls) if nulls else None
    if view.types is None and inferred:
        view.types = inferred[0]
    return view


def _narrow(one: Types | None, other: Types) -> Types:
    """The types that both allow; an integer is a number."""
    if one is None:
        return other
    both = {a for a in one | other if _in(a, one) and _in(a, other)}
    return frozenset(both)


def _in(type_: str, types: Types) -> bool:
    return type_ in types or (type_ == "integer" and "number" in types)


def _types(node: Mapping[str, Any]) -> frozenset[str] | None:
    value = node.get("type")
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(map(str, value)) if isinstance(value, list) and value else None


def _allows_null(node: Mapping[str, Any]) -> bool | None:
    """Tell whether a part alone allows null; None if it does not say."""
    types, listed = _types(node), node.get("enum")
    if isinstance(listed, list):
        return None in listed and (types is None or "null" in types)
    return None if types is None else "null" in types


def _shape(view: SchemaView, node: Mapping[str, Any], inferred: list[Types]) -> None:
    """Types, fields and items."""
    if types := _types(node):
        view.types = _narrow(view.types, types - {"null"}) if types != {"null"} else types
    elif any(word in node for word in _OBJECT) or isinstance(node.get("additionalProperties"), Mapping):
        inferred.append(frozenset({"object"}))
    elif "items" in node:
        inferred.append(frozenset({"array"}))
    properties, required = node.get("properties"), node.get("required")
    for name, part in properties.items() if isinstance(properties, Mapping) else ():
        view.properties.setdefault(name, []).append(part)
    view.required |= {it for it in required if isinstance(it, str)} if isinstance(required, list) else set()
    further = node.get("additionalProperties")
    view.closed = view.closed or further is False
    if isinstance(further, Mapping) and further:
        view.further.append(further)
    if isinstance(node.get("items"), Mapping) and node["items"]:
        view.items.append(node["items"])


def _values(view: SchemaView, node: Mapping[str, Any]) -> None:
    """Listed values, bounds and other words."""
    listed = [node["const"]] if "const" in node else node.get("enum")
    if isinstance(listed, list):
        texts = [json_text(value) for value in listed if value is not None]
        allowed = frozenset(texts)
        view.enum = texts if view.enum is None else [text for text in view.enum if text in allowed]
        if "type" not in node and texts and all(text.startswith('"') for text in texts):
            view.types = _narrow(view.types, frozenset({"string"}))
    for bound, pair in _bounds(node):
        tighter = min if bound in UPPER else max
        view.bounds[bound] = tighter(view.bounds.get(bound, pair), pair)
    view.unique = view.unique or node.get("uniqueItems") is True
    for word in ("format", "pattern", "multipleOf", *_OTHERS):
        if word in node:
            text = str(node[word]) if word in ("format", "pattern") else json_text(_essence(word, node[word]))
            view.words[word] = text if view.words.get(word, text) == text else f"{view.words[word]} {text}"
    if "default" in node:
        view.words.setdefault("default", json_text(node["default"]))
    view.deprecated = view.deprecated or node.get("deprecated") is True
    view.read_only = view.read_only or node.get("readOnly") is True
    view.write_only = view.write_only or node.get("writeOnly") is True


def _bounds(node: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Number, int]]]:
    for word in (*UPPER, *LOWER, *_EXCLUSIVE):
        value = node.get(word)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        bound, exclusive = _EXCLUSIVE.get(word, word), word in _EXCLUSIVE
        if value == 0 and bound in ("minLength", "minItems", "minProperties"):
            continue  # that is no bound
        yield bound, (value, int(not exclusive if bound in UPPER else exclusive))


def _choices(view: SchemaView, node: Mapping[str, Any], nulls: list[bool]) -> None:
    """Choices between schemas; one between bare types is a list of types."""
    for branches, null in choices_of(node):
        if null or "type" not in node:
            nulls.append(null)
        bare = [
            _types(it) if isinstance(it, Mapping) and not (it.keys() - _NOTES - {"type"}) else None for it in branches
        ]
        if all(bare):
            types = frozenset(name for some in bare if some for name in some)
            nulls[-1:] = [null or "null" in types] if nulls else []
            view.types = _narrow(view.types, types - {"null"})
        else:
            view.choices.append(branches)


def _essence(word: str, value: Any) -> Any:
    """Copy the value of a keyword without what only people read."""

    def read(node: dict[str, Any]) -> dict[str, Any]:
        return {key: part for key, part in node.items() if key not in _NOTES and not key.startswith("x-")}

    return rewritten({word: value}, read)[word]


def json_text(value: Any) -> str:
    """A JSON value as one text, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def as_schema(nodes: Sequence[Any]) -> Schema:
    """The schema that several nodes are together; each node counts once."""
    return tuple({id(node): node for node in nodes}.values())
