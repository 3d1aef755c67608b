"""Inheritance by `allOf`: where a document asks for a base with a discriminator, its heirs are meant as well.

Generators for .NET and Java write it so. The base lists no `oneOf`, so its own schema says nothing of an heir's fields.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.support.document_keywords import mappings_of_keywords
from mock_server.support.json_pointer import join, reference_tokens, to_reference

_PLACE = ("components", "schemas")
_ALTERNATIVES = ("oneOf", "anyOf")
PLAIN = "x-mock-plain-base"
"""Marks the base among its heirs: it is admitted, but no value is made for it."""
_MAX_HEIRS = 40  # of one base; a value is tried against each of them


def with_heirs(root: dict[str, Any]) -> None:
    """Change each reference to such a base into one to a choice between its heirs and itself.

    The heirs' own references to their base stay. ``root`` is changed.
    """
    components = root.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if not isinstance(schemas, dict) or not (heirs := _heirs(schemas)):
        return
    named = {base: _reference(_choice(base)) for base in heirs}
    own = {id(part) for some in heirs.values() for heir in some for part in schemas[heir]["allOf"]}
    for node in mappings_of_keywords(root):
        if id(node) not in own and (base := _component(node)) in named:
            node["$ref"] = named[base]
    for base, some in heirs.items():
        ways: list[Any] = [{"$ref": _reference(name)} for name in some]
        itself = {"allOf": [{"$ref": _reference(base)}], PLAIN: True}
        schemas[_choice(base)] = {"anyOf": [*ways, itself], "discriminator": schemas[base]["discriminator"]}


def _reference(name: str) -> str:
    return to_reference(join((*_PLACE, name)))


def _component(node: Any) -> str:
    """The name of the component that a reference leads to; empty if it leads elsewhere."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    tokens = reference_tokens(reference) if isinstance(reference, str) and reference.startswith("#/") else []
    return tokens[2] if tokens[:2] == [*_PLACE] and len(tokens) == 3 else ""


def _choice(base: str) -> str:
    return f"{base} or an heir"


def _heirs(schemas: Mapping[str, Any]) -> dict[str, list[str]]:
    """The heirs of each base with a discriminator and no alternatives, those of its heirs included."""
    children: dict[str, list[str]] = {}
    for name, schema in schemas.items():
        for parent in _parents(schema, schemas):
            children.setdefault(parent, []).append(name)
    found = {name: [*_below(name, children)] for name, schema in schemas.items() if _is_base(schema)}
    return {name: some for name, some in found.items() if 0 < len(some) <= _MAX_HEIRS}


def _is_base(schema: Any) -> bool:
    said = schema.get("discriminator") if isinstance(schema, dict) else None
    has_name = isinstance(said, dict) and isinstance(said.get("propertyName"), str)
    return has_name and not any(word in schema for word in _ALTERNATIVES)


def _parents(schema: Any, schemas: Mapping[str, Any]) -> Iterator[str]:
    parts = schema.get("allOf") if isinstance(schema, dict) else None
    for part in parts if isinstance(parts, list) else ():
        if (name := _component(part)) in schemas:
            yield name


def _below(name: str, children: Mapping[str, list[str]]) -> Iterator[str]:
    seen, waiting = {name}, [*children.get(name, ())]
    while waiting:
        one = waiting.pop(0)
        if one not in seen:
            seen.add(one)
            yield one
            waiting += children.get(one, ())
