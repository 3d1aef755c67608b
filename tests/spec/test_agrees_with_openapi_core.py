"""The hot path decides as openapi-core does: every request and every answer, valid or not, on both documents.

Each operation gets a few dozen requests at each run of the suite; SOPHIIE_TEST_EXAMPLES=100 makes that thousands.
Where openapi-core is wrong, or reads a text that OpenAPI leaves open in its own way, the case stands in ``DISPUTED``
with an example, and the requests that are drawn keep out of it.
"""

import copy
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from specimens import OURS, SIZE, chance, served

from mock_server.api.validation import RequestReader
from mock_server.errors import BadRequest, NotFound, UnsupportedMediaType
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.spec.schema import Schema

JSON = "application/json"


def normalised(node: Any) -> Any:
    """A copy that openapi-core reads as it is meant.

    Python's `$` also admits a final line break; the one of JSON Schema's dialect does not. The other case that the
    notes on openapi-core name, a parameter with a list of types, does not occur in our documents (a test there).
    """
    if isinstance(node, list):
        return [normalised(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: re.sub(r"\$$", r"\\Z", value) if key == "pattern" and isinstance(value, str) else normalised(value)
        for key, value in node.items()
    }


@dataclass(frozen=True)
class Judges:
    """The two that have to agree on one document."""

    operations: dict[str, Operation]
    core: OpenAPI
    host: str


def judges(name: str) -> Judges:
    root = copy.deepcopy(dict(OURS[name]))
    core = OpenAPI.from_dict(normalised(root), config=Config(spec_validator_cls=None))
    return Judges(served(root).operations, core, root["servers"][0]["url"])


JUDGES = {name: judges(name) for name in OURS}
KEYS = [(name, key) for name, of in JUDGES.items() for key in of.operations]
each = pytest.mark.parametrize(("name", "key"), KEYS, ids=[key for _, key in KEYS])


@dataclass(frozen=True)
class Request:
    """Texts as they stand on the wire, before any encoding; ``body`` None for none at all."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    media: str = JSON


def we_accept(of: Judges, key: str, request: Request) -> bool:
    operation = of.operations[key]
    texts = [quote(request.path[each.name], safe="") for each in operation.path_parameters]
    headers = {b"content-type": request.media.encode()} if request.body is not None else {}
    try:
        RequestReader(operation)(texts, urlencode(request.query).encode(), headers, request.body or b"")
    except (BadRequest, NotFound, UnsupportedMediaType):
        return False
    return True


def core_request(of: Judges, key: str, request: Request) -> MockRequest:
    operation = of.operations[key]
    return MockRequest(
        of.host,
        operation.method,
        operation.path,
        path_pattern=operation.path,
        args=request.query,
        view_args=request.path,
        headers={"Authorization": "Bearer sk_test_local"},
        data=request.body,
        content_type=request.media,
    )


def core_accepts(of: Judges, key: str, request: Request) -> bool:
    return not list(of.core.iter_request_errors(core_request(of, key, request)))


# --- requests ---------------------------------------------------------------------------------------------------

ODD_TEXTS = [
    *("", "0", "1", "-1", "50", "100", "101", "007", "1.5", "1e2", "abc", "true", "null", "[]", "{}", "a,b", "1,2"),
    *("2147483647", "2147483648", "9" * 25, "ld_abc123", "ld abc", "ld/abc", "é", "a" * 64, "a" * 65, "ld_a\n"),
    *("CALL", "call", "external", "both", "%", "%2F", "&a=b", "LEAD_CREATED"),
]
ODD_VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 10**12, 1e300, "", "a", "ab", "a" * 300, "é", "a\n", "x\ty", "😀", [], {}),
    *([None], [""], ["a", "a"], {"a": 1}, {"": None}, {"id": 5}, "2026-03-04T05:06:07.089Z", "2026-03-04", "CALL"),
    *("a@example.com", "a@b", "+61255501234", "0255501234", "https://a.example/b", "ftp://a.example", "PHONE_NUMBER"),
]


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@st.composite
def texts(draw: st.DrawFn, schema: Schema) -> str:
    """Mostly right: a request has several, and one wrong text hides what becomes of the others."""
    if draw(st.integers(0, 3)):
        return text_of(generate(schema, chance(draw(st.integers(0, 99))), example=False))
    return draw(st.sampled_from(ODD_TEXTS))


def ways_into(node: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way, *(found for key, child in inner for found in ways_into(child, (*way, key)))]


@st.composite
def values(draw: st.DrawFn, schema: Schema) -> Any:
    """A value of ``schema``, changed at up to three places."""
    odd = st.sampled_from(ODD_VALUES).map(copy.deepcopy)
    value = copy.deepcopy(generate(schema, chance(draw(st.integers(0, 99))), example=draw(st.booleans())))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        *way, last = draw(st.sampled_from(ways_into(value))) or ("",)
        if last == "":
            value = draw(odd)
            continue
        place = value
        for step in way:
            place = place[step]
        if draw(st.booleans()):
            place[last] = draw(odd)
        elif isinstance(place, dict) and draw(st.booleans()):
            place[draw(st.sampled_from(["unknown", "id", "name", "email"]))] = place.pop(last)
        else:
            del place[last]
    return value


@st.composite
def requests(draw: st.DrawFn, operation: Operation) -> Request:
    path = {each.name: draw(texts(each.schema)) or "x" for each in operation.path_parameters}
    query = {
        each.name: draw(texts(each.schema))
        for each in operation.parameters
        if each.location == "query" and (draw(st.integers(0, 9)) if each.required else draw(st.booleans()))
    }
    if operation.body is None:
        return Request(path, query)
    media = draw(st.sampled_from([JSON] * 9 + ["application/json; charset=utf-8", "text/plain", "application/xml"]))
    if draw(st.integers(0, 9)):
        return Request(path, query, json.dumps(draw(values(operation.body))).encode(), media)
    return Request(path, query, draw(st.sampled_from([None, b"{", b"{}x", b"[1,]", b"{'a': 1}", b"nul", b'"a'])), media)


def can_be_refused(operation: Operation) -> bool:
    return bool(operation.bodies or operation.parameters)


@each
def test_requests_are_accepted_by_both_or_by_neither(name: str, key: str) -> None:
    of = JUDGES[name]
    seen: Counter[bool] = Counter()

    @settings(max_examples=(10 if can_be_refused(of.operations[key]) else 1) * SIZE)
    @given(requests(of.operations[key]))
    def agree(request: Request) -> None:
        ours = we_accept(of, key, request)
        seen[ours] += 1
        assert ours is core_accepts(of, key, request)

    agree()
    # Vacuous agreement would be none.
    assert seen[True]
    assert seen[False] or not can_be_refused(of.operations[key])


# --- answers ----------------------------------------------------------------------------------------------------


@each
def test_answers_are_accepted_by_both_or_by_neither(name: str, key: str) -> None:
    of = JUDGES[name]
    operation = of.operations[key]
    request = core_request(of, key, Request())
    seen: Counter[bool] = Counter()
    statuses = sorted(operation.responses)

    @settings(max_examples=4 * SIZE)
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        # The success is the one that matters; the errors share one schema.
        status = data.draw(st.sampled_from([operation.success.status] * 9 + statuses))
        schema = operation.responses[status].schema
        assert schema is not None
        value = data.draw(values(schema))
        response = MockResponse(json.dumps(value).encode(), status, {"X-RateLimit-Limit": "60"})
        ours = schema.accepts(value)
        seen[ours] += 1
        errors = [error for error in of.core.iter_response_errors(request, response) if "Header" not in repr(error)]
        assert ours is not bool(errors)

    agree()
    assert seen[True]


# --- where openapi-core is wrong, or another reading is as good --------------------------------------------------


@dataclass(frozen=True)
class Dispute:
    """``right`` is what we do; ``core`` does the opposite."""

    what: str
    why: str
    key: str
    request: Request
    right: bool


PAGES = "GET /v1/leads"
CREATE = "POST /v1/leads"
DISPUTED = [
    Dispute(
        "blanks around a number",
        "int() strips them; no JSON number has any",
        PAGES,
        Request(query={"page": " 1"}),
        False,
    ),
    Dispute("a line break after it", "the same", PAGES, Request(query={"page": "1\n"}), False),
    Dispute("a plus", "int() takes it; JSON does not", PAGES, Request(query={"page": "+1"}), False),
    Dispute("underscores", "a liberty of Python's source code", PAGES, Request(query={"page": "1_0"}), False),
    Dispute("digits of other scripts", "int() knows them all", PAGES, Request(query={"page": "٣"}), False),
    Dispute(
        "NaN",
        "no JSON (RFC 8259); json.loads takes it",
        CREATE,
        Request(body=b'{"firstName": "Avery", "x": NaN}'),
        False,
    ),
    Dispute("Infinity", "the same", CREATE, Request(body=b'{"firstName": "Avery", "x": -Infinity}'), False),
    Dispute(
        "half a surrogate pair",
        "no text can be made of it; RFC 8259 leaves open what becomes of it",
        CREATE,
        Request(body=b'{"firstName": "Avery", "x": "\\ud800"}'),
        False,
    ),
    Dispute(
        "another encoding",
        "JSON between systems is UTF-8 (RFC 8259 8.1); json.loads guesses",
        CREATE,
        Request(body='{"firstName": "Avery"}'.encode("utf-16")),
        False,
    ),
    Dispute(
        "an integer with a fraction of zero",
        "JSON Schema 2020-12 6.1.1: any number with a zero fractional part is an integer",
        PAGES,
        Request(query={"page": "1.0"}),
        True,
    ),
    Dispute(
        "a deep body",
        "bounded here, as by any real server",
        CREATE,
        Request(body=b'{"firstName": "Avery", "x": ' + b"[" * 120 + b"]" * 120 + b"}"),
        False,
    ),
    Dispute(
        "a byte order mark",
        "RFC 8259 8.1 lets a reader refuse it or pass over it",
        CREATE,
        Request(body=b'\xef\xbb\xbf{"firstName": "Avery"}'),
        False,
    ),
]
# Agreed on by both, whatever one might think: kept here so that the table above stays exact.
SURPRISING = [
    (PAGES, Request(query={"page": "007"}), True),
    (PAGES, Request(query={"leadId": ""}), True),
    ("GET /v1/appointments", Request(query={"leadId": ""}), False),
    (CREATE, Request(body=b'{"firstName": "Avery", "firstName": 5}'), False),
    (CREATE, Request(body=b'{"firstName": "Avery", "x": "\x7f"}'), True),
    (CREATE, Request(body=b'{"firstName": "Avery", "x": "\x1f"}'), False),
]


@pytest.mark.parametrize("case", DISPUTED, ids=lambda case: case.what)
def test_a_dispute_is_one_and_we_are_on_the_right_side(case: Dispute) -> None:
    assert we_accept(JUDGES["v1"], case.key, case.request) is case.right, case.why
    assert core_accepts(JUDGES["v1"], case.key, case.request) is not case.right, f"no longer disputed: {case.what}"


@pytest.mark.parametrize(("key", "request_", "accepted"), SURPRISING)
def test_what_looks_disputed_and_is_not(key: str, request_: Request, accepted: bool) -> None:
    assert we_accept(JUDGES["v1"], key, request_) is accepted
    assert core_accepts(JUDGES["v1"], key, request_) is accepted


OPEN = [
    ("yes", {"type": "boolean"}, "openapi-core takes y, yes, on, t and 1 for true; OpenAPI knows true and false"),
    ("True", {"type": "boolean"}, "and any case of them"),
    ("", {"type": "string"}, "openapi-core refuses an empty text unless the deprecated allowEmptyValue is set"),
    ("nan", {"type": "number"}, "no number at all; float() takes it"),
    ("9" * 400, {"type": "integer"}, "no number that JSON in use can carry"),
]


@pytest.mark.parametrize(("text", "schema", "why"), OPEN, ids=[repr(row[0][:8]) for row in OPEN])
def test_where_other_documents_would_differ(text: str, schema: Any, why: str) -> None:
    """Types that the parameters of our documents do not have."""
    parameter = {"name": "a", "in": "query", "schema": schema}
    root = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://a.example"}],
        "paths": {"/x": {"get": {"parameters": [parameter], "responses": {"200": {"description": ""}}}}},
    }
    of = Judges(
        served(root).operations, OpenAPI.from_dict(root, config=Config(spec_validator_cls=None)), "https://a.example"
    )
    request = Request(query={"a": text})
    assert we_accept(of, "GET /x", request) is not core_accepts(of, "GET /x", request), why
