"""Which schemas contain themselves in more than one way.

A value held against such alternatives, each of which leads back to them, is looked at once for each way through them:
with every level of the value there are several times as many.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from mock_server.spec.document import Document

_DATA = frozenset({"default", "example", "examples", "enum", "const", "description"})


def branches_again(document: Document, place: str) -> bool:
    """Tell whether the schema at ``place`` leads to alternatives of which several lead back to them."""
    known: dict[str, bool] = document.made.setdefault(("branches again", ""), {})
    if place not in known:
        graph = _graph(document, place)
        circles = _circles({name: edges for name, (edges, _) in graph.items()})
        known[place] = any(_several(circles, name, ways) for name, (_, ways) in graph.items())
    return known[place]


Graph = Mapping[str, tuple[frozenset[str], list[list[frozenset[str]]]]]
"""By place: the places that it refers to, and those that each branch of its lists of alternatives refers to."""


def _graph(document: Document, start: str) -> Graph:
    found: dict[str, tuple[frozenset[str], list[list[frozenset[str]]]]] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place] = _looked_at(document, place)
            waiting += found[place][0]
    return found


def _looked_at(document: Document, place: str) -> tuple[frozenset[str], list[list[frozenset[str]]]]:
    """The references of one schema; what was found of it once is kept."""
    made: tuple[frozenset[str], list[list[frozenset[str]]]] | None = document.made.get(("references", place))
    if made is None:
        node = document.at(place)
        lists = [part[word] for part in _nodes(node) for word in ("oneOf", "anyOf") if isinstance(part.get(word), list)]
        ways = [[_references(document, branch) for branch in each] for each in lists]
        made = document.made["references", place] = (_references(document, node), ways)
    return made


def _references(document: Document, node: Any) -> frozenset[str]:
    names = (part["$ref"] for part in _nodes(node) if isinstance(part.get("$ref"), str))
    return frozenset(document.resolve(unquote(name[1:]))[0] for name in names)


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of a schema, itself first."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += [value for key, value in part.items() if key not in _DATA]
        elif isinstance(part, list):
            waiting += part


def _several(circles: Mapping[str, int], name: str, ways: list[list[frozenset[str]]]) -> bool:
    """Tell whether several of some alternatives in ``name`` lead back to it."""
    here = circles[name]
    return any(sum(any(circles[it] == here for it in way) for way in branches) > 1 for branches in ways)


def _circles(edges: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """A number for each place; those that lead to one another have the same one (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    circle: dict[str, int] = {}
    stack: list[str] = []
    for start in edges:
        if start in order:
            continue
        work = [(start, iter(edges[start]))]
        order[start] = low[start] = len(order)
        stack.append(start)
        while work:
            name, rest = work[-1]
            below = next(rest, None)
            if below is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    while stack:
                        member = stack.pop()
                        circle[member] = order[name]
                        if member == name:
                            break
            elif below not in order:
                order[below] = low[below] = len(order)
                stack.append(below)
                work.append((below, iter(edges[below])))
            elif below not in circle:
                low[name] = min(low[name], order[below])
    return circle
