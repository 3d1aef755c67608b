"""Make sample texts: of a format, for a pattern, or some words, of the length that is asked for."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from mock_server.spec.format_samples import FORMATS, words
from mock_server.spec.generation_budget import Budget
from mock_server.spec.regex_samples import RandomSource, looks_around
from mock_server.spec.schema_parts import Endless, Parts, largest, matched, sized, smallest

_MAX_CHARACTERS = 100_000
_UNIT = 80  # characters of words that are written in a unit of work
_MATCHED = 8  # characters for a pattern that are written in a unit of work
_UNMATCHED = 20  # units of work for a pattern that is not supported
_WAYS_AROUND = 80  # attempts at a pattern whose conditions are met by chance
_WAYS = 8  # attempts at a pattern, each one shorter: its literal characters count too


def text_of(parts: Parts, rng: RandomSource, budget: Budget) -> str:
    """Make a text that satisfies all ``parts``, if one is found. Raises Endless."""
    least, most = largest(parts, "minLength", 0), smallest(parts, "maxLength", None)
    if least > _MAX_CHARACTERS:
        raise Endless
    budget.spend(least // _UNIT)
    budget.grow(least // 10)
    text = None
    for text in chain.from_iterable(_texts(part.node, least, most, rng, budget) for part in parts):
        if all(part.accepts(text) for part in parts):
            return text
    return sized(words(rng), least, most, rng) if text is None else text


def _texts(node: dict[str, Any], least: int, most: int | None, rng: RandomSource, budget: Budget) -> Iterator[str]:
    form, pattern = node.get("format"), node.get("pattern")
    if form is not None and form in FORMATS:
        budget.spend()
        yield FORMATS[form](rng)
    if pattern is None:
        return
    for fewer in range(_WAYS_AROUND if looks_around(pattern) else _WAYS):
        text = matched(pattern, rng, least - fewer, most)
        budget.spend(2 + len(text) // _MATCHED if text else _UNMATCHED)
        yield text
        if not text:
            return
