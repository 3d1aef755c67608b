"""The checker of histories accepts what one server could have answered, and nothing else."""

import random

import pytest
from linearizability import Operation, growing_list, is_linearizable, register


def write(value: int, began: float, ended: float = float("inf")) -> Operation:
    return Operation("write", value, began, ended)


def read(value: int, began: float, ended: float) -> Operation:
    return Operation("read", value, began, ended)


GOOD = {
    "one after the other": [write(1, 0, 1), read(1, 2, 3), write(2, 4, 5), read(2, 6, 7)],
    "a read during a write may see either": [write(1, 0, 1), write(2, 2, 9), read(1, 3, 4), read(2, 5, 6)],
    "writes at once have some order": [write(1, 0, 9), write(2, 0, 9), read(2, 10, 11), read(2, 12, 13)],
    "without an answer it may have happened": [write(1, 0, 1), write(2, 2), read(1, 3, 4), read(2, 5, 6)],
    "or not": [write(1, 0, 1), write(2, 2), read(1, 3, 4), read(1, 5, 6)],
    "or late": [write(1, 0, 1), write(2, 2), write(3, 3, 4), read(3, 5, 6), read(2, 7, 8)],
}
BAD = {
    "a stale read": [write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)],
    "what was lost": [write(1, 0, 1), write(2, 2, 3), read(2, 4, 5), read(1, 6, 7)],
    "back and forth": [write(1, 0, 1), write(2, 2, 9), read(2, 3, 4), read(1, 5, 6)],
    "what nobody wrote": [write(1, 0, 1), read(7, 2, 3)],
    "before it was written": [read(1, 0, 1), write(1, 2, 3)],
    "two orders of the same writes": [
        *(write(1, 0, 9), write(2, 0, 9)),
        *(read(1, 10, 11), read(2, 12, 13)),
    ],
    "a late write that undoes": [write(1, 0, 1), write(2, 2), read(2, 3, 4), write(3, 5, 6), read(2, 7, 8)],
}


@pytest.mark.parametrize("history", GOOD.values(), ids=GOOD)
def test_a_history_of_one_register_is_accepted(history: list[Operation]) -> None:
    assert is_linearizable(history, register)


@pytest.mark.parametrize("history", BAD.values(), ids=BAD)
def test_a_history_of_no_register_is_refused(history: list[Operation]) -> None:
    assert not is_linearizable(history, register)


def append(value: int, began: float, ended: float = float("inf")) -> Operation:
    return Operation("append", value, began, ended)


def listed(values: list[int], began: float, ended: float) -> Operation:
    return Operation("read", tuple(values), began, ended)


def is_list(history: list[Operation]) -> bool:
    return is_linearizable(history, growing_list(history), 0)


def test_a_list_shows_everything_in_one_order_for_all() -> None:
    both = [append(1, 0, 9), append(2, 0, 9)]
    assert is_list([*both, listed([2, 1], 10, 11), listed([2, 1], 12, 13)])
    assert not is_list([*both, listed([2, 1], 10, 11), listed([1, 2], 12, 13)])
    assert not is_list([*both, listed([1], 10, 11)])  # lost
    assert not is_list([*both, listed([1, 2, 2], 10, 11)])  # twice
    assert is_list([append(1, 0, 1), append(2, 2), listed([1], 3, 4), listed([1, 2], 5, 6)])
    assert not is_list([append(1, 0, 1), append(2, 2), listed([1, 2], 3, 4), listed([1], 5, 6)])


def simulated(seed: int, count: int) -> list[Operation]:
    """A history of one list with five clients at once. Each operation takes effect at some moment while it lasts."""
    chance = random.Random(seed)
    free = [0.0] * 5
    asked: list[tuple[float, float, float]] = []
    for _ in range(count):
        client = min(range(5), key=lambda each: free[each])
        began = free[client]
        moment = began + chance.random()
        free[client] = moment + chance.random()
        asked.append((moment, began, free[client]))
    values: list[int] = []
    history: list[Operation] = []
    for number, (_, began, ended) in enumerate(sorted(asked)):
        if chance.random() < 0.5:
            values.append(number)
            history.append(append(number, began, ended))
        else:
            history.append(listed(values, began, ended))
    return history


def test_long_histories_of_many_clients_are_judged_and_one_wrong_answer_is_found() -> None:
    for seed in range(5):
        history = simulated(seed, 300)
        assert is_list(history)
        wrong = history.copy()
        number = next(number for number in range(150, 300) if history[number].kind == "read")
        wrong[number] = listed([1, 2, 3], history[number].began, history[number].ended)
        assert not is_list(wrong)


def test_many_changes_without_an_answer_are_judged_in_time() -> None:
    unknown = [write(number, 0) for number in range(1, 41)]
    assert is_linearizable([*unknown, read(7, 1, 2), read(9, 3, 4)], register)
    assert not is_linearizable([*unknown, read(7, 1, 2), read(9, 3, 4), read(7, 5, 6)], register)
