"""Make sample arrays: as long as the schemas demand, with different items where that is demanded."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from mock_server.spec.format_samples import digits, words
from mock_server.spec.generation_budget import Budget
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema_parts import Parts, below, largest, smallest
from mock_server.support.exact_json import write_json

_DIFFERENT = 8  # items of an array that are made; the rest of a long one are these again
_LISTED = 20  # items that are listed in the time of a part
_MORE = 2  # items of an array that may be empty
_MAX_CONTAINED = 1_000
_UNIQUE = 20  # attempts at each item of an array whose items differ

Make = Callable[[Parts], Any]
"""A function that makes one value that satisfies all of several schemas."""


def array_of(parts: Parts, rng: RandomSource, budget: Budget, make: Make, *, short: bool) -> list[Any]:
    """Make an array that satisfies all ``parts``, with the fewest items if it is ``short``. Raises Endless."""
    least, most = largest(parts, "minItems", 0), smallest(parts, "maxItems", None)
    size = least if short else max(least, _MORE if most is None else min(most, _MORE))
    different = any(part.node.get("uniqueItems") for part in parts)
    budget.grow(size)
    budget.spend(size // _LISTED)
    heads = next((part.branches("prefixItems") for part in parts if "prefixItems" in part.node), [])
    items, contained = below(parts, "items"), below(parts, "contains")
    contained *= min(largest(parts, "minContains", 1), _MAX_CONTAINED)
    if any(item.never for item in items):
        size = min(size, len(heads))
    size = max(size, len(contained))
    wanted = [[*(heads[index : index + 1] or items), *contained[index : index + 1]] for index in range(size)]
    if different:
        return _different(wanted, rng, budget, make)
    made: list[Any] = []
    sizes: list[int] = []
    for index, schemas in enumerate(wanted):
        if index >= max(_DIFFERENT, len(heads), len(contained)):
            made.append(made[-_DIFFERENT])
            sizes.append(sizes[-_DIFFERENT])
            budget.grow(sizes[-1])
        else:
            before = budget.size
            made.append(make(schemas) if schemas else words(rng))
            sizes.append(before - budget.size)
    return made


def _different(wanted: list[Parts] | list[list[Any]], rng: RandomSource, budget: Budget, make: Make) -> list[Any]:
    """Make items that differ from one another; fewer than asked if there are not enough different values."""
    made: list[Any] = []
    seen: set[bytes] = set()
    tries, last, choices = 0, None, iter(())
    for schemas in wanted:
        if schemas != last:
            last, tries = schemas, 0
            choices = iter([value for schema in schemas for value in schema.node.get("enum", ())])
        drawn = (_drawn(schemas, attempt, rng, make) for attempt in range(tries, _UNIQUE))
        for attempt, value in enumerate(chain(drawn, choices), tries):
            budget.spend()
            key = write_json(value)
            if key not in seen and all(part.accepts(value) for part in schemas):
                seen.add(key)
                made.append(value)
                tries = min(attempt, _UNIQUE) if attempt > 1 else 0
                break
        else:
            tries = _UNIQUE  # there are no more of them
    return made


def _drawn(schemas: Parts, attempt: int, rng: RandomSource, make: Make) -> Any:
    """Make one item. From some attempt on, a text is made longer, for there may be few short ones."""
    value = make(schemas) if schemas else words(rng, 3)
    return f"{value} {digits(rng, 8)}" if attempt >= _UNIQUE // 2 and isinstance(value, str) else value
