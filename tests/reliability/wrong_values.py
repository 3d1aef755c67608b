"""Wrong values in one place after another of something valid: what readers of a file or a body must expect."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

LEFT_OUT = object()
WRONG: Sequence[Any] = (
    *(LEFT_OUT, None, [], ["a"], [None], [[]], "a", "", 3, -1, -1.5, 0, True, {}, {"a": 1}, {"a": None}, [{"a": []}]),
    *(
        {"$ref": "#/x"},
        {"": ""},
        10**40,
        2**63,
        1e308,
        float("nan"),
        float("inf"),
        "\ud800",
        "\x00",
        "\u0661",
        "..",
        "%",
    ),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "(a+)+$", "//[", "http://[", "$.a[", "x" * 20_000),
    [1] * 3_000,
    {str(number): number for number in range(1_500)},
    json.loads('{"a":' * 60 + "1" + "}" * 60),
)
"""Values of each type and none, and those on which parsers, calendars and patterns fail."""
Place = tuple[str | int, ...]


def places(node: Any, path: Place = ()) -> Iterator[Place]:
    """The way to each value, the whole one first."""
    yield path
    for step, part in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(part, (*path, step))


def mutants(node: Any) -> Iterator[tuple[str, Any]]:
    """What was done, and a copy with that one change."""
    for place in places(node):
        for wrong in WRONG:
            if place or wrong is not LEFT_OUT:
                yield f"/{'/'.join(map(str, place))} = {_short(wrong)}", changed(node, place, wrong)


def changed(node: Any, place: Sequence[str | int], wrong: Any) -> Any:
    """Copy ``node`` with another value at the end of the way, or none."""
    if not place:
        return wrong
    whole = copy.deepcopy(node)
    holder = whole
    for step in place[:-1]:
        holder = holder[step]
    if wrong is LEFT_OUT:
        del holder[place[-1]]
    else:
        holder[place[-1]] = wrong
    return whole


def _short(wrong: Any) -> str:
    return "nothing" if wrong is LEFT_OUT else ascii(wrong)[:40]
