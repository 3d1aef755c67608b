"""Find the first place where a value reads differently than it was written, with the characters around it."""

from dataclasses import dataclass
from typing import Any

from mock_server.support.text import shorten

_AROUND = 24


@dataclass(frozen=True)
class Difference:
    """A difference. ``place`` is a JSON pointer with ``*`` for any item; ``sent`` and ``got`` are Python literals."""

    place: str
    sent: str
    got: str


def first_difference(sent: Any, got: Any, place: str = "") -> Difference | None:
    """Compare ``got`` with the sent value. Members that were added to objects are no difference."""
    if isinstance(sent, dict) and isinstance(got, dict):
        steps = [(sent[name], got.get(name), f"{place}/{name}") for name in sent]
        return next((found for step in steps if (found := first_difference(*step))), None)
    if isinstance(sent, list) and isinstance(got, list) and len(sent) == len(got):
        pairs = (first_difference(one, other, f"{place}/*") for one, other in zip(sent, got, strict=True))
        return next((found for found in pairs if found), None)
    if type(sent) is type(got) or {type(sent), type(got)} == {int, float}:
        if sent == got:
            return None
        if isinstance(sent, str):
            return _of_texts(sent, got, place)
    return Difference(place, _short(sent), _short(got))


def _of_texts(sent: str, got: str, place: str) -> Difference:
    pairs = enumerate(zip(sent, got, strict=False))
    at = next((index for index, (one, other) in pairs if one != other), min(len(sent), len(got)))
    return Difference(place, _excerpt(sent, at), _excerpt(got, at))


def _excerpt(text: str, at: int) -> str:
    """The characters around a place, escaped, so that each one is visible."""
    part = ascii(text[max(0, at - _AROUND) : at + _AROUND])
    return part if len(text) <= 2 * _AROUND else f"{part} at letter {at + 1} of {len(text)}"


def _short(value: Any) -> str:
    return shorten(ascii(value), 81)
