"""A guess at the known name that was meant by one that is not known."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 80


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that is the same but for case and punctuation, or else the one most like it; empty for none."""
    names = sorted(set(known))
    bare: dict[str, str] = {}
    for name in names:
        bare.setdefault(_bare(name), name)
    if _bare(word) in bare:
        return bare[_bare(word)]
    near = get_close_matches(word[:_LONGEST], names, 1) or get_close_matches(word[:_LONGEST].lower(), names, 1)
    return near[0] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean `limit`?``, if something is like it."""
    near = nearest(word, known)
    return f"; did you mean `{near}`?" if near else ""


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
