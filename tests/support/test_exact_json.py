"""JSON without loss: numbers of any length, and bounds on depth and digits."""

import gc
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import assert_message

from mock_server.support.exact_json import (
    ENVELOPE_DEPTH,
    MAX_DIGITS,
    MAX_JSON_DEPTH,
    NotJson,
    is_deeper,
    is_deeper_text,
    read_json,
    write_json,
)

STATM = Path("/proc/self/statm")


@pytest.mark.parametrize(
    "text",
    [
        *("0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "1e+22", "5e-324", "0.30000000000000004"),
        *("18446744073709551616", "-9223372036854775809", "12345678901234567890123456", "9" * MAX_DIGITS),
        *("0.10000000000000001", "1E+400", "-1E-400", "123456789.123456789123456789"),
    ],
)
def test_a_number_comes_out_as_it_went_in(text: str) -> None:
    assert write_json(read_json(text)).decode() == text
    assert write_json({"a": [read_json(f'{{"n": {text}, "m": 1}}')]}, orjson.OPT_SORT_KEYS).count(b'"n":') == 1


@pytest.mark.skipif(not STATM.exists(), reason="the memory of a process is read as Linux tells it")
def test_a_short_text_takes_little_memory() -> None:
    before = int(STATM.read_text().split()[1])
    kept = [write_json({"id": "a", "name": "Ana"}) for _ in range(5_000)]
    pages = int(STATM.read_text().split()[1]) - before

    assert len(kept) == 5_000
    assert pages < 2_500  # a page has 4 KB, and a text of orjson's own takes one at least


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12345678901234567890123456", "12345678901234567800000000"),
        ("18446744073709551616", "18446744073709551617"),
        ("1e400", "1e401"),
        ("1e-400", "0"),
        ("0.1", "0.10000000000000001"),
        ("9007199254740993.0", "9007199254740992.0"),
    ],
)
def test_numbers_that_differ_stay_two(one: str, other: str) -> None:
    assert read_json(one) != read_json(other)
    assert read_json(f"[{one}]") != read_json(f"[{other}]")


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0"), ("-0", "0"), ("1e2", "100"), ("1.50", "1.5"), ("1e400", "10e399")]
)
def test_numbers_that_are_one_are_equal_however_they_are_written(one: str, other: str) -> None:
    assert read_json(one) == read_json(other)


def test_a_number_is_what_python_has_where_that_holds_it() -> None:
    found = read_json('[1, 1.5, 12345678901234567890123456, 0.10000000000000001, "0000000000000000000"]')
    assert [type(value) for value in found] == [int, float, int, Decimal, str]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "NaN", "-Infinity", "[1,]", "01", "1.", '"\\ud800"', "'a'", "\ufeff1", "1 1", '"\x01"'),
        *(
            '[1e400, "\\ud800"]',
            "[1e400, NaN]",
            "[1e400, 01]",
            '[1e400, "\x01"]',
            "[1e400",
            b"\xff",
            b'[1e400, "\xff"]',
        ),
        *("9" * (MAX_DIGITS + 1), "1e99999", "1e999999999999999999999", "0." + "1" * MAX_DIGITS, "-1e-5000"),
    ],
)
def test_what_is_no_json_is_refused_whatever_stands_beside_it(text: str | bytes) -> None:
    with pytest.raises(NotJson) as refused:
        read_json(text)
    assert refused.value.what


def test_the_place_of_a_fault_is_told() -> None:
    with pytest.raises(NotJson) as refused:
        read_json('{\n "a": 1,\n "b": }')
    assert (refused.value.line, refused.value.column) == (3, 7)


def nested(depth: int, kind: str) -> str:
    pair = {"list": ("[", "]"), "object": ('{"a":', "}"), "both": ('[{"a":', "}]")}[kind]
    times = depth // 2 if kind == "both" else depth
    return pair[0] * times + "1" * (kind != "list") + pair[1] * times


@pytest.mark.parametrize("kind", ["list", "object", "both"])
def test_one_level_too_many_is_refused_and_the_last_one_is_written_within_an_envelope(kind: str) -> None:
    value = read_json(nested(MAX_JSON_DEPTH, kind))
    for _ in range(ENVELOPE_DEPTH):
        value = {"in": [value]}
    assert read_json(write_json(value), 254) == value
    for depth in (MAX_JSON_DEPTH + 2, 255, 1_023, 2_000, 100_000):
        with pytest.raises(NotJson) as refused:
            read_json(nested(depth, kind))
        assert_message(refused.value, "JSON that nests too deep")
        with pytest.raises(NotJson):
            read_json(nested(depth, kind).replace("1", "1e400"))


def test_many_values_beside_each_other_are_not_deep() -> None:
    assert len(read_json("[" + "[]," * 5_000 + "{}]")) == 5_001
    assert not is_deeper([[[]]] * 10, 3)
    assert is_deeper([[[]]] * 10, 2)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(VALUES)
def test_whatever_is_written_is_read_again(value: Any) -> None:
    assert read_json(write_json(value)) == value
    assert read_json(json.dumps(value)) == value


def test_what_json_has_no_words_for_is_refused() -> None:
    for value in ({"a": object()}, {1: 2}, "\ud800", float):
        with pytest.raises(TypeError):
            write_json(value)


_JSON = st.recursive(
    st.none() | st.text('[]{}\\"\n', max_size=5),
    lambda parts: st.lists(parts, max_size=40) | st.dictionaries(st.text('[]{}\\"', max_size=3), parts, max_size=3),
    max_leaves=60,
)


@given(_JSON, st.integers(1, 6))
def test_text_and_value_are_of_the_same_depth(value: Any, depth: int) -> None:
    assert is_deeper_text(orjson.dumps(value), depth) is is_deeper(value, depth)


@pytest.mark.parametrize("more", [b"", b'"]}\\"]",'])
def test_many_lists_at_the_bound_are_taken_and_one_deeper_is_not(more: bytes) -> None:
    most = b"[" * (MAX_JSON_DEPTH - 1) + b"]" * (MAX_JSON_DEPTH - 1)
    text = b"[%s%s]" % (more, b",".join([most] * 200))

    assert len(read_json(text)) == 200 + bool(more)
    with pytest.raises(NotJson, match="nested deeper than 96"):
        read_json(text[:-1] + b",[" + most + b"]]")


def test_garbage_is_not_looked_for_while_a_large_text_is_read() -> None:
    looks: list[str] = []
    gc.callbacks.append(lambda phase, _: looks.append(phase))
    try:
        value = read_json(b"[" + b"[]," * 100_000 + b"[]]")
        during = len(looks)
    finally:
        gc.callbacks.pop()

    assert len(value) == 100_001
    assert during <= 2, "one look when it is over, which begins and ends"
    assert gc.isenabled()
