"""Every style of a parameter in every place: what stands on the wire, and the value that it means."""

from typing import Any

import pytest
from specimens import answering, document, served

from mock_server.spec.operation import Operation
from mock_server.spec.parameter import ABSENT, Parameter
from mock_server.spec.parameter_values import Unreadable
from mock_server.support.wire_texts import UnreadableQuery, cookie_texts, joined_fields, query_texts

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
LIST = {"type": "array", "items": INTEGER}
WORDS = {"type": "array", "items": STRING}
COLOUR = {"type": "object", "properties": {"R": INTEGER, "G": INTEGER, "name": STRING}}
MAP = {"type": "object", "additionalProperties": INTEGER}
FREE = {"type": "object"}


def operation(*declared: dict[str, Any]) -> Operation:
    path = "/x/{a}" if any(it.get("in") == "path" for it in declared) else "/x"
    [found] = served(document({path: {"get": {**answering({}), "parameters": list(declared)}}})).operations.values()
    assert not found.unserved
    return found


def parameter(place: str, **declared: Any) -> Parameter:
    [found] = operation({"name": "a", "in": place, "required": place == "path", **declared}).parameters
    return found


def in_query(declared: dict[str, Any], query: str) -> Any:
    return parameter("query", **declared).find(query_texts(query.encode()))


QUERY = [
    ({"schema": INTEGER}, "a=5", 5),
    ({"schema": STRING}, "a=x+y%2Bz", "x y+z"),
    ({"schema": STRING, "allowReserved": True}, "a=x+y:/?b=@%20", "x+y:/?b=@ "),
    ({"schema": STRING}, "%61=b", "b"),
    ({"schema": {}}, "a=1&a=x", ["1", "x"]),
    ({"schema": LIST}, "a=1&a=2", [1, 2]),
    ({"schema": LIST}, "a=", []),
    ({"schema": LIST, "explode": False}, "a=1,2&a=3", [1, 2, 3]),
    ({"schema": LIST, "explode": False}, "a=1%2C2", [1, 2]),
    ({"schema": WORDS, "explode": False}, "a=Smith%2C%20Jo,Doe", ["Smith, Jo", "Doe"]),
    ({"schema": WORDS, "explode": False}, "a=Smith%2C%20Jo", ["Smith, Jo"]),
    ({"schema": LIST, "style": "spaceDelimited"}, "a=1%202+3", [1, 2, 3]),
    ({"schema": LIST, "style": "pipeDelimited"}, "a=1|2%7C3", [1, 2, 3]),
    ({"schema": LIST, "style": "pipeDelimited", "explode": True}, "a=1&a=2", [1, 2]),
    ({"schema": {"anyOf": [INTEGER, LIST]}, "explode": False}, "a=5", [5]),
    ({"schema": {"anyOf": [{"type": "boolean"}, LIST]}, "explode": False}, "a=true", True),
    ({"schema": {"type": ["integer", "null"]}}, "a=null", None),
    ({"schema": {"type": ["string", "null"]}}, "a=null", "null"),
    ({"schema": {"type": "array", "prefixItems": [STRING, INTEGER]}, "explode": False}, "a=1,2", ["1", 2]),
    ({"schema": COLOUR}, "R=1&name=2&q=3", {"R": 1, "name": "2"}),
    ({"schema": MAP}, "x=1&y=2", {"x": 1, "y": 2}),
    ({"schema": FREE}, "x=1&y=2&y=3", {"x": "1", "y": ["2", "3"]}),
    ({"schema": COLOUR, "explode": False}, "a=R,1,name,2", {"R": 1, "name": "2"}),
    ({"schema": COLOUR, "explode": False}, "a=name,x%2Cy", {"name": "x,y"}),
    ({"schema": COLOUR, "style": "pipeDelimited"}, "a=R|1|G|2", {"R": 1, "G": 2}),
    ({"schema": COLOUR, "style": "spaceDelimited"}, "a=R%201", {"R": 1}),
    ({"schema": {"anyOf": [COLOUR, INTEGER]}}, "a=5", 5),
    ({"schema": {"anyOf": [COLOUR, INTEGER]}}, "R=5", {"R": 5}),
    ({"content": {"application/json": {"schema": LIST}}}, "a=%5B1%2C2%5D", [1, 2]),
    ({"content": {"application/json": {}}}, "a=%22x%22", "x"),
]


@pytest.mark.parametrize(("declared", "query", "value"), QUERY)
def test_a_query_is_read_by_style_and_type(declared: Any, query: str, value: Any) -> None:
    assert in_query(declared, query) == value


DEEP = [
    (COLOUR, "a[R]=1&a%5Bname%5D=2", {"R": 1, "name": "2"}),
    (MAP, "a[x]=1&a[y%20z]=2", {"x": 1, "y z": 2}),
    (FREE, "a[x]=1&a[y][z]=2&a[t][]=3&a[t][]=4", {"x": "1", "y": {"z": "2"}, "t": ["3", "4"]}),
    (
        {"type": "object", "properties": {"r": {"type": "object", "properties": {"gte": INTEGER}}}},
        "a[r][gte]=5",
        {"r": {"gte": 5}},
    ),
    ({"type": "object", "additionalProperties": MAP}, "a[x][y]=5", {"x": {"y": 5}}),
    ({"type": "object", "patternProperties": {"^n_": INTEGER}}, "a[n_x]=5&a[m]=5", {"n_x": 5, "m": "5"}),
    ({"type": "object", "properties": {"t": LIST}}, "a[t]=1", {"t": [1]}),
    ({"type": "object", "properties": {"t": LIST}}, "a[t][]=1&a[t][]=2", {"t": [1, 2]}),
    ({"type": "object", "properties": {"t": LIST}}, "a[t][1]=1&a[t][0]=2", {"t": [2, 1]}),
    ({"type": "array", "items": COLOUR}, "a[0][R]=1&a[1][R]=2", [{"R": 1}, {"R": 2}]),
    (LIST, "a[]=1&a[]=2", [1, 2]),
    ({"anyOf": [COLOUR, INTEGER]}, "a=5", 5),
    ({"type": "object", "properties": {"n": {"type": ["integer", "null"]}}}, "a[n]=", {"n": None}),
    ({"allOf": [COLOUR, {"properties": {"z": INTEGER}}]}, "a[z]=1&a[R]=2", {"z": 1, "R": 2}),
    (COLOUR, "b[R]=1&ab[R]=2", ABSENT),
]


@pytest.mark.parametrize(("schema", "query", "value"), DEEP)
def test_a_deep_object_is_read_with_all_its_levels(schema: Any, query: str, value: Any) -> None:
    assert in_query({"schema": schema, "style": "deepObject", "explode": True}, query) == value


PATH = [
    ({"schema": INTEGER}, "5", 5),
    ({"schema": STRING}, "a+b%20c%2Fd", "a+b c/d"),
    ({"schema": LIST}, "1,2", [1, 2]),
    ({"schema": WORDS}, "a%2Cb,c", ["a,b", "c"]),
    ({"schema": COLOUR}, "R,1,G,2", {"R": 1, "G": 2}),
    ({"schema": COLOUR, "explode": True}, "R=1,G=2", {"R": 1, "G": 2}),
    ({"schema": INTEGER, "style": "label"}, ".5", 5),
    ({"schema": STRING, "style": "label"}, ".", ""),
    ({"schema": LIST, "style": "label"}, ".1,2", [1, 2]),
    ({"schema": LIST, "style": "label"}, ".1.2", [1, 2]),
    ({"schema": LIST, "style": "label", "explode": True}, ".1.2", [1, 2]),
    ({"schema": COLOUR, "style": "label"}, ".R,1,G,2", {"R": 1, "G": 2}),
    ({"schema": COLOUR, "style": "label", "explode": True}, ".R=1.G=2", {"R": 1, "G": 2}),
    ({"schema": INTEGER, "style": "matrix"}, ";a=5", 5),
    ({"schema": STRING, "style": "matrix"}, ";a", ""),
    ({"schema": STRING, "style": "matrix"}, ";%61=x%3Dy", "x=y"),
    ({"schema": LIST, "style": "matrix"}, ";a=1,2", [1, 2]),
    ({"schema": LIST, "style": "matrix", "explode": True}, ";a=1;a=2", [1, 2]),
    ({"schema": COLOUR, "style": "matrix"}, ";a=R,1,G,2", {"R": 1, "G": 2}),
    ({"schema": COLOUR, "style": "matrix", "explode": True}, ";R=1;G=2", {"R": 1, "G": 2}),
    ({"content": {"application/json": {"schema": LIST}}}, "%5B1%5D", [1]),
]


@pytest.mark.parametrize(("declared", "text", "value"), PATH)
def test_a_path_parameter_is_read_by_its_style(declared: Any, text: str, value: Any) -> None:
    assert parameter("path", **declared).find({"a": [text]}) == value


HEADER = [
    ({"schema": INTEGER}, [b"5"], 5),
    ({"schema": STRING}, [b"a%20b", b"c"], "a%20b, c"),
    ({"schema": LIST}, [b"1, 2", b"3"], [1, 2, 3]),
    ({"schema": COLOUR}, [b"R, 1, G,2"], {"R": 1, "G": 2}),
    ({"schema": COLOUR, "explode": True}, [b"R=1, G=2"], {"R": 1, "G": 2}),
    ({"content": {"application/json": {"schema": LIST}}}, [b"[1, 2]"], [1, 2]),
]


@pytest.mark.parametrize(("declared", "fields", "value"), HEADER)
def test_a_header_is_read_with_its_repetitions(declared: Any, fields: list[bytes], value: Any) -> None:
    joined = joined_fields([(b"a", field) for field in fields])
    assert parameter("header", **declared).find({"a": [joined[b"a"].decode()]}) == value


COOKIE = [
    ({"schema": INTEGER}, "a=5", 5),
    ({"schema": STRING}, 'prefs={"x": 1}; [b]=c; odd; a@b=1; a=x%20y=; c', "x y="),
    ({"schema": STRING}, 'a="q"; a=second', "q"),
    ({"schema": STRING, "style": "cookie"}, "a=x%20y", "x%20y"),
    ({"schema": LIST, "explode": False}, "a=1,2", [1, 2]),
    ({"schema": LIST}, "a=1; a=2", [1, 2]),
    ({"schema": LIST}, "a=1,2", [1, 2]),
    ({"schema": COLOUR}, "R=1; G=2; other=3", {"R": 1, "G": 2}),
    ({"schema": COLOUR, "explode": False}, "a=R,1", {"R": 1}),
]


@pytest.mark.parametrize(("declared", "header", "value"), COOKIE)
def test_a_cookie_is_found_beside_odd_ones(declared: Any, header: str, value: Any) -> None:
    assert parameter("cookie", **declared).find(cookie_texts(header)) == value


@pytest.mark.parametrize(
    ("place", "declared", "texts", "why"),
    [
        ("path", {"schema": INTEGER, "style": "label"}, {"a": ["5"]}, "does not start with `.`"),
        ("path", {"schema": INTEGER, "style": "matrix"}, {"a": ["a=5"]}, "does not start with `;`"),
        ("path", {"schema": INTEGER, "style": "matrix"}, {"a": [";b=5"]}, "is not written as `;a=value`"),
        ("path", {"schema": COLOUR}, {"a": ["R,1,G"]}, "a key without a value"),
        ("path", {"schema": COLOUR, "explode": True}, {"a": ["R=1,G"]}, "a key without a value"),
        ("query", {"schema": FREE, "style": "deepObject"}, {"a[b]": ["1"], "a[b][c]": ["2"]}, "and as an object"),
        ("query", {"schema": FREE, "style": "deepObject"}, {"a[b][c]": ["1"], "a[b]": ["2"]}, "and as an object"),
        ("query", {"schema": FREE, "style": "deepObject"}, {"a" + "[b]" * 17: ["1"]}, "more than 16 deep"),
        ("query", {"content": {"application/json": {}}}, {"a": ["{"]}, "is not JSON"),
    ],
)
def test_a_text_without_the_form_of_its_style_is_refused(place: str, declared: Any, texts: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why.replace("(", "\\(")):
        parameter(place, **declared).find(texts)


@pytest.mark.parametrize(
    ("schema", "value"),
    [(STRING, ""), ({"type": "boolean"}, True), ({"type": ["integer", "null"]}, None), (LIST, []), (INTEGER, ABSENT)],
)
def test_a_parameter_may_stand_without_a_value_where_that_is_allowed(schema: Any, value: Any) -> None:
    assert in_query({"schema": schema, "allowEmptyValue": True}, "a") == value
    assert in_query({"schema": schema, "allowEmptyValue": True}, "a=") == value


def test_a_map_over_the_query_takes_no_name_of_others() -> None:
    of = operation(
        {"name": "rest", "in": "query", "schema": MAP},
        {"name": "limit", "in": "query", "schema": INTEGER},
        {"name": "f", "in": "query", "style": "deepObject", "schema": FREE},
    )
    texts = query_texts(b"x=1&limit=2&f[y]=3")
    assert [it.find(texts, of.single_names) for it in of.parameters] == [{"x": 1}, 2, {"y": "3"}]
    assert of.reads_query("anything")
    assert not operation({"name": "c", "in": "query", "schema": COLOUR}).reads_query("anything")


@pytest.mark.parametrize(
    ("media", "schema", "query", "value"),
    [
        ("application/x-www-form-urlencoded", COLOUR, "R=1&name=x+y&z=2", {"R": 1, "name": "x y", "z": "2"}),
        ("application/json", COLOUR, "%7B%22R%22%3A1%7D", {"R": 1}),
        ("application/json", COLOUR, "", ABSENT),
    ],
)
def test_a_parameter_may_be_the_whole_query(media: str, schema: Any, query: str, value: Any) -> None:
    of = operation({"name": "a", "in": "querystring", "content": {media: {"schema": schema}}})
    [found] = of.parameters
    assert found.find(query_texts(query.encode())) == value
    assert of.reads_query("anything")


def test_headers_that_the_document_says_elsewhere_are_no_parameters() -> None:
    names = ("Accept", "content-type", "AUTHORIZATION", "X-Kind")
    declared = [{"name": name, "in": "header", "schema": STRING} for name in names]
    assert [it.name for it in operation(*declared).parameters] == ["X-Kind"]


@pytest.mark.parametrize(("query", "why"), [(b"a=%FF", "not UTF-8"), (b"\xff", "not UTF-8"), (b"a&" * 2_000, "2,000")])
def test_a_query_that_nobody_can_read_says_why(query: bytes, why: str) -> None:
    with pytest.raises(UnreadableQuery, match=why):
        query_texts(query)
