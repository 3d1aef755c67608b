"""From the text on the wire to a value: each type, each way of writing, and what a person is told."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from specimens import answering, document, schema, served

from mock_server.spec.parameter import ABSENT, Parameter
from mock_server.spec.parameter_values import Unreadable


def of(node: Any, **more: Any) -> Parameter:
    return Parameter("a", more.pop("location", "query"), False, schema(node), **more)


def compiled(**node: Any) -> Parameter:
    """The parameter as a document declares it."""
    path = "/x/{a}" if node.get("in") == "path" else "/x"
    root = document({path: {"get": {**answering({}), "parameters": [{"name": "a", "in": "query", **node}]}}})
    [operation] = served(root).operations.values()
    [parameter] = operation.parameters
    return parameter


INTEGER, NUMBER, BOOLEAN, STRING = ({"type": name} for name in ("integer", "number", "boolean", "string"))


@pytest.mark.parametrize(
    ("node", "text", "value"),
    [
        (INTEGER, "5", 5),
        (INTEGER, "-5", -5),
        (INTEGER, "007", 7),
        (INTEGER, "-0", 0),
        (INTEGER, "5.0", 5),
        (INTEGER, "5.", "5."),
        (INTEGER, "5.5", "5.5"),
        (INTEGER, "9007199254740993.0", 9007199254740993),
        (INTEGER, "+5", "+5"),
        (INTEGER, " 5", " 5"),
        (INTEGER, "1_0", "1_0"),
        (INTEGER, "٣", "٣"),
        (INTEGER, "5\n", "5\n"),
        (INTEGER, "", ""),
        (INTEGER, "9223372036854775807", 2**63 - 1),
        (INTEGER, "9223372036854775808", 2**63),
        (INTEGER, "-12345678901234567890123456", -12345678901234567890123456),
        (NUMBER, "0.10000000000000001", Decimal("0.10000000000000001")),
        (INTEGER, "1" + "0" * 300, "1" + "0" * 300),
        (NUMBER, "5", 5),
        (NUMBER, "1.5", 1.5),
        (NUMBER, "1e3", 1000),
        (NUMBER, "-1.5E-2", -0.015),
        (NUMBER, "1e999", "1e999"),
        (NUMBER, "nan", "nan"),
        (NUMBER, "inf", "inf"),
        (NUMBER, ".5", ".5"),
        (NUMBER, "٣", "٣"),
        (NUMBER, "5.", "5."),
        (NUMBER, "9007199254740993", 9007199254740993),
        (BOOLEAN, "true", True),
        (BOOLEAN, "false", False),
        (BOOLEAN, "True", "True"),
        (BOOLEAN, "1", "1"),
        (STRING, "5", "5"),
        (STRING, "true", "true"),
        (STRING, "", ""),
        ({"type": "integer", "format": "int32"}, "2147483647", 2**31 - 1),
        ({"type": "integer", "format": "int32"}, "-2147483648", -(2**31)),
        ({"type": "integer", "format": "int32"}, "2147483648", "2147483648"),
        ({"type": "integer", "format": "int64"}, "9223372036854775807", 2**63 - 1),
        ({"type": "integer", "format": "int64"}, "-9223372036854775809", "-9223372036854775809"),
        ({"allOf": [{"type": "integer"}, {"format": "int32"}]}, "2147483648", "2147483648"),
        ({"type": "integer", "format": "int128"}, "9" * 30, int("9" * 30)),
        ({"type": "number", "format": "money"}, "1.5", 1.5),
        ({"type": "string", "format": "byte"}, "aGk=", "aGk="),
        ({"type": "string", "format": "int64"}, "12", "12"),
        ({"enum": ["a", "b"]}, "a", "a"),
        ({"enum": [1, 2]}, "2", 2),
        ({"const": True}, "true", True),
        ({"type": ["integer", "null"]}, "5", 5),
        ({"allOf": [INTEGER, {"minimum": 3}]}, "5", 5),
        ({"anyOf": [INTEGER, {"type": "null"}]}, "5", 5),
    ],
)
def test_a_text_is_read_as_its_type_or_stays_a_text(node: Any, text: str, value: object) -> None:
    found = of(node).parse([text])
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("node", "text", "value"),
    [
        ({"anyOf": [STRING, INTEGER]}, "5", 5),
        ({"anyOf": [{"type": "integer", "maximum": 3}, {"type": "string", "minLength": 1}]}, "5", "5"),
        ({"anyOf": [INTEGER, {"type": "string", "enum": ["all"]}]}, "all", "all"),
        ({"anyOf": [INTEGER, {"type": "string", "enum": ["all"]}]}, "6", 6),
        ({"oneOf": [{"type": "number", "maximum": 0}, {"type": "boolean"}]}, "true", True),
        ({"anyOf": [{"type": "integer", "maximum": 3}, {"type": "string", "maxLength": 0}]}, "5", 5),
        ({"type": ["integer", "string"], "enum": ["1"]}, "1", "1"),
    ],
)
def test_of_several_types_the_narrowest_that_is_admitted_counts(node: Any, text: str, value: object) -> None:
    found = of(node).parse([text])
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["a", "a b=", "~~~~"])
def test_a_text_that_is_not_in_base64_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="base64"):
        of({"type": "string", "format": "byte"}).parse([text])


@given(st.integers(-(10**20), 10**20))
def test_every_integer_is_read_and_admitted(number: int) -> None:
    parameter = of(INTEGER)
    value = parameter.parse([str(number)])
    assert value == number
    assert parameter.schema.accepts(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_json_writes_is_read(number: float) -> None:
    value = of(NUMBER).parse([json.dumps(number)])
    assert value == number


@given(st.text())
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for node in (
        INTEGER,
        NUMBER,
        BOOLEAN,
        STRING,
        {},
        {"type": "array", "items": INTEGER},
        {"anyOf": [INTEGER, STRING]},
    ):
        parameter = of(node)
        parameter.schema.accepts(parameter.parse([text]))
    assert of(STRING).parse([text]) == text


def test_several_texts_where_one_is_meant_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than once"):
        of(INTEGER).find({"a": ["1", "2"]})


# --- lists ------------------------------------------------------------------------------------------------------

LIST = {"type": "array", "items": INTEGER}


@pytest.mark.parametrize(
    ("declared", "texts", "value"),
    [
        ({"schema": LIST}, ["1", "2"], [1, 2]),
        ({"schema": LIST}, ["1,2"], ["1,2"]),
        ({"schema": LIST, "explode": False}, ["1,2"], [1, 2]),
        ({"schema": LIST, "explode": False}, ["3", "1,x"], [3, 1, "x"]),
        ({"schema": LIST, "explode": False, "style": "pipeDelimited"}, ["1|2"], [1, 2]),
        ({"schema": LIST, "explode": False, "style": "spaceDelimited"}, ["1 2"], [1, 2]),
        ({"schema": LIST, "style": "pipeDelimited"}, ["1|2"], [1, 2]),
        ({"schema": LIST, "in": "header"}, ["1,2"], [1, 2]),
        ({"schema": LIST, "in": "cookie"}, ["1,2"], [1, 2]),
        ({"schema": LIST, "in": "path", "required": True}, ["1,2"], [1, 2]),
        ({"schema": {"type": "array"}}, ["1", "a"], ["1", "a"]),
        ({"schema": {"type": ["array", "null"], "items": INTEGER}}, ["1"], [1]),
        ({"schema": {"anyOf": [LIST, {"type": "null"}]}}, ["1"], [1]),
        ({"schema": {}}, ["1"], 1),
    ],
)
def test_a_list_is_written_as_the_document_says(declared: Any, texts: list[str], value: object) -> None:
    assert compiled(**declared).parse(texts) == value


# --- objects ----------------------------------------------------------------------------------------------------

WINDOW = {
    "type": "object",
    "properties": {"from": INTEGER, "to": INTEGER, "tags": {"type": "array", "items": INTEGER}},
}


def test_a_deep_object_is_gathered_from_its_brackets() -> None:
    parameter = compiled(schema=WINDOW, style="deepObject")
    assert parameter.deep
    pairs = {"a[from]": ["1"], "a[tags]": ["1", "2"], "a[other]": ["x"], "a[b][c]": ["y"], "b[to]": ["2"], "to": ["3"]}
    assert parameter.find(pairs) == {"from": 1, "tags": [1, 2], "other": "x", "b": {"c": "y"}}
    assert parameter.find({"to": ["3"], "a[": ["1"], "a]": ["1"], "a[b]c": ["1"], "a[[b]]": ["1"]}) is ABSENT


def test_an_object_in_form_style_is_spread_over_the_query() -> None:
    parameter = compiled(schema=WINDOW)
    assert parameter.deep
    assert parameter.find({"from": ["1"], "a[to]": ["2"], "x": ["y"]}) == {"from": 1}
    assert parameter.find({"x": ["y"]}) is ABSENT


def test_an_object_as_json_is_read_as_json() -> None:
    parameter = compiled(content={"application/json": {"schema": WINDOW}})
    assert not parameter.deep
    assert parameter.parse(['{"from": 1}']) == {"from": 1}
    with pytest.raises(Unreadable, match="is not JSON"):
        parameter.parse(["{from: 1}"])
    assert parameter.schema.accepts({"from": 1})
    assert not parameter.schema.accepts("{from: 1}")


def test_content_that_is_not_json_is_a_text() -> None:
    assert compiled(content={"text/plain": {"schema": INTEGER}}).parse(["5"]) == 5
    assert compiled(content={"text/plain": {}}).parse(["[5]"]) == "[5]"


# --- what a person is told --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "hint"),
    [
        (INTEGER, "integer"),
        ({"type": "integer", "minimum": 1, "maximum": 100}, "integer, minimum 1, maximum 100"),
        ({"enum": ["a", 1]}, "one of a, 1"),
        ({"type": "string", "pattern": "^ld_", "maxLength": 9}, "string, maxLength 9, pattern ^ld_"),
        ({"type": "string", "format": "date"}, "string, format date"),
        ({"type": ["string", "null"]}, "null, string"),
        ({}, ""),
    ],
)
def test_the_hint_says_what_a_right_value_is(node: Any, hint: str) -> None:
    assert of(node).hint == hint


def test_a_problem_names_the_parameter_the_cause_and_the_hint_and_never_the_value() -> None:
    parameter = of({"type": "integer", "maximum": 3}, location="header")
    [problem] = parameter.problems("sk_live_secret")
    assert problem.where == "header parameter `a`"
    assert problem.remedy == "integer, maximum 3"
    assert "sk_live_secret" not in str(problem)


def test_a_default_that_the_schema_does_not_admit_is_none() -> None:
    assert compiled(schema={"type": "integer", "default": 50}).default == 50
    assert compiled(schema={"type": "integer", "default": "fifty"}).default is None
    assert compiled(schema=INTEGER).default is None


@pytest.mark.parametrize(("said", "required"), [(True, True), (False, False), ("yes", False), (None, False)])
def test_required_is_what_the_document_says_but_in_a_path(said: object, required: bool) -> None:
    assert compiled(schema=INTEGER, required=said).required is required
    assert compiled(schema=INTEGER, required=said, **{"in": "path"}).required
