"""What cannot be served is refused: one line for each fault, with its place in the document and a remedy."""

from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from specimens import answering, document, ours, served

from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import base_path, load, parse

LEADS = "/paths/~1leads"
GET = f"{LEADS}/get"
OF_200 = f"{GET}/responses/200"
A = "#/components/schemas/A"
SCHEMA = f"{OF_200}/content/application~1json/schema"


def lead(**get: Any) -> dict[str, Any]:
    return document({"/leads": {"get": {**answering({"type": "object"}), **get}}})


def parameter(**node: Any) -> dict[str, Any]:
    return lead(parameters=[{"name": "a", "in": "query", "schema": {"type": "string"}, **node}])


def of_schema(schema: Any, **components: Any) -> dict[str, Any]:
    return document({"/leads": {"get": answering(schema)}}, components={"schemas": components})


def body(**node: Any) -> dict[str, Any]:
    return document({"/leads": {"post": {**answering({}), "requestBody": node}}})


POST = f"{LEADS}/post/requestBody"
PARAMETER = f"{GET}/parameters/0"

# What nobody writes at the top of a document, and it does no harm there.
_TOP: dict[str, Any] = {"$schema": "x", "$id": "http://[", "type": 5}

# (what is broken, where it is told, a part of cause and remedy)
BROKEN: list[tuple[str, Any, str, str]] = [
    # --- the document as a whole
    ("nothing at all", None, "", "the top level is nothing → give the document itself"),
    ("a list", [], "", "the top level is a list"),
    ("a text", "openapi: 3.1.0", "", "the top level is the text 'openapi: 3.1.0'"),
    (
        "no version",
        {"paths": {"/a": {}}},
        "/openapi",
        "no `openapi` version → serve an OpenAPI 3.0, 3.1 or 3.2 document",
    ),
    ("Swagger", {"swagger": "2.0", "paths": {}}, "/openapi", "no `openapi` version → convert it from Swagger 2.0"),
    ("a version to come", {"openapi": "4.0.0", "paths": {"/a": {}}}, "/openapi", "OpenAPI version `4.0.0` → serve"),
    ("an odd version", {"openapi": ["3.1.0"], "paths": {"/a": {}}}, "/openapi", "OpenAPI version `['3.1.0']`"),
    ("no paths", {"openapi": "3.1.0"}, "/paths", "no paths but nothing → a document without"),
    ("empty paths", document({}), "/paths", "no paths"),
    ("listed paths", {"openapi": "3.1.0", "paths": ["/a"]}, "/paths", "no paths but a list"),
    ("no operation", document({"/a": {"summary": "x"}}), "/paths", "no operations → add one"),
    # --- paths
    ("a path without its slash", document({"leads": {}}), "/paths/leads", "does not start with `/` → write `/leads`"),
    ("a path of nothing", document({"/leads": None}), LEADS, "a path item is not a mapping but nothing → write it as"),
    ("a listed path", document({"/leads": []}), LEADS, "a path item is not a mapping but a list"),
    (
        "a path with a query",
        document({"/a?b=c": {}}),
        "/paths/~1a?b=c",
        "a path with a query → declare query parameters",
    ),
    ("an open brace", document({"/a/{b": {}}), "/paths/~1a~1{b", "a brace that holds no parameter: `{b` → write"),
    ("no name in braces", document({"/a/x{}": {}}), "/paths/~1a~1x{}", "a brace that holds no parameter: `x{}`"),
    (
        "a path elsewhere",
        document({"/leads": {"$ref": "./leads.yaml"}}),
        f"{LEADS}/$ref",
        "a reference to another document",
    ),
    ("a path of no part", document({"/leads": {"$ref": "#/components/pathItems/L"}}), f"{LEADS}/$ref", "to nothing"),
    # --- operations
    ("an operation of nothing", document({"/leads": {"get": None}}), GET, "an operation is not a mapping but nothing"),
    ("an operation as text", document({"/leads": {"get": "x"}}), GET, "an operation is not a mapping but the text 'x'"),
    ("a listed operation", document({"/leads": {"get": [1]}}), GET, "an operation is not a mapping but a list"),
    # --- parameters
    ("parameters by name", lead(parameters={"a": {}}), f"{GET}/parameters", "parameters are a mapping → list them"),
    ("parameters of nothing", lead(parameters=None), f"{GET}/parameters", "parameters are nothing"),
    (
        "parameters of a path",
        document({"/leads": {"parameters": 1, "get": {}}}),
        f"{LEADS}/parameters",
        "parameters are 1",
    ),
    ("a parameter as text", lead(parameters=["a"]), PARAMETER, "a parameter is not a mapping but the text 'a'"),
    (
        "a nameless parameter",
        lead(parameters=[{"in": "query", "schema": {}}]),
        f"{PARAMETER}/name",
        "name is nothing → name",
    ),
    ("a boolean name", parameter(name=True), f"{PARAMETER}/name", "a parameter's name is true → name it, in quotes"),
    (
        "a parameter of nowhere",
        parameter(**{"in": None}),
        f"{PARAMETER}/in",
        "`a` is in nothing → write one of path, query",
    ),
    ("a body of old", parameter(**{"in": "body"}), f"{PARAMETER}/in", "parameter `a` is in the text 'body'"),
    (
        "a style of old",
        parameter(style="matrix"),
        f"{PARAMETER}/style",
        "`a` has the style the text 'matrix' → write one of",
    ),
    ("a listed style", parameter(style=["form"]), f"{PARAMETER}/style", "has the style a list"),
    ("content of nothing", parameter(content=None), f"{PARAMETER}/content", "content is not a mapping but nothing"),
    (
        "a parameter's schema as text",
        parameter(schema="string"),
        f"{PARAMETER}/schema",
        "a schema cannot be the text 'string'",
    ),
    (
        "a parameter elsewhere",
        lead(parameters=[{"$ref": "p.yaml#/a"}]),
        f"{PARAMETER}/$ref",
        "another document: p.yaml#/a →",
    ),
    (
        "a parameter of no part",
        lead(parameters=[{"$ref": "#/components/parameters/A"}]),
        f"{PARAMETER}/$ref",
        "to nothing",
    ),
    # --- bodies
    ("a body as text", document({"/leads": {"post": {"requestBody": "x"}}}), POST, "a request body is not a mapping"),
    ("a body's listed content", body(content=[]), f"{POST}/content", "content is not a mapping but a list"),
    (
        "a body's empty media",
        body(content={"a/b": None}),
        f"{POST}/content/a~1b",
        "a media type is not a mapping but nothing",
    ),
    (
        "a body's odd schema",
        body(content={"a/b": {"schema": 3}}),
        f"{POST}/content/a~1b/schema",
        "a schema cannot be 3",
    ),
    # --- answers
    ("listed answers", lead(responses=[{}]), f"{GET}/responses", "responses is not a mapping but a list"),
    ("an answer of nothing", lead(responses={"200": None}), OF_200, "a response is not a mapping but nothing"),
    (
        "an answer elsewhere",
        lead(responses={"200": {"$ref": "http://x.example/r"}}),
        f"{OF_200}/$ref",
        "bundle the document",
    ),
    ("content of nothing", lead(responses={"200": {"content": None}}), f"{OF_200}/content", "content is not a mapping"),
    (
        "media of nothing",
        lead(responses={"200": {"content": {"application/json": None}}}),
        f"{OF_200}/content/application~1json",
        "a media type is not a mapping",
    ),
    (
        "listed headers",
        lead(responses={"200": {"headers": []}}),
        f"{OF_200}/headers",
        "headers is not a mapping but a list",
    ),
    (
        "a header as text",
        lead(responses={"200": {"headers": {"A": "x"}}}),
        f"{OF_200}/headers/A",
        "a header is not a mapping",
    ),
    (
        "an example of no part",
        lead(responses={"200": {"content": {"application/json": {"examples": {"a": {"$ref": "#/b"}}}}}}),
        f"{OF_200}/content/application~1json/examples/a/$ref",
        "a reference to nothing: #/b",
    ),
    # --- references
    ("a reference to nothing", of_schema({"$ref": A}), f"{SCHEMA}/$ref", "nothing: #/components/schemas/A"),
    (
        "a reference outwards",
        of_schema({"$ref": "https://x.example/a.json"}),
        f"{SCHEMA}/$ref",
        "https://x.example/a.json → bundle",
    ),
    (
        "a reference to a file",
        of_schema({"$ref": "common.yaml#/A"}),
        f"{SCHEMA}/$ref",
        "another document: common.yaml#/A",
    ),
    ("a reference by id", of_schema({"$ref": "Lead"}), f"{SCHEMA}/$ref", "a reference to another document: Lead"),
    (
        "a reference to an anchor",
        of_schema({"$ref": "#lead"}),
        f"{SCHEMA}/$ref",
        "only references inside it and to files",
    ),
    ("a reference to it all", of_schema({"$ref": "#"}), f"{SCHEMA}/$ref", "a reference to another document: #"),
    ("a reference below the first", of_schema({"$ref": "#/paths/-1"}), f"{SCHEMA}/$ref", "a reference to nothing"),
    ("a reference into a text", of_schema({"$ref": "#/openapi/0"}), f"{SCHEMA}/$ref", "a reference to nothing"),
    (
        "a reference that is no text",
        of_schema({"$ref": 5}),
        f"{SCHEMA}/$ref",
        "`$ref` cannot be `5` → write the reference",
    ),
    (
        "a circle of two",
        of_schema({"$ref": A}, A={"$ref": "#/components/schemas/B"}, B={"$ref": A}),
        "/components/schemas/B/$ref",
        "a circle of references: #/components/schemas/A → let one of them",
    ),
    ("a circle of one", of_schema({"$ref": A}, A={"$ref": A}), "/components/schemas/A/$ref", "a circle of references"),
    (
        "a circle of branches",
        of_schema({"$ref": A}, A={"allOf": [{"$ref": A}]}),
        "/components/schemas/A",
        "a schema that contains itself → put a property or an item between them",
    ),
    (
        "branches without end",
        of_schema(
            {"$ref": "#/components/schemas/A0"},
            **{f"A{n}": {"allOf": [{"$ref": f"#/components/schemas/A{n + 1}"}]} for n in range(99)},
            A99={},
        ),
        "",
        "more than 64 schemas in one",
    ),
    # --- schemas
    (
        "a schema of nothing",
        of_schema(None),
        SCHEMA,
        "a schema cannot be nothing → write a mapping; `{}` admits everything",
    ),
    ("a schema as list", of_schema([]), SCHEMA, "a schema cannot be a list"),
    (
        "a type of no kind",
        of_schema({"type": "colour"}),
        f"{SCHEMA}/type",
        "`type` cannot be `colour` → choose among array, boolean",
    ),
    ("required numbers", of_schema({"required": [1]}), f"{SCHEMA}/required", "`required` cannot be `[1]`"),
    ("listed properties", of_schema({"properties": ["a"]}), f"{SCHEMA}/properties", "→ map names to schemas"),
    (
        "a property as text",
        of_schema({"properties": {"a": "string"}}),
        f"{SCHEMA}/properties/a",
        "cannot be the text 'string'",
    ),
    (
        "a property of nothing",
        of_schema({"properties": {"a/b": None}}),
        f"{SCHEMA}/properties/a~1b",
        "cannot be nothing",
    ),
    ("items as a list", of_schema({"items": [{}]}), f"{SCHEMA}/items", "a schema cannot be a list"),
    ("a branch of nothing", of_schema({"anyOf": [{}, None]}), f"{SCHEMA}/anyOf/1", "a schema cannot be nothing"),
    ("a length below 0", of_schema({"minLength": -1}), f"{SCHEMA}/minLength", "→ write a whole number from 0 up"),
    ("half an item", of_schema({"maxItems": 1.5}), f"{SCHEMA}/maxItems", "→ write a whole number from 0 up"),
    (
        "a pattern that does not close",
        of_schema({"pattern": "(["}),
        f"{SCHEMA}/pattern",
        "no regular expression: `([` →",
    ),
    ("a pattern that is no text", of_schema({"pattern": 5}), f"{SCHEMA}/pattern", "`pattern` cannot be `5`"),
    (
        "a name's pattern",
        of_schema({"patternProperties": {"([": {}}}),
        f"{SCHEMA}/patternProperties/([",
        "no regular expression",
    ),
    ("a format that is no text", of_schema({"format": 1}), f"{SCHEMA}/format", "→ write the name of a format"),
    ("listed dependents", of_schema({"dependentSchemas": [1]}), f"{SCHEMA}/dependentSchemas", "→ map names to schemas"),
    ("a negation of nothing", of_schema({"not": None}), f"{SCHEMA}/not", "a schema cannot be nothing"),
    (
        "a schema far below",
        of_schema({"$ref": A}, A={"items": {"properties": {"b": {"type": 1}}}}),
        "/components/schemas/A/items/properties/b/type",
        "`type` cannot be `1`",
    ),
]


@pytest.mark.parametrize(("root", "where", "told"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_document_is_refused_with_place_and_remedy(root: Any, where: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        served(root) if isinstance(root, dict) else parse(root, "doc")
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith(f"doc#{where}") and told in line], lines
    assert all(" → " in line for line in lines)


def test_the_table_is_worth_its_name() -> None:
    assert len(BROKEN) >= 60


def test_every_fault_has_a_line_of_its_own_and_is_told_once() -> None:
    root = document(
        {
            "/a": {
                "get": answering({"$ref": A}),
                "put": answering({"$ref": A}),
            },
            "/b": {"get": {"parameters": [{"name": "b", "in": "body"}, 7]}},
            "c": {},
        },
        components={"schemas": {"A": {"type": "colour", "required": [1], "properties": {"b": None}}}},
    )
    with pytest.raises(SpecError) as caught:
        served(root)
    assert [problem.where.removeprefix("doc#") for problem in caught.value.problems] == [
        "/paths/c",
        "/components/schemas/A/required",
        "/components/schemas/A/type",
        "/components/schemas/A/properties/b",
        "/paths/~1b/get/parameters/0/in",
        "/paths/~1b/get/parameters/1",
    ]


def test_a_fault_of_a_part_that_many_operations_share_is_told_once() -> None:
    shared = {"$ref": "#/components/parameters/P"}
    root = document(
        {path: {"get": {"parameters": [shared]}} for path in ("/a", "/b", "/c")}, components={"parameters": {"P": {}}}
    )
    with pytest.raises(SpecError) as caught:
        served(root)
    assert [problem.where for problem in caught.value.problems] == ["doc#/components/parameters/P/name"]


def test_a_document_full_of_faults_shows_the_first_twenty_and_counts_the_others() -> None:
    root = document({f"/{n}": {"get": None} for n in range(33)})
    with pytest.raises(SpecError) as caught:
        served(root)
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 13 more"


def test_the_faults_of_two_documents_are_told_apart() -> None:
    with pytest.raises(SpecError) as caught:
        served(document({"/a": None}), document({"/b": None}))
    assert [problem.where for problem in caught.value.problems] == ["doc#/paths/~1a", "1doc#/paths/~1b"]


# --- what is odd, and harmless ----------------------------------------------------------------------------------

ODD: list[tuple[str, dict[str, Any]]] = [
    ("descriptions of no kind", lead(description=None, summary=3, tags="Leads", deprecated="no", operationId=[])),
    ("tags of no kind", lead(tags={"a": 1})),
    ("links to nowhere", lead(responses={"200": {"description": None, "links": {"a": {"$ref": "#/nothing"}}}})),
    ("listed links", lead(responses={"200": {"links": []}})),
    ("callbacks of no kind", lead(callbacks=[1])),
    ("security of no kind", lead(security={"a": []})),
    ("extensions", lead(**{"x-a": {"$ref": "elsewhere.yaml"}})),
    ("an extension among the paths", document({"x-paths": [], "/a": {"get": {}}})),
    ("an extension of a path", document({"/a": {"x-get": 1, "get": {}}})),
    ("servers of no kind", document({"/a": {"get": {}}}, servers={"url": "/v1"})),
    ("listed servers of no kind", document({"/a": {"get": {}}}, servers=["https://a.example"])),
    ("a server that is no address", document({"/a": {"get": {}}}, servers=[{"url": "http://[a"}])),
    ("a server without address", document({"/a": {"get": {}}}, servers=[{"description": "here"}])),
    ("info of no kind", document({"/a": {"get": {}}}, info=None)),
    (
        "unused components in pieces",
        document({"/a": {"get": {}}}, components={"schemas": {"A": {"type": 5, "$ref": "x.yaml"}}}),
    ),
    ("listed components", document({"/a": {"get": {}}}, components=[])),
    ("broken webhooks", document({"/a": {"get": {}}}, webhooks={"W": {"post": {"requestBody": {"$ref": "x.yaml"}}}})),
    (
        "words of JSON Schema at the top",
        document({"/a": {"get": answering({})}}, **_TOP),
    ),
    ("a reference at the top", document({"/a": {"get": answering({})}}, **{"$ref": "x.yaml"})),
    ("a reference at the top, 3.0", document({"/a": {"get": answering({})}}, version="3.0.3", **{"$ref": "x.yaml"})),
    (
        "a schema's titles of no kind",
        of_schema({"title": 5, "description": None, "deprecated": "x", "xml": [], "example": {}}),
    ),
    ("a name twice in required", of_schema({"required": ["a", "a"]})),
    ("a type twice", of_schema({"type": ["string", "string"]})),
    ("unknown words", of_schema({"optional": True, "nullable": "yes", "unknown": {"$ref": "x.yaml"}})),
    ("an unknown format", of_schema({"type": "string", "format": "phone-number"})),
    ("a discriminator of no kind", of_schema({"discriminator": 5})),
    ("references in data", of_schema({"default": {"$ref": "x"}, "examples": [{"$ref": "x"}], "const": {"$ref": "x"}})),
    (
        "schemas that are true and false",
        of_schema({"properties": {"a": True, "b": False}, "additionalProperties": False}),
    ),
    ("identities", of_schema({"$id": "Lead", "$schema": "http://json-schema.org/draft-07/schema#", "$anchor": "a"})),
    ("no answers", document({"/a": {"get": {}}})),
    ("an answer by default", lead(responses={"default": {"description": "any"}})),
    ("codes of no kind", lead(responses={"ok": None, "700": None, "x-a": None, "200": {}})),
    ("an answer without a word", lead(responses={"204": {}})),
    ("media without a schema", lead(responses={"200": {"content": {"application/json": {}}}})),
    ("examples of no kind", lead(responses={"200": {"content": {"application/json": {"examples": ["a"]}}}})),
    ("an example of no kind", lead(responses={"200": {"content": {"application/json": {"examples": {"a": 5}}}}})),
    ("a body of no content", body()),
    ("a body without a schema", body(content={"application/json": {}})),
    ("a path parameter nobody declared", document({"/a/{b}": {"get": {}}})),
    ("a path parameter of no path", parameter(**{"in": "path"})),
    (
        "the vendor's optional path parameter",
        document({"/a/{b}": {"get": {"parameters": [{"name": "b", "in": "path", "required": False, "schema": {}}]}}}),
    ),
    ("a version without its last part", {**lead(), "openapi": "3.1"}),
    ("a version as a number", {**lead(), "openapi": 3.0}),
]


@pytest.mark.parametrize("root", [row[1] for row in ODD], ids=[row[0] for row in ODD])
def test_an_oddity_that_does_no_harm_is_served(root: dict[str, Any]) -> None:
    contract = served(root)
    assert contract.operations
    for operation in contract.operations.values():
        assert (operation.tag, operation.summary, operation.secured, operation.success, operation.body) is not None
    assert contract.published(contract.documents[0], "http://here")["servers"][0]["url"].startswith("http://here")


def test_a_document_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("openapi: 3.1.0\npaths:\n  /a:\n    get: 5\n")
    assert load(path).published == {"openapi": "3.1.0", "paths": {"/a": {"get": 5}}}
    with pytest.raises(SpecError) as caught:
        Contract([load(path)])
    assert_message(caught.value, FILE=path)


def test_a_file_that_is_no_document_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- a\n")
    with pytest.raises(SpecError) as refused:
        load(path)
    assert_message(refused.value, FILE=path)


def test_what_is_published_is_what_was_read() -> None:
    root = document(
        {"/a": {"get": {}}}, version="3.0.3", components={"schemas": {"A": {"type": "string", "nullable": True}}}
    )
    contract = served(root)
    published = contract.published(contract.documents[0], "http://here")
    assert published == {**root, "servers": [{"url": "http://here", "description": "This mock"}]}


def test_the_first_server_of_a_published_document_is_this_one() -> None:
    root = ours("v1")
    contract = served({**root, "servers": [{"url": "https://a.example/api/"}]})
    urls = [server["url"] for server in contract.published(contract.documents[0], "http://here")["servers"]]
    assert urls == ["http://here/api", "https://a.example/api/"]


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([{"url": "https://a.example/{v}/x", "variables": {"v": {"default": "v2"}}}], "/v2/x"),
        ([{"url": "/{v}", "variables": {"v": {"enum": ["v3", "v4"]}}}], "/v3"),
        ([{"url": "https://a.example/api/{v}/x"}], "/api"),
        ([{"url": "https://a.example/{v}", "variables": {"v": {}}}], ""),
        ([{"url": "{scheme}://{host}/v1", "variables": {"scheme": {"default": "https"}}}], "/v1"),
    ],
)
def test_a_server_variable_without_a_value_ends_the_path(servers: Any, base: str) -> None:
    root = document({"/a": {"get": answering({})}}, servers=servers)
    assert base_path(parse(root, "doc")) == base
    assert list(served(root).operations) == [f"GET {base}/a"]


def test_servers_of_an_operation_win_over_those_of_its_path() -> None:
    item = {
        "servers": [{"url": "/path"}],
        "get": answering({}, servers=[{"url": "https://b.example/own"}]),
        "put": answering({}),
    }
    assert list(served(document({"/a": item}, servers=[{"url": "/all"}])).operations) == ["GET /own/a", "PUT /path/a"]


def test_methods_of_openapi_3_2_are_served() -> None:
    item = {"query": answering({}), "additionalOperations": {"COPY": answering({}), "not one": answering({})}}
    assert list(served(document({"/a": item}, version="3.2.0")).operations) == ["QUERY /a", "COPY /a"]
