"""Which schemas contain themselves, and which of them in more than one way.

A value held against a schema that does so in several ways is looked at once for each way through it: with every level
of the value there are several times as many. Where it does so by alternatives, an error tells of all below it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mock_server.spec.document import Document
from mock_server.spec.reference_sites import Reference, meet, references

Graph = Mapping[str, list[Reference]]
"""By place: the references in a schema."""


class Recursion(NamedTuple):
    """How a schema contains itself. A circle is schemas of which each leads to all others."""

    branches: bool
    """Several references of its circle to the same part of a value stay in the circle."""
    breaks: bool
    """It is one of those without which such a circle would not be closed."""
    winds: bool
    """It leads to a circle that branches, or that alternatives are in; or it is in one."""


def recursion(document: Document, place: str) -> Recursion:
    """How the schema at ``place`` contains itself; with it all that it leads to is looked at, once."""
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
    """Each schema that ``start`` leads to and that is not known."""
    found: dict[str, list[Reference]] = {}
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place not in found and place not in known:
            found[place] = references(document, place)
            waiting += [it.place for it in found[place]]
    return found


def _breaking(inside: Graph, circles: Mapping[str, int], circle: int) -> set[str]:
    """Members of a circle; on every way that leads from a member back to it one of them is passed.

    They are those that are met again on the way down, from the one that most members name.
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
