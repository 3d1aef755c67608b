"""What is known of a value that is not kept: never another answer than a comparison of the values themselves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.stubbing.json_comparison import JsonComparison
from mock_server.stubbing.json_summary import NO_VALUE, summary
from mock_server.support.exact_json import read_json

VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, -0.0, "", "1", "None", 10**30, "a"]),
    lambda parts: st.lists(parts, max_size=2) | st.dictionaries(st.sampled_from("ab"), parts, max_size=2),
    max_leaves=4,
)


@given(VALUES, VALUES)
def test_a_summary_is_equal_only_where_the_value_is(one: Any, other: Any) -> None:
    assert summary(one).is_equal(summary(other)) in (None, JsonComparison(one).is_met(other))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1", "1.0", True),
        ("12345678901234567890123456", "12345678901234567890123457", False),
        ('"1"', "1", False),
        ("[]", "{}", False),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', True),
        ("[1]", "[1.0]", None),
        ("[[]]", "[]", False),
    ],
)
def test_values_need_be_compared_where_numbers_are_inside(one: str, other: str, equal: bool | None) -> None:
    assert summary(read_json(one)).is_equal(summary(read_json(other))) is equal


@given(VALUES)
def test_no_value_is_like_none_that_there_is(value: Any) -> None:
    assert NO_VALUE.is_equal(summary(value)) is False
