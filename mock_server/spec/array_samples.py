"""Make sample arrays: as long as the schemas demand, with different items where that is demanded."""

from collections.abc import Callable
from typing import Any

from mock_server.spec.format_samples import digits, words
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema_parts import Endless, Parts, below, largest, smallest
from mock_server.support.exact_json import write_json

_MAX_ARRAY_ITEMS = 100_000
_DIFFERENT = 8  # items of an array that are made; the rest of a long one are these again
_MORE = 2  # items of an array that may be empty
_MAX_CONTAINED = 1_000
_UNIQUE = 20  # attempts at each item of an array whose items differ

Make = Callable[[Parts], Any]
"""A function that makes one value that satisfies all of several schemas."""


def array_of(parts: Parts, rng: RandomSource, make: Make, *, short: bool) -> list[Any]:
    """Make an array that satisfies all ``parts``, with the fewest items if it is ``short``. Raises Endless."""
    least, most = largest(parts, "minItems", 0), smallest(parts, "maxItems", None)
    size = least if short else max(least, _MORE if most is None else min(most, _MORE))
    if size > _MAX_ARRAY_ITEMS:
        raise Endless
    heads = next((part.branches("prefixItems") for part in parts if "prefixItems" in part.node), [])
    items, contained = below(parts, "items"), below(parts, "contains")
    contained *= min(largest(parts, "minContains", 1), _MAX_CONTAINED)
    if any(item.never for item in items):
        size = min(size, len(heads))
    size = max(size, len(contained))
    wanted = [[*(heads[index : index + 1] or items), *contained[index : index + 1]] for index in range(size)]
    if any(part.node.get("uniqueItems") for part in parts):
        return _different(wanted, rng, make)
    made: list[Any] = []
    for index, schemas in enumerate(wanted):
        if index >= max(_DIFFERENT, len(heads), len(contained)):
            made.append(made[-_DIFFERENT])
        else:
            made.append(make(schemas) if schemas else words(rng))
    return made


def _different(wanted: list[Parts] | list[list[Any]], rng: RandomSource, make: Make) -> list[Any]:
    """Make items that differ from one another; fewer than asked if there are not enough different values."""
    made: list[Any] = []
    seen: set[bytes] = set()
    for schemas in wanted:
        choices = [value for schema in schemas for value in schema.node.get("enum", ())]
        for attempt in range(_UNIQUE + len(choices)):
            value = make(schemas) if schemas else words(rng, 3)
            if attempt >= _UNIQUE:
                value = choices[attempt - _UNIQUE]
            elif attempt >= _UNIQUE // 2 and isinstance(value, str):
                value = f"{value} {digits(rng, 8)}"
            key = write_json(value)
            if key not in seen and all(part.accepts(value) for part in schemas):
                seen.add(key)
                made.append(value)
                break
    return made
