"""Guess which known name was meant by an unknown one."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_MAX_COMPARED_CHARACTERS = 80
_MAX_NAMES = 1_000
_PAGE_SIZES = frozenset({"limit", "perpage", "pagesize", "pagelimit", "itemsperpage", "maxresults", "size", "take"})
"""Names of the size of a page. By their letters, most are nearer to `page` than to each other."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that differs only in case and punctuation, or means the same, or else the most similar, if any."""
    names = sorted(set(islice(known, _MAX_NAMES)))
    bare: dict[str, str] = {}
    for name in names:
        bare.setdefault(_bare(name), name)
    if _bare(word) in bare:
        return bare[_bare(word)]
    if _bare(word) in _PAGE_SIZES and (sizes := [name for plain, name in bare.items() if plain in _PAGE_SIZES]):
        return sizes[0]
    start = word[:_MAX_COMPARED_CHARACTERS]
    near = get_close_matches(start, names, 1) or get_close_matches(start.lower(), names, 1)
    return near[0] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The text ``; did you mean `limit`?`` if a known name is similar, and an empty text if none is."""
    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
