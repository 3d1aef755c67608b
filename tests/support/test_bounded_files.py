"""Reading files from outside: bounded, plain, and every fault with its line. A bomb must not take the process along."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from messages import assert_message

from mock_server.config.paths import OPENAPI
from mock_server.errors import Problem, SpecError, WorldError
from mock_server.support.bounded_files import MAX_BYTES, MAX_YAML_BYTES, read_bytes, read_file
from mock_server.support.exact_json import MAX_JSON_DEPTH

DEEP = 200_000
ROOT = Path(__file__).parents[2]


def read(text: str, name: str = "x.yaml") -> Any:
    return read_bytes(text.encode(), name, SpecError)


def refusal(text: str | bytes, name: str = "x.yaml") -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(SpecError) as caught:
        read_bytes(raw, name, SpecError)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- what is read -----------------------------------------------------------------------------------------------


def test_keys_are_texts_as_they_are_written() -> None:
    text = "200: a\ntrue: b\nnull: c\n~: d\n1.10: e\n2026-01-01: f\non: g\n010: h\n'': i"
    assert list(read(text)) == ["200", "true", "null", "~", "1.10", "2026-01-01", "on", "010", ""]


@pytest.mark.parametrize(
    "text", ["2026-01-01", "2026-01-01T10:00:00Z", "yes", "no", "off", "12:30", "1_000", "0b1", "="]
)
def test_what_yaml_1_1_took_for_something_else_stays_a_text(text: str) -> None:
    assert read(f"[{text}]") == [text]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 10),
        ("+4", 4),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("True", True),
        ("FALSE", False),
        ("Null", None),
        ("~", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!int '7'", 7),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    [found] = read(f"[{text}]")
    assert (found, type(found)) == (value, type(value))


def test_nothing_at_all_is_null() -> None:
    assert read("") is None


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_bytes(b'\xef\xbb\xbf{"a": 1}', "x.json", SpecError) == {"a": 1}


def test_json_that_is_not_quite_json_is_read_as_yaml_unless_the_name_says_json() -> None:
    assert read("{a: 1, b: [2,],}") == {"a": 1, "b": [2]}
    assert refusal("{\n a: 1}", "x.json").startswith("x.json:2: ")


def test_an_alias_gives_each_place_its_own_copy() -> None:
    found = read("a: &a {b: [1]}\nc: *a")
    assert found == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert found["a"]["b"] is not found["c"]["b"]


def test_our_documents_are_what_another_reader_finds_in_them() -> None:
    for path in OPENAPI.glob("*.yaml"):
        plain = json.loads(json.dumps(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)))
        assert read_file(path, SpecError) == plain


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.lists(JSON, max_size=4) | st.dictionaries(st.text(max_size=8), JSON, max_size=4))
@example({"<<": {"a": 1}})
def test_json_reads_back(value: object) -> None:
    assert read(json.dumps(value), "x.json") == value


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: 1\nb: c: d\n", 2, "not YAML: mapping values are not allowed"),
        ("a:\n\t- 1\n", 2, "not YAML: "),
        ("a: [1\nb: 2\n", 2, "not YAML: "),
        ("---\na\n---\nb\n", 3, "not YAML: but found another document"),
        ("a: 1\n<<: {b: 2}\n", 2, "a merge key (`<<`)"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key `a` twice"),
        ("a: 1\n? [b]\n: 2\n", 2, "a key that is not a text"),
        ("a: *b\n", 1, "undefined alias"),
        ("a: !!binary aGk=\n", 1, "could not determine a constructor"),
        ("a: !!set {b}\n", 1, "could not determine a constructor"),
        ("a: !!timestamp 2026-01-01\n", 1, "could not determine a constructor"),
        ("a: !!python/object/apply:os.getcwd []\n", 1, "could not determine a constructor"),
        ("a: !local x\n", 1, "could not determine a constructor"),
        ("a: !!map [b]\n", 1, "not YAML: "),
        ("a: !!int [b]\n", 1, "not YAML: "),
    ],
)
def test_a_fault_of_the_text_is_told_with_its_line(text: str, line: int, cause: str) -> None:
    told = refusal(text)
    assert told.startswith(f"x.yaml:{line}: ")
    assert cause in told
    assert " → " in told


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: .inf", "a value that JSON does not have: inf"),
        ("a: .nan", "a value that JSON does not have: nan"),
        ("a: 1e999", "a value that JSON does not have: inf"),
        (f"a: {'9' * 5000}", "Exceeds the limit"),
        ("a: !!bool maybe", "not YAML: 'maybe'"),
        ("a: !!float x", "not YAML: "),
        ("a: !!int x", "not YAML: "),
        ("a: \x07", "control characters are not allowed"),
        ("&a [*a]", f"nested deeper than {MAX_JSON_DEPTH} levels"),
    ],
)
def test_a_value_that_cannot_be_json_is_refused(text: str, cause: str) -> None:
    assert cause in refusal(text)


@pytest.mark.parametrize("raw", [b"a: 1\nb: \xff\n", "a: 1\nb: ü".encode("latin-1")])
def test_bytes_that_are_not_utf_8_are_refused_with_their_line(raw: bytes) -> None:
    assert_message(refusal(raw), "bytes that are not UTF-8")


@pytest.mark.parametrize("text", ["a: né", '{"a": "né"}'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_in_the_encoding_of_its_byte_order_mark(text: str, encoding: str) -> None:
    assert read_bytes(text.encode(encoding), "x", SpecError) == {"a": "né"}


def test_utf_16_without_a_mark_is_refused() -> None:
    assert "not UTF-8" in refusal("a: é".encode("utf-16-le"))


def test_a_missing_file_a_folder_and_an_impossible_name_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, tmp_path / "a\0b"):
        with pytest.raises(WorldError) as caught:
            read_file(path, WorldError)
        assert str(caught.value).startswith(f"{path}: ")
        assert str(caught.value).endswith(" → check the path")


def test_a_large_file_is_refused_without_being_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50 * MAX_BYTES)  # sparse: costs nothing on disk
    with pytest.raises(SpecError, match="larger than 64 MiB"):
        read_file(path, SpecError)


def test_a_file_at_the_bounds_is_read() -> None:
    nested: Any = 1
    for _ in range(MAX_JSON_DEPTH):
        nested = {"a": nested}
    assert read(json.dumps(nested)) == nested
    assert "nested deeper" in refusal(json.dumps([nested]))
    assert read(f"a: {'b' * (MAX_YAML_BYTES - 10)}")["a"].startswith("bb")


@pytest.mark.parametrize("text", ["- " * 201 + "x", "[" * 1_001, "a:\r" + " " * 401 + "b: 1"])
def test_what_might_nest_too_deep_for_the_parser_never_reaches_it(text: str) -> None:
    assert_message(refusal(text), "YAML that nests too deep")


@pytest.mark.parametrize("text", ["a: [" + "0," * 500_001 + "0]", "- 0\n" * 500_001], ids=["commas", "lines"])
def test_yaml_of_more_parts_than_a_parser_takes_quickly_never_reaches_it(text: str) -> None:
    assert_message(refusal(text), "YAML of too many parts")


def test_a_bomb_of_aliases_ends_at_the_budget_of_nodes() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "more than 500,000 nodes" in refusal("\n".join(lines))


# --- bombs, in a process of their own ---------------------------------------------------------------------------

BOMBS = {
    "flow lists": "[" * DEEP,
    "flow mappings": "{a: " * DEEP,
    "closed lists": "[" * DEEP + "]" * DEEP,
    "json": '{"a":' * DEEP + "1" + "}" * DEEP,
    "dashes": "- " * DEEP + "x",
    "dashes after a byte order mark": "\ufeff" + "- " * DEEP + "x",
    "dashes after a document start": "--- " + "- " * DEEP + "x",
    "dashes after a carriage return": "x: 1\r" + "- " * DEEP + "y",
    "dashes after a next line": "x:\x85" + "- " * DEEP + "y",
    "dashes after a line separator": "x:\u2028" + "- " * DEEP + "y",
    "dashes after a colon": "? a\n: " + "- " * DEEP + "x",
    "explicit keys": "? " * DEEP + "x",
    "indentation": "".join(" " * level + "a:\n" for level in range(4_000)),
    "indentation after carriage returns": "".join(" " * level + "a:\r" for level in range(4_000)),
    "brackets in quotes": '"' + "[" * DEEP + '"',
    "documents": "--- [\n" * DEEP,
    "as deep as the text may be": "".join(" " * n + "a:\n" for n in range(399)) + " " * 399 + "[" * 999 + "]" * 999,
}
CHILD = """
import json, sys
from mock_server.errors import Problem, SpecError
from mock_server.support.bounded_files import read_bytes
for text in json.load(sys.stdin):
    for name in ("x.yaml", "x.json"):
        try:
            print("read", type(read_bytes(text.encode(), name, SpecError)).__name__)
        except SpecError as fault:
            print(fault)
"""


def test_no_bomb_takes_the_process_along() -> None:
    """One process for all: a segmentation fault would end it, and with it the lines that are missing then."""
    result = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(list(BOMBS.values())),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    told = result.stdout.splitlines()
    assert len(told) == 2 * len(BOMBS)
    for line, name in zip(told[::2], BOMBS, strict=True):
        assert "nested" in line or "not YAML" in line, name


@pytest.mark.parametrize(
    ("text", "data", "what"),
    [
        ("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n", {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}, "a merge key"),
        ("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n", None, "a merge key"),
        ("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, "the key `a` twice"),
        ("a: x\x07y\n", {"a": "x y"}, "a control character (U+0007)"),
    ],
)
def test_a_slip_of_somebody_elses_yaml_is_read_and_noted(text: str, data: Any, what: str) -> None:
    slips: list[Problem] = []
    found = read_bytes(text.encode(), "x.yaml", SpecError, slips)
    assert found == data or found["c"] == {"x": 1, "y": 2}
    assert [str(slip).startswith("x.yaml:") and what in str(slip) for slip in slips] == [True]


def test_merge_keys_that_explode_are_refused() -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(1_000)) + "}"]
    lines += [f"a{n}: &a{n} {{<<: *a{n - 1}, x{n}: 1}}" for n in range(1, 300)]
    with pytest.raises(SpecError) as refused:
        read_bytes("\n".join(lines).encode(), "x.yaml", SpecError, [])
    assert_message(refused.value)
