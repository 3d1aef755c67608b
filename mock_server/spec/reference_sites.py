"""The references in a schema, each with the part of a value to which it applies."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from mock_server.spec.document import Document
from mock_server.support.schema_keywords import LISTED_IN_PLACE, ONE_IN_PLACE

_ALTERNATIVES = frozenset({"anyOf", "oneOf"})
_ANY_PROPERTY = ("unevaluatedProperties",)
_ANY_ITEM = ("contains", "unevaluatedItems")


@dataclass(frozen=True)
class AnyOther:
    """A step to all properties, or items, of a value except those that the schema names."""

    items: bool
    but: frozenset[str | int] = frozenset()


Step = str | int | AnyOther
Site = tuple[Step, ...]
"""The way from a value to the part of it to which a reference applies."""


class Reference(NamedTuple):
    """A reference in a schema: its site, the place that it names, and whether it is below an alternative."""

    site: Site
    place: str
    is_optional: bool


def references(document: Document, place: str) -> list[Reference]:
    """The references in the schema at ``place``."""
    found = _found(document.at(place), (), is_optional=False)
    return [it._replace(place=document.resolve(unquote(it.place[1:]))[0]) for it in found]


def _found(node: Any, site: Site, *, is_optional: bool) -> Iterator[Reference]:
    if not isinstance(node, dict):
        return
    if isinstance(node.get("$ref"), str):
        yield Reference(site, node["$ref"], is_optional)
    for word, step, part in _parts(node):
        below = site if step is None else (*site, step)
        yield from _found(part, below, is_optional=is_optional or word in _ALTERNATIVES)


def _parts(node: Mapping[str, Any]) -> Iterator[tuple[str, Step | None, Any]]:
    """The schemas in a schema, each with its keyword and the step to its part; None if it is about the value itself."""
    named, listed = _mapping(node, "properties"), _list(node, "prefixItems")
    steps: dict[str, AnyOther] = {
        **dict.fromkeys(_ANY_PROPERTY, AnyOther(items=False)),
        **dict.fromkeys(_ANY_ITEM, AnyOther(items=True)),
        "additionalProperties": AnyOther(items=False, but=frozenset(named)),
        "items": AnyOther(items=True, but=frozenset(range(len(listed)))),
    }
    yield from (("properties", name, part) for name, part in named.items())
    yield from (("prefixItems", index, part) for index, part in enumerate(listed))
    yield from ((word, step, node[word]) for word, step in steps.items() if word in node)
    yield from ((word, None, node[word]) for word in ONE_IN_PLACE if word in node)
    yield from ((word, None, part) for word in LISTED_IN_PLACE for part in _list(node, word))
    for word, step in (("patternProperties", AnyOther(items=False)), ("dependentSchemas", None)):
        yield from ((word, step, part) for part in _mapping(node, word).values())


def _mapping(node: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    value = node.get(word)
    return value if isinstance(value, dict) else {}


def _list(node: Mapping[str, Any], word: str) -> Sequence[Any]:
    value = node.get(word)
    return value if isinstance(value, list) else []


def meet(sites: Sequence[Site]) -> bool:
    """Tell whether two sites can lead to the same part of a value, or one of them into the other's part."""
    if len(sites) < 2:
        return False
    if not all(sites):
        return True
    by_step: dict[Step, list[Site]] = defaultdict(list)
    for step, *rest in sites:
        by_step[step].append(tuple(rest))
    open_steps = [step for step in by_step if isinstance(step, AnyOther)]
    if any(_may_be_one(step, other) for step in open_steps for other in by_step if other is not step):
        return True
    return any(meet(rests) for rests in by_step.values())


def _may_be_one(step: AnyOther, other: Step) -> bool:
    if isinstance(other, AnyOther):
        return step.items == other.items
    return isinstance(other, int) == step.items and other not in step.but
