"""How much work a generated value may take, and how large it may become, so that no schema holds the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema_parts import Endless, Parts

_MAX_WORK = 7_000  # units of about 10 µs, of all attempts at one value
_MAX_SIZE = 200_000  # parts of one value, and tens of its characters; a part that is repeated counts each time
_LONG = 100  # values of an `enum`, from which on not each of them is checked
_DRAWN = 24  # of those, how many are drawn before they are checked in their order
_QUICK = 400  # values of an `enum` that a validator compares in one unit


@dataclass
class Budget:
    """Counts the work of all attempts at a value, and the size of the present one."""

    work: int = _MAX_WORK
    size: int = _MAX_SIZE

    def next_attempt(self) -> bool:
        """Give the next attempt its size. Return False if no work is left."""
        self.size = _MAX_SIZE
        return self.work > 0

    def spend(self, units: int = 1) -> None:
        """Count work. Raises Endless if it is too much."""
        self.work -= units
        if self.work < 0:
            raise Endless

    def grow(self, parts: int) -> None:
        """Count parts of the value. Raises Endless if it is too large."""
        self.size -= parts
        if self.size < 0:
            raise Endless


def chosen(given: Sequence[Any], parts: Parts, rng: RandomSource, budget: Budget) -> Any:
    """One of the ``given`` values that all ``parts`` admit, any one if they admit none; None only if nothing else is.

    A validator compares a value with all of an `enum`, so that to check all of a long one takes its square.
    """
    if len(given) <= _LONG:
        fits = [value for value in given if all(part.accepts(value) for part in parts)] or given
        return rng.choice([value for value in fits if value is not None] or [None])
    drawn = (rng.choice(given) for _ in range(_DRAWN))
    for value in (*drawn, *given):
        budget.spend(1 + len(given) // _QUICK)
        if value is not None and all(part.accepts(value) for part in parts):
            return value
    return rng.choice(given)
