"""JSON compared as JSON: numbers, fields, order; every pairing that there is is found, and none takes long."""

import contextlib
import itertools
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.stubbing.json_comparison import JsonComparison, TooMuchWork
from mock_server.support.exact_json import read_json

FLAGS = [dict(zip(("extra", "any_order"), both, strict=True)) for both in itertools.product((False, True), repeat=2)]


def is_met(wanted: Any, value: Any, **flags: bool) -> bool:
    return JsonComparison(wanted, **flags).is_met(value)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_a_list_has_the_items_that_are_wanted_and_no_more(flags: dict[str, bool]) -> None:
    assert [is_met({"tags": tags}, {"tags": ["x", "y"]}, **flags) for tags in ([], ["x"], ["x", "y", "y"])] == [
        False
    ] * 3
    assert is_met({"tags": ["x", "y"]}, {"tags": ["x", "y"]}, **flags)
    assert is_met({"tags": ["y", "x"]}, {"tags": ["x", "y"]}, **flags) is flags["any_order"]
    assert not is_met([1, 1, 2], [1, 2, 2], **flags)
    assert not is_met([[], []], [[], [[]]], **flags)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
def test_more_fields_are_let_pass_when_asked_for(flags: dict[str, bool]) -> None:
    assert is_met({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, **flags) is flags["extra"]
    assert is_met([{"a": 1}], [{"a": 1, "b": 2}], **flags) is flags["extra"]
    assert not is_met({"a": 1, "b": 2}, {"a": 1}, **flags)
    assert not is_met({"a": None}, {}, **flags)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        *(("1", "1.0", True), ("100", "1e2", True), ("0", "-0.0", True), ("1e400", "10E399", True)),
        *(("1", "true", False), ("0", "false", False), ("0", "null", False), ("1", '"1"', False), ("[]", "{}", False)),
        ("12345678901234567890123456", "12345678901234567800000000", False),
        ("1e23", "100000000000000000000000", True),
        ("0.1", "0.1000000000000000055511151231257827021181583404541015625", False),
        ("0." + "1" * 40 + "1", "0." + "1" * 40 + "2", False),
    ],
)
def test_scalars_are_compared_by_kind_and_by_every_digit(
    flags: dict[str, bool], one: str, other: str, equal: bool
) -> None:
    for text in ("%s", "[%s]", '{"a": %s}', '[{"a": [%s]}, 5]'):
        assert is_met(read_json(text % one), read_json(text % other), **flags) is equal


def test_the_first_that_fits_is_left_to_the_one_that_needs_it() -> None:
    wanted = [{"a": 1}, {"a": 1, "b": 2}]
    for given_ in itertools.permutations([{"a": 1, "b": 2}, {"a": 1, "c": 3}]):
        assert is_met(wanted, list(given_), extra=True, any_order=True)
    chain = [{"k": {str(n): 0, str(n + 1): 0}} for n in range(30)]
    assert is_met([{"k": {str(n + 1): 0}} for n in range(29)] + [{"k": {"0": 0}}], chain, extra=True, any_order=True)
    assert not is_met([{"k": {"30": 0}}] * 2 + [{"k": {}}] * 28, chain, extra=True, any_order=True)


SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "b"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


def stands_for(wanted: Any, value: Any, *, extra: bool, any_order: bool) -> bool:
    """The meaning, written out: every order is tried."""
    if isinstance(wanted, dict) and isinstance(value, dict):
        if not extra and wanted.keys() != value.keys():
            return False
        return all(n in value and stands_for(p, value[n], extra=extra, any_order=any_order) for n, p in wanted.items())
    if isinstance(wanted, list) and isinstance(value, list):
        orders = itertools.permutations(value) if any_order else [value]
        return len(wanted) == len(value) and any(
            all(stands_for(a, b, extra=extra, any_order=any_order) for a, b in zip(wanted, order, strict=True))
            for order in orders
        )
    return type(wanted) is type(value) and bool(wanted == value)


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@given(VALUES, VALUES, st.randoms())
def test_it_says_what_a_trial_of_every_order_says(flags: dict[str, bool], one: Any, other: Any, chance: Any) -> None:
    shuffled = json.loads(json.dumps(one))
    for value in (other, [one, other], shuffled):
        assert is_met(one, value, **flags) is stands_for(one, value, **flags)
    many = [one, other, {"x": one}, {"x": one, "y": other}]
    mixed = chance.sample(many, 4)
    assert is_met(many, mixed, **flags) is stands_for(many, mixed, **flags)


def count(*values: Any) -> list[Any]:
    return list(values)


HEAVY = {
    "equal numbers": (count(*[1] * 30_000), count(*[1] * 29_999, 2)),
    "other numbers": (count(*range(30_000)), count(*range(1, 30_001))),
    "numbers whose hashes are equal": (
        [n * (2**61 - 1) for n in range(1, 3_000)],
        [n * (2**61 - 1) for n in range(2, 3_001)],
    ),
    "objects": ([{"id": n} for n in range(8_000)], [{"id": n, "more": 1} for n in range(8_000)][::-1]),
    "objects that all fit": ([{"a": 1}] * 300, [{"a": 1, "n": n} for n in range(300)]),
    "no pairing": ([{"a": {"b": 1}}] * 200 + [{"z": 1}], [{"a": {"b": 1}, "n": n} for n in range(201)]),
    "lists of lists": ([[n % 7, []] for n in range(2_000)], [[n % 5, []] for n in range(2_000)]),
    "values below lists": (
        [{"a": [{"b": n}]} for n in range(400)],
        [{"a": [{"b": n}], "c": 0} for n in range(400)][::-1],
    ),
    "a long body": ([], [{"a": n} for n in range(60_000)]),
}


@pytest.mark.parametrize("flags", FLAGS, ids=str)
@pytest.mark.parametrize("name", HEAVY)
def test_no_comparison_takes_long(name: str, flags: dict[str, bool]) -> None:
    wanted, value = HEAVY[name]
    comparison = JsonComparison(wanted, **flags)
    began = time.thread_time()
    with contextlib.suppress(TooMuchWork):
        comparison.is_met(value)
    assert time.thread_time() - began < 0.5
