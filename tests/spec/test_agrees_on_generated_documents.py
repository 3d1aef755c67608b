"""On documents that nobody wrote, openapi-core decides as we do of a request's body and of an answer.

Each example is a document with one operation, whose body and answer have one schema, and a few values: made for the
schema, changed in one place, or of any kind. ``DISPUTED`` has the cases in which the two differ, with the reason; the
documents and values that are drawn keep out of them. SOPHIIE_TEST_EXAMPLES=100 tries a hundred times more.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from specimens import SIZE, chance, document, served

from mock_server.api.validation import RequestReader
from mock_server.errors import BadRequest, SpecError
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation

JSON = "application/json"
NAMES = ("a", "b", "c")

scalars = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 3), "maxLength": st.integers(3, 9), "enum": st.just(["x", "yy", "zzz"])},
    ),
    st.fixed_dictionaries({"type": st.just("string"), "pattern": st.sampled_from(["^[a-z]+", "b", "^[A-C]{2}[0-9]"])}),
    st.fixed_dictionaries({"type": st.just("string"), "format": st.sampled_from(["date", "uuid", "byte"])}),
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={"minimum": st.integers(-3, 3), "maximum": st.integers(3, 9), "format": st.just("int32")},
    ),
    st.fixed_dictionaries({"type": st.just("number")}, optional={"multipleOf": st.just(0.5), "maximum": st.just(7.5)}),
    st.just({"type": "boolean"}),
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    marks = st.fixed_dictionaries({}, optional={"readOnly": st.just(True), "writeOnly": st.just(True)}).filter(
        lambda marks: len(marks) < 2
    )
    properties = st.dictionaries(st.sampled_from(NAMES), st.builds(lambda part, mark: {**part, **mark}, inner, marks))
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": properties},
        optional={
            "required": st.lists(st.sampled_from(NAMES), unique=True, min_size=1),
            "additionalProperties": st.one_of(st.booleans(), inner),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(1, 4),
        },
    )


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sizes = {"minItems": st.integers(0, 2), "maxItems": st.integers(2, 4), "uniqueItems": st.booleans()}
    return st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional=sizes)


def _branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.builds(lambda word, ways: {word: ways}, st.sampled_from(["oneOf", "anyOf", "allOf"]), lists)


schemas = st.recursive(
    scalars, lambda inner: st.one_of(_objects(inner), _arrays(inner), _branches(inner)), max_leaves=6
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**31), 2**31), st.sampled_from(["", "x", "yy", "b", "AB1", "2026-01-01"])
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner), max_leaves=5
)


def _judges(root: dict[str, Any]) -> tuple[Operation, OpenAPI]:
    [operation] = served(root).operations.values()
    return operation, OpenAPI.from_dict(root, config=Config(spec_validator_cls=None))


def _root(node: Any, version: str, **others: Any) -> dict[str, Any]:
    content = {JSON: {"schema": {"$ref": "#/components/schemas/It"}}}
    answers = {"200": {"description": "", "content": content}}
    post = {"requestBody": {"required": True, "content": content}, "responses": answers}
    return document(
        {"/x": {"post": post}},
        version=version,
        servers=[{"url": "http://a"}],
        components={"schemas": {"It": node, **others}},
    )


def _ours(operation: Operation, value: Any) -> tuple[bool, bool]:
    """Our verdict on ``value`` as a request's body, and as an answer."""
    try:
        RequestReader(operation)([], b"", {b"content-type": JSON.encode()}, json.dumps(value).encode())
    except BadRequest:
        body = False
    else:
        body = True
    return body, bool(operation.success.schema and operation.success.schema.accepts(value))


def _theirs(core: OpenAPI, value: Any) -> tuple[bool, bool]:
    data = json.dumps(value).encode()
    request = MockRequest("http://a", "post", "/x", data=data, content_type=JSON)
    judges: tuple[Callable[[], object], ...] = (
        lambda: core.validate_request(request),
        lambda: core.validate_response(request, MockResponse(data, content_type=JSON)),
    )
    found = []
    for judge in judges:
        try:
            judge()
        except Exception:  # whatever it is called, it is a refusal
            found.append(False)
        else:
            found.append(True)
    return found[0], found[1]


@pytest.mark.slow
@given(
    node=schemas,
    version=st.sampled_from(["3.0.3", "3.1.0"]),
    nullable=st.booleans(),
    given=st.lists(values, min_size=3, max_size=6),
)
@settings(max_examples=40 * SIZE, deadline=None)
def test_the_verdicts_agree(node: Any, version: str, nullable: bool, given: list[Any]) -> None:
    root = _root({**node, "nullable": True} if nullable and version == "3.0.3" and "type" in node else node, version)
    operation, core = _judges(root)
    disputed = _one_way(node)
    for value in [*given, *_made(operation, given)]:
        if not disputed or (version == "3.0.3" and not disputed & _names(value)):
            assert _ours(operation, value) == _theirs(core, value), value


DISPUTED = [
    # "SHOULD NOT be sent" is no refusal: a client may send back the record that it got. openapi-core refuses it.
    ("3.0.3", {"properties": {"a": {"readOnly": True}}}, {"a": 1}, (True, True), (False, True)),
    ("3.0.3", {"properties": {"a": {"writeOnly": True}}}, {"a": 1}, (True, True), (True, False)),
    # 6.0 is the integer 6 to JSON Schema since draft 6; openapi-core reads 3.0 by the older rule.
    ("3.0.3", {"properties": {"a": {"type": "integer"}}}, {"a": 6.0}, (True, True), (False, False)),
    # In 3.1 openapi-core does not look at either word, and so requires what goes the other way only.
    ("3.1.0", {"required": ["a"], "properties": {"a": {"readOnly": True}}}, {}, (True, False), (False, False)),
    ("3.1.0", {"required": ["a"], "properties": {"a": {"writeOnly": True}}}, {}, (False, True), (False, False)),
]


@pytest.mark.parametrize(("version", "node", "value", "ours", "theirs"), DISPUTED)
def test_disagreements_are_still_there(version: str, node: Any, value: Any, ours: Any, theirs: Any) -> None:
    operation, core = _judges(_root({"type": "object", **node}, version))
    assert (_ours(operation, value), _theirs(core, value)) == (ours, theirs)


def _one_way(node: Any) -> set[str]:
    """The properties that are read only or write only, at any depth."""
    found: set[str] = set()
    if isinstance(node, dict):
        for name, part in node.get("properties", {}).items():
            found |= {name} if {"readOnly", "writeOnly"} & part.keys() else set()
        found = found.union(*map(_one_way, node.values()))
    if isinstance(node, list):
        found = found.union(*map(_one_way, node))
    return found


def _names(value: Any) -> set[str]:
    """The names in a value, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


def _made(operation: Operation, given: list[Any]) -> list[Any]:
    """Values for the schema, whole and with one part of them changed."""
    assert operation.success.schema is not None
    try:
        made = [generate(operation.success.schema, chance(n)) for n in range(2)]
    except SpecError:
        return []
    changed = [{**it, name: part} for it in made if isinstance(it, dict) for name in it for part in given[:2]]
    return [*made, *changed]
