"""Which operation a request means: fixed text, parameters beside it, and text that is percent-encoded."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import ask

from mock_server.api.routing import NOWHERE, Router
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.errors import MethodNotAllowed, NotFound
from mock_server.spec.compiler import operations
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse
from mock_server.spec.path_template import SegmentTemplate, is_like


def router(*paths: str, methods: tuple[str, ...] = ("get",)) -> Router:
    node: dict[str, Any] = {method: {"responses": {"204": {"description": ""}}} for method in methods}
    root = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": dict.fromkeys(paths, node)}
    return Router(Contract([parse(root, "doc")]).operations.values())


@pytest.mark.parametrize(
    ("declared", "asked", "values"),
    [
        ("/Calls/{Sid}.json", "/Calls/CA1.json", ["CA1"]),
        ("/Calls/{Sid}.json", "/Calls/a.json.json", ["a.json"]),
        ("/Calls/{Sid}.json", "/Calls/CA1%2Ejson", ["CA1"]),
        ("/test.{format}", "/test.html", ["html"]),
        ("/users/{name}:activate", "/users/jo:activate", ["jo"]),
        ("/users/{name}:activate", "/users/a%3Ab%3Aactivate", ["a%3Ab"]),
        ("/compare/{base}...{head}", "/compare/main...v1.2", ["main", "v1.2"]),
        ("/{name}.{ext}", "/a.tar.gz", ["a.tar", "gz"]),
        ("/{a}{b}", "/xyz", ["xy", "z"]),
        ("/Items(id='{id}')", "/Items(id='a%2Fb')", ["a%2Fb"]),
        ("/Items(id='{id}')", "/Items%28id%3D%27a%20b%27%29", ["a%20b"]),
        ("/Items(a={a},b='{b}')/$value", "/Items(a=1,b='x,b=')/$value", ["1", "x,b="]),
        ("/{a}-{b}-{c}/x", "/1-2-3-4/x", ["1-2", "3", "4"]),
        ("/a/{id}/b", "/a/x%2Fy/b", ["x%2Fy"]),
        ("/café/{id}", "/caf%C3%A9/%C3%A9", ["%C3%A9"]),
        ("/café/{id}", "/caf\xc3\xa9/\xc3\xa9", ["%C3%A9"]),
        ("/some path", "/some%20path", []),
        ("/some%20path", "/some%20path", []),
        ("/a%2Fb", "/a%2fb", []),
        ("/@me", "/%40me", []),
        ("/50%", "/50%25", []),
        ("/{id}%", "/7%25", ["7"]),
    ],
)
def test_a_path_is_found_with_its_parameters(declared: str, asked: str, values: list[str]) -> None:
    operation, found = router(declared).match("GET", asked)
    assert (operation.path, found) == (declared, values)
    assert len(operation.path_parameters) == len(values)


@pytest.mark.parametrize(
    ("declared", "asked"),
    [
        ("/Calls/{Sid}.json", "/Calls/.json"),
        ("/Calls/{Sid}.json", "/Calls/CA1.xml"),
        ("/Calls/{Sid}.json", "/Calls/CA1/x.json"),
        ("/{a}...{b}", "/...b"),
        ("/{a}...{b}", "/a..."),
        ("/{a}...{b}", "/a..b"),
        ("/{a}{b}", "/x"),
        ("/aba{x}bab", "/ababab"),
        ("/a/b", "/a%2Fb"),
        ("/a/b", "/a/B"),
        ("/a/b", "/a/%FF"),
        ("/a/{id}", "/a/"),
    ],
)
def test_a_path_that_does_not_fit_is_not_found(declared: str, asked: str) -> None:
    with pytest.raises(NotFound):
        router(declared).match("GET", asked)


ORDER = ("/{x}", "/{x}.{y}", "/{x}.json", "/a{x}.json", "/{x}..{y}", "/{x}...{y}", "/a.json", "/{x}:go", "/{x}:{y}")


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/a.json", "/a.json"),
        ("/ab.json", "/a{x}.json"),
        ("/b.json", "/{x}.json"),
        ("/b.xml", "/{x}.{y}"),
        ("/b...c", "/{x}...{y}"),
        ("/b..c", "/{x}..{y}"),
        ("/b:go", "/{x}:go"),
        ("/b:stop", "/{x}:{y}"),
        ("/b", "/{x}"),
        ("/%61.json", "/a.json"),
    ],
)
@pytest.mark.parametrize("declared", [ORDER, ORDER[::-1]])
def test_more_fixed_text_comes_first_in_any_order(declared: tuple[str, ...], asked: str, path: str) -> None:
    assert router(*declared).match("GET", asked)[0].path == path


def test_a_dead_end_leaves_no_values_behind() -> None:
    assert router("/{a}.{b}/x", "/{c}/y", "/n.m/z").match("GET", "/n.m/y")[1] == ["n.m"]


def test_paths_that_differ_in_names_only_share_what_they_have() -> None:
    get, put = ({method: {"responses": {"204": {"description": ""}}}} for method in ("get", "put"))
    paths = {"/a/{x}": get, "/a/{y}": put}
    root = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    table = Router(Contract([parse(root, "doc")]).operations.values())
    assert [table.match(method, "/a/1")[0].path for method in ("GET", "PUT")] == ["/a/{x}", "/a/{y}"]
    with pytest.raises(MethodNotAllowed):
        table.match("POST", "/a/1")


def test_an_operation_that_another_hides_is_listed() -> None:
    node = {"get": {"responses": {"204": {"description": ""}}}}
    root = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/{x}": node, "/a/{y}": node}}
    [problem] = operations(parse(root, "doc")).left_out
    assert "`/a/{x}`" in problem.what


@given(st.lists(st.text("ab.%2E", min_size=1, max_size=4), min_size=2, max_size=4))
def test_what_a_template_is_filled_with_fits_it(values: list[str]) -> None:
    template = SegmentTemplate("x".join(["{}"] * len(values)))
    found = template.values("x".join(values))
    assert found is not None
    assert "x".join(found) == "x".join(values)


def test_a_long_segment_costs_little() -> None:
    assert SegmentTemplate("x".join(["{}"] * 30) + "y").values("x" * 100_000) is None


@pytest.mark.parametrize(
    ("path", "url_path", "fits"),
    [
        ("/a/{}.json", "/a/1.json", True),
        ("/a/{}.json", "/a/1.xml", False),
        ("/a/{}", "/a/1.xml", True),
        ("/a b/{}", "/a%20b/1", True),
        ("/a/{}", "/a", False),
    ],
)
def test_a_pattern_of_the_control_plane_knows_such_paths(path: str, url_path: str, fits: bool) -> None:
    assert is_like(path, url_path) is fits


LOOK_UPS = ("route", "match", "methods")


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The look-ups of every router, as they happen."""
    seen: list[str] = []

    def counted(name: str) -> Any:
        original = getattr(Router, name)

        def look(self: Router, *asked: Any) -> Any:
            seen.append(name)
            return original(self, *asked)

        return look

    for name in LOOK_UPS:
        monkeypatch.setattr(Router, name, counted(name))
    return seen


def test_a_request_is_looked_up_once_whatever_becomes_of_it(looked_up: list[str]) -> None:
    app = create_app(Settings(world="small", rate_limit="8"))
    fault = {"request": {"urlPath": "/v1/faqs"}, "response": {"status": 503}}
    stub = {"request": {"urlPath": "/v1/policies"}, "response": {"status": 401}, "allowInvalid": True}
    for place, rule in (("faults", fault), ("mappings", stub)):
        assert ask(app, "POST", f"/__admin/{place}", body=orjson.dumps(rule)).status == 201
    statuses = []
    for method, path, key in [
        *[("GET", "/v1/leads", "sk_test_local")] * 2,  # the second answer is a remembered one
        ("POST", "/v1/leads", "sk_test_local"),
        ("DELETE", "/v1/leads", "sk_test_local"),
        ("GET", "/v1/faqs", "sk_test_local"),
        ("GET", "/v1/policies", "sk_test_local"),
        ("GET", "/v1/nothing", "sk_test_local"),
        ("HEAD", "/v1/leads", "sk_test_local"),
        ("GET", "/v1/leads", "sk_test_local"),
        ("GET", "/v1/leads", "sk_test_unknown"),
    ]:
        looked_up.clear()
        statuses.append(ask(app, method, path, key=key).status)
        assert looked_up == ["route"], (method, path)
    assert statuses == [200, 200, 400, 405, 503, 401, 404, 200, 429, 401]


def test_routes_that_are_remembered_are_bounded() -> None:
    table = router("/a/{id}")
    first = table.route("GET", b"/a/0")
    for number in range(3_000):
        assert table.route("GET", b"/a/%d" % number).texts == [str(number)]
        assert table.route("GET", b"/b/%d" % number) is NOWHERE
    assert len(table._known) <= 1_000
    assert table.route("GET", b"/a/0") == first
    assert table.route("GET", b"/a/" + b"x" * 600) not in table._known.values()
