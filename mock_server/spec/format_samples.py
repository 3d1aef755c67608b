"""Make the smallest sample values: words, numbers within bounds, texts of the known formats."""

import math
from collections.abc import Callable, Mapping

from mock_server.spec.regex_samples import RandomSource

_WORDS = ("quote", "booking", "repair", "inspection", "access", "morning", "urgent", "parts", "invoice", "visit")
_SPAN = 999
_LOWEST = -(2**31)
_WIDEST = (-(2**63), 2**64)

Number = float | int
Bounds = tuple[Number | None, Number | None]


def words(rng: RandomSource, count: int = 2) -> str:
    """Some words, chosen at random."""
    return " ".join(rng.choice(_WORDS) for _ in range(count))


def digits(rng: RandomSource, count: int) -> str:
    """Some hexadecimal digits, chosen at random."""
    return "".join(rng.choice("0123456789abcdef") for _ in range(count))


def number(rng: RandomSource, low: Bounds, high: Bounds, step: Number | None, *, whole: bool) -> Number:
    """A number within ``low`` and ``high`` (bound, exclusive bound) and a multiple of ``step``; lower ones first."""
    least, above = low
    most, below = high
    bottom = max((bound for bound in (least, above) if bound is not None), default=None)
    top = min((bound for bound in (most, below) if bound is not None), default=None)
    if bottom is not None and bottom <= _LOWEST:
        bottom = None  # that is the range of a format, and says nothing of usual values
    span = max(_SPAN, (step or 0) * 10)
    if bottom is None:
        bottom = 1 if top is None or top > 1 + (step or 0) else top - span
    top = bottom + span if top is None else min(top, bottom + span)
    if step or whole:
        unit = step or 1
        if step and whole and not float(step).is_integer():
            unit = _whole_step(step)
        if isinstance(unit, int):
            bottom, top = math.ceil(bottom), math.floor(top)  # whole numbers are divided without a loss
        first, last = math.ceil(-(-bottom // unit)), math.floor(top // unit)
        first += bottom == above and first * unit <= bottom
        last -= top == below and last * unit >= top
        product = rng.randint(first, max(first, last)) * unit
        if whole and float(product).is_integer():
            product = int(product)
        return _json(product if isinstance(product, int) else round(product, 10))
    value = bottom + (top - bottom) * (0.01 + 0.98 * rng.random())
    return round(value, 2) if bottom < round(value, 2) < top else value if bottom < top else bottom


def _whole_step(step: Number) -> Number:
    """The smallest whole multiple of a fractional step, if it is small."""
    return next((step * times for times in range(1, 101) if float(step * times).is_integer()), step)


def _json(value: Number) -> Number:
    """Write a number that every reader takes: an integer up to 64 bits, beyond that a float of the same value."""
    if _WIDEST[0] <= value < _WIDEST[1] or float(value) != value:
        return value
    return float(value)


def _date(rng: RandomSource) -> str:
    return f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _time(rng: RandomSource) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def _uuid(rng: RandomSource) -> str:
    return f"{digits(rng, 8)}-{digits(rng, 4)}-4{digits(rng, 3)}-a{digits(rng, 3)}-{digits(rng, 12)}"


def _email(rng: RandomSource) -> str:
    return f"{words(rng, 1)}.{rng.randint(1, 9999)}@example.com"


def _uri(rng: RandomSource) -> str:
    return f"https://{words(rng, 1)}.example/{rng.randint(1, 9999)}"


FORMATS: Mapping[str, Callable[[RandomSource], str]] = {
    "date-time": lambda rng: f"{_date(rng)}T{_time(rng)}.000Z",
    "date": _date,
    "time": lambda rng: f"{_time(rng)}Z",
    "duration": lambda rng: f"PT{rng.randint(1, 90)}M",
    "email": _email,
    "idn-email": _email,
    "hostname": lambda rng: f"{words(rng, 1)}.example",
    "idn-hostname": lambda rng: f"{words(rng, 1)}.example",
    "uri": _uri,
    "iri": _uri,
    "uri-reference": lambda rng: f"/{words(rng, 1)}/{rng.randint(1, 9999)}",
    "iri-reference": lambda rng: f"/{words(rng, 1)}/{rng.randint(1, 9999)}",
    "uri-template": lambda rng: f"/{words(rng, 1)}/{{id}}",
    "json-pointer": lambda rng: f"/{words(rng, 1)}",
    "relative-json-pointer": lambda rng: f"0/{words(rng, 1)}",
    "regex": lambda rng: f"^{words(rng, 1)}$",
    "byte": lambda rng: "cXVvdGU=",
    "uuid": _uuid,
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 9999)}",
}
"""For each format that is checked, a function that makes a valid text."""
