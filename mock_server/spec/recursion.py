"""Find the schemas that contain themselves, and those that do so in more than one way.

A value is checked once for each way through a schema that contains itself in several ways, so the work multiplies with
every level of the value. If the ways are alternatives, an error reports all of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mock_server.spec.document import Document
from mock_server.spec.reference_sites import Reference, meet, references

Graph = Mapping[str, list[Reference]]
"""The references in each schema, by the schema's place."""


class Recursion(NamedTuple):
    """How a schema contains itself. A circle is a group of schemas of which each leads to all others."""

    branches: bool
    """Several of its references to the same part of a value stay in the circle."""
    breaks: bool
    """It is one of the schemas without which such a circle would not be closed."""
    winds: bool
    """It leads to, or is in, a circle that branches or that has alternatives."""


def recursion(document: Document, place: str) -> Recursion:
    """How the schema at ``place`` contains itself. It and all schemas that it leads to are examined once."""
    known: dict[str, Recursion] = document.compiled.setdefault(("recursion", ""), {})
    if place not in known:
        _look(document, place, known)
    return known[place]


def _look(document: Document, start: str, known: dict[str, Recursion]) -> None:
    graph = _graph(document, start, known)
    edges = {name: frozenset(it.place for it in found if it.place not in known) for name, found in graph.items()}
    circles = _circles(edges)
    inside = {name: [it for it in graph[name] if circles.get(it.place) == circle] for name, circle in circles.items()}
    branching = {circles[name] for name, found in inside.items() if meet([it.site for it in found])}
    breaking = frozenset[str]().union(*(_breaking(inside, circles, circle) for circle in branching))
    winding = branching | {circles[name] for name, found in inside.items() if any(it.is_optional for it in found)}
    for name, circle in circles.items():  # those that a schema leads to come before it
        if any(known[it.place].winds if it.place in known else circles[it.place] in winding for it in graph[name]):
            winding.add(circle)
    for name, circle in circles.items():
        known[name] = Recursion(circle in branching, name in breaking, circle in winding)


def _graph(document: Document, start: str, known: Mapping[str, Recursion]) -> Graph:
    """The references of each schema that ``start`` leads to and that is not known yet."""
    found: dict[str, list[Reference]] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place not in found and place not in known:
            found[place] = references(document, place)
            waiting += [it.place for it in found[place]]
    return found


def _breaking(inside: Graph, circles: Mapping[str, int], circle: int) -> set[str]:
    """Members that cut a circle: every way from a member back to itself passes one of them.

    They are the members that are met again on a walk down from the member that most others refer to.
    """
    edges = {name: sorted({it.place for it in found}) for name, found in inside.items() if circles[name] == circle}
    named = Counter(to for targets in edges.values() for to in targets)
    return _met_again(edges, sorted(edges, key=lambda name: (-named[name], name)))


def _met_again(edges: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    found, seen = set[str](), set[str]()
    for start in starts:
        way = {start: iter(edges[start])} if start not in seen else {}
        while way:
            name = next(reversed(way))
            seen.add(name)
            below = next(way[name], None)
            if below is None:
                del way[name]
            elif below in way:
                found.add(below)
            elif below not in seen:
                way[below] = iter(edges[below])
    return found


def _circles(edges: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """A number for each place; places that lead to each other have the same number (Tarjan's algorithm)."""
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
