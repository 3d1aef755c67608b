"""JSON that loses no digit: it is read within bounds, and written as it was.

A number that a float or a 64-bit integer holds exactly becomes one. A longer one becomes a Python integer or a
Decimal, so that two numbers that differ in the twentieth digit stay different.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, NoReturn

import orjson

from mock_server.support.garbage_collector import collector_paused

MAX_JSON_DEPTH = 96
"""Most levels of arrays and objects in a body, a file or a document from outside.

With the levels that we put around them they stay below the 254 levels that orjson writes.
"""
ENVELOPE_DEPTH = 10
"""Levels that our own answers put around data from outside. Readers of our answers allow so many more."""
MAX_DIGITS = 4_300
"""Most digits of a number, with the zeros that its exponent adds. Python's own limit is the same."""

_PART_BYTES = 64  # of memory, for each item of an array or object beside its text
_EXACT_DIGITS = 15  # a double tells all numbers of so many digits apart
# Digits and points become "0", signs "+", both ways to write an exponent "e", and everything else a blank.
_SHAPES = bytes.maketrans(
    bytes(range(256)),
    bytes(48 if c in b"0123456789." else 43 if c in b"+-" else 101 if c in b"eE" else 32 for c in range(256)),
)
_LONG, _LARGE, _SMALL = b"0" * (_EXACT_DIGITS + 1), b"0e000", b"0e+000"
_CONTAINERS = (dict, list)
_LARGE_TEXT = 16 * 1024  # bytes: below that Python hardly ever looks for garbage while a value is made
_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
# Both kinds of brackets become one, and everything else goes.
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(c for c in range(256) if c not in b"[]{}")
_STRETCH = 32  # brackets that are looked at together
_OPEN = ord("[")
_WIDEST = range(-(2**63), 2**64)
"""The range of the integers that orjson writes."""


class NotJson(ValueError):
    """A text is not accepted as JSON. ``line`` and ``column`` count from 1; 0 stands for the whole text."""

    def __init__(self, what: str, line: int = 0, column: int = 0) -> None:
        super().__init__(what)
        self.what, self.line, self.column = what, line, column


class TooDeep(NotJson):
    """JSON has more levels of arrays and objects than are accepted."""

    def __init__(self, depth: int) -> None:
        super().__init__(f"nested deeper than {depth} levels")


def read_json(text: bytes | str, depth: int = MAX_JSON_DEPTH, *, doubles: bool = False) -> Any:
    """Read a JSON text of at most ``depth`` levels, with every number exact. Raises NotJson.

    With ``doubles``, a number beyond the range of a double is not accepted: many readers could not read it in turn.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) < _LARGE_TEXT:
        return _read(raw, depth, doubles=doubles)
    with collector_paused():
        return _read(raw, depth, doubles=doubles)


def _read(raw: bytes, depth: int, *, doubles: bool) -> Any:
    try:
        value = orjson.loads(raw)
        exact = not _has_long_number(raw, finite=True)
    except orjson.JSONDecodeError as fault:
        # Its words for 1,024 levels, in newer and in older versions.
        if raw.count(b"[") + raw.count(b"{") > depth and ("depth" in fault.msg or "ecursion" in fault.msg):
            raise TooDeep(depth) from None
        if doubles or not _has_long_number(raw):  # it may be a number that is too large for orjson only
            raise NotJson(fault.msg, fault.lineno, fault.colno) from None
        value, exact = _long_numbers(raw, fault), True
    if len(raw) > depth and is_deeper_text(raw, depth):
        raise TooDeep(depth)
    return value if exact else _long_numbers(raw, None)


def memory_bytes(raw: bytes) -> int:
    """Estimate the bytes of memory that the value of a JSON text needs; they may be far more than the text has."""
    return len(raw) + _PART_BYTES * (raw.count(b",") + raw.count(b"[") + raw.count(b"{"))


def is_json(text: bytes | str) -> bool:
    """Tell whether ``read_json`` accepts a text."""
    try:
        read_json(text)
    except NotJson:
        return False
    return True


def read_number(text: str) -> int | float | Decimal:
    """Read a number, as JSON writes it, exactly. Raises NotJson if it has more than MAX_DIGITS digits."""
    if text.lstrip("-").isdigit():
        if len(text) > MAX_DIGITS:
            raise NotJson(f"a number of more than {MAX_DIGITS:,} digits")
        return int(text)
    return _float(text)


def _float(text: str) -> float | Decimal:
    """Read a number that is not written as an integer, exactly."""
    short = float(text)
    if len(text) <= _EXACT_DIGITS and sys.float_info.min <= abs(short) <= sys.float_info.max:
        return short
    return _exact(text, short)


def _exact(text: str, short: float) -> float | Decimal:
    """Return ``short`` if it is exactly the number in the text, else a longer number that is."""
    spelled = repr(short)
    if spelled == text:
        return short
    try:
        exact = Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        exact = Decimal("Infinity")
    if len(text) > MAX_DIGITS or not exact.is_finite() or abs(exact.adjusted()) > MAX_DIGITS:
        raise NotJson(f"a number of more than {MAX_DIGITS:,} digits")
    return short if abs(short) <= sys.float_info.max and Decimal(spelled) == exact else exact


def write_json(value: Any, option: int = 0) -> bytes:
    """Write a value as JSON, every number as it was read. Raises TypeError for a value that JSON cannot express."""
    try:
        return trimmed(orjson.dumps(value, _plain, option))
    except orjson.JSONEncodeError:  # most likely an integer beyond 64 bits
        return trimmed(orjson.dumps(_spelled(value), _plain, option))


def trimmed(written: bytes) -> bytes:
    """Copy a text that orjson wrote: its own result takes 4 KB of memory or more, however short it is."""
    return bytes(memoryview(written))


def _has_long_number(raw: bytes, *, finite: bool = False) -> bool:
    """Tell whether there may be a number that a double does not hold; a long run of digits in a text counts too.

    ``finite``: a parser has read it, which refuses what is too large.
    """
    shape = raw.translate(_SHAPES)
    return _LONG in shape or _SMALL in shape or (not finite and _LARGE in shape)


def _long_numbers(raw: bytes, fault: orjson.JSONDecodeError | None) -> Any:
    """Read a text with the slower parser, which keeps long numbers. ``fault`` is why the quick parser gave up.

    The standard library is less strict: whatever only it accepts is refused, as the quick parser would do.
    """
    try:
        value = json.loads(raw.decode(), parse_float=_float, parse_int=_integer, parse_constant=_constant)
        if fault is not None and b"\\u" in raw:
            write_json(value)  # refuses the halves of surrogates
        return value
    except NotJson:
        raise
    except RecursionError:
        raise TooDeep(MAX_JSON_DEPTH) from None
    except (ValueError, TypeError):
        what = ("not JSON", 0, 0) if fault is None else (fault.msg, fault.lineno, fault.colno)
        raise NotJson(*what) from None


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotJson(f"a number of more than {MAX_DIGITS:,} digits")
    return int(text)


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number of JSON")


def is_deeper_text(raw: bytes, depth: int) -> bool:
    """Tell whether a text that is valid JSON has more levels of arrays and objects than ``depth``.

    A run of brackets is examined one by one only if it opens enough of them.
    """
    if raw.count(b"[") + raw.count(b"{") <= depth:
        return False
    bare = _TEXTS.sub(b"", raw) if b'"' in raw else raw
    brackets = bare.translate(_BRACKETS, _NO_BRACKETS)
    level = 0
    for start in range(0, len(brackets), _STRETCH):
        stretch = brackets[start : start + _STRETCH]
        opened = stretch.count(_OPEN)
        if level + opened > depth and _highest(stretch, level) > depth:
            return True
        level += 2 * opened - len(stretch)
    return False


def _highest(brackets: bytes, level: int) -> int:
    """The deepest level that a run of brackets reaches, from the level at which it begins."""
    return max(accumulate((1 if one == _OPEN else -1 for one in brackets), initial=level))


def is_deeper(value: Any, depth: int = MAX_JSON_DEPTH) -> bool:
    """Tell whether a value has more levels of arrays and objects than ``depth``."""
    level = [value] if type(value) in _CONTAINERS and value else []
    for _ in range(depth - 1):
        if not level:
            return False
        level = [part for node in level for part in _parts(node) if type(part) in _CONTAINERS and part]
    return any(type(part) in _CONTAINERS for node in level for part in _parts(node))


def _parts(node: Any) -> Iterable[Any]:
    return node.values() if type(node) is dict else node


def _spelled(value: Any) -> Any:
    """Replace each integer that orjson cannot write by its digits."""
    if isinstance(value, Mapping):
        return {name: _spelled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool) and value not in _WIDEST:
        return orjson.Fragment(str(value).encode())
    return value


def _plain(value: Any) -> Any:
    """Replace a value that orjson does not know by one that it knows."""
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value).encode())
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str | bytes):
        raise TypeError
    return list(value)
