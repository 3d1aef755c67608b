"""Checks recorded histories: was there an order of the operations, one after the other, that explains every answer?

An operation takes effect at one moment between its call and its answer. The search (Wing and Gong's, which remembers
where it has been as Lowe does) takes one operation after the other of those that can be the next, and goes back when
an answer does not fit. An operation without an answer may have taken effect at any later moment, or never.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

Model = Callable[[Any, "Operation"], Hashable | None]
"""Makes the next state out of a state and an operation; None if the answer does not fit the state."""


@dataclass(frozen=True)
class Operation:
    """What a client asked, and the answer: ``ended`` is infinite if there was none."""

    kind: str
    value: Hashable
    began: float
    ended: float = inf


def register(state: Any, operation: Operation) -> Hashable | None:
    """One value: ``write`` sets it, ``read`` answers with it."""
    if operation.kind == "write":
        return (operation.value,)
    return state if state == (operation.value,) else None


def growing_list(history: Sequence[Operation]) -> Model:
    """A list: ``append`` adds a value that nobody else adds, ``read`` answers with a tuple of all values.

    The longest answer tells the order of what it has, so that the search need not try others. The state is how many
    values there are.
    """
    answers = [operation.value for operation in history if operation.kind == "read"]
    longest: tuple[Hashable, ...] = max((each for each in answers if isinstance(each, tuple)), key=len, default=())
    shown = frozenset(longest)

    def step(state: Any, operation: Operation) -> Hashable | None:
        if operation.kind == "append":
            fits = operation.value == longest[state] if state < len(longest) else operation.value not in shown
            return state + 1 if fits else None
        fits = isinstance(operation.value, tuple) and len(operation.value) == state
        return state if fits and operation.value == longest[:state] else None

    return step


def is_linearizable(history: Sequence[Operation], model: Model, start: Hashable = ()) -> bool:
    """Tell whether an order explains the history."""
    shown = {value for each in history if each.kind == "read" for value in _values(each)}
    # What nobody saw and nobody was told of may as well not have happened: each such operation doubles the search.
    known = (each for each in history if each.ended < inf or each.value in shown)
    operations = sorted(known, key=lambda each: each.began)
    answered = sum(1 << number for number, each in enumerate(operations) if each.ended < inf)
    paths: list[tuple[int, Hashable]] = [(0, start)]
    seen = set(paths)
    while paths:
        done, state = paths.pop()
        if done & answered == answered:
            return True
        paths += _steps(operations, model, done, state, seen)
    return False


def _values(read: Operation) -> tuple[Hashable, ...]:
    return read.value if isinstance(read.value, tuple) else (read.value,)


def _steps(
    operations: Sequence[Operation], model: Model, done: int, state: Hashable, seen: set[tuple[int, Hashable]]
) -> list[tuple[int, Hashable]]:
    """The new paths from here, one operation longer. A read that fits is the only one: it cannot fit better later."""
    found: list[tuple[int, Hashable]] = []
    for number in _next(operations, done):
        after = model(state, operations[number])
        path = (done | 1 << number, after)
        if after is not None and after == state:
            found = [path]
            break
        if after is not None:
            found.append(path)
    new = [path for path in found if path not in seen]
    seen.update(new)
    return new


def _next(operations: Sequence[Operation], done: int) -> list[int]:
    """The operations that can be the next: no other one had ended before they began."""
    first_end, found = inf, list[int]()
    number = (~done & (done + 1)).bit_length() - 1  # the first that is not done
    while number < len(operations) and operations[number].began <= first_end:
        if not done >> number & 1:
            found.append(number)
            first_end = min(first_end, operations[number].ended)
        number += 1
    return [number for number in found if operations[number].began <= first_end]
