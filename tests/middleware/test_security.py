"""Who is let in, as a document says: each kind of scheme, alone, together, one of several, or none at all."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import KEY, Answer, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.workspaces.plan import WorldPlan
from mock_server.world.recipe import load_recipe

OTHER, THIRD = "sk_test_mock_other", "sk_test_mock_third"
SCHEMES = {
    "bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "digest": {"type": "http", "scheme": "Digest"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Vendor-Pass"},
    "second": {"type": "apiKey", "in": "header", "name": "X-App"},
    "plain": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "query": {"type": "apiKey", "in": "query", "name": "app id"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "oauth": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example"},
    "tls": {"type": "mutualTLS"},
    "odd": {"type": "something"},
    "named": {"$ref": "#/components/securitySchemes/header"},
}
ASKED: dict[str, Any] = {
    **{name: [{name: []}] for name in SCHEMES},
    "none": [],
    "optional": [{"bearer": []}, {}],
    "optional-first": [{}, {"bearer": []}],
    "both": [{"bearer": [], "header": []}],
    "two-keys": [{"header": [], "second": []}],
    "either": [{"header": []}, {"basic": []}],
    "undeclared": [{"nobody": []}],
    "referred": [{"#/components/securitySchemes/header": []}],
}
NO = {"description": "no", "content": {"application/json": {"example": {"code": "NO_KEY"}}}}
OK = {"200": {"description": "ok", "content": {"application/json": {"example": {"fine": True}}}}}


def operation(security: Any, **answers: Any) -> dict[str, Any]:
    said = {} if security is None else {"security": security}
    return {"get": {**said, "responses": {**OK, **answers}}}


def served(folder: Path, paths: dict[str, Any], **more: Any) -> Starlette:
    spec = folder / "document.json"
    info = {"title": "t", "version": "1"}
    root = {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"securitySchemes": SCHEMES}, **more}
    spec.write_text(json.dumps(root))
    app = create_app(Settings(spec=str(spec), world="empty", quiet=True, rate_limit="off"))
    for name, key in (("other", OTHER), ("third", THIRD)):
        app.state.workspaces.create(name, WorldPlan(load_recipe("empty"), limit=0), [key])
    return app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    paths = {f"/{name}": operation(security) for name, security in ASKED.items()}
    paths["/only-403"] = operation([{"header": []}], **{"403": NO})
    paths["/ranged"] = operation([{"header": []}], **{"4XX": NO, "403": OK["200"]})
    paths["/own-401"] = operation([{"header": []}], **{"401": NO, "403": OK["200"]})
    return served(tmp_path_factory.mktemp("security"), paths)


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def sent(app: Starlette, path: str, *headers: tuple[str, str]) -> Answer:
    return ask(app, "GET", path, key=None, headers=headers)


def ways(key: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Every way in which a key is shown: the operation, the query, the headers."""
    token = [("Authorization", f"Bearer {key}")]
    return [
        *((name, "", token) for name in ("bearer", "oauth", "openid", "odd", "undeclared", "optional", "plain")),
        ("basic", "", [("Authorization", basic(key))]),
        ("basic", "", [("Authorization", basic("user", key))]),
        ("digest", "", [("Authorization", f'Digest username="{key}", realm="x"')]),
        ("digest", "", [("Authorization", f"digest {key}")]),
        ("header", "", [("X-Vendor-Pass", key)]),
        ("named", "", [("x-vendor-pass", key)]),
        ("referred", "", [("x-vendor-pass", key)]),
        ("plain", "", [("Authorization", key)]),
        ("plain", "", [("Authorization", f"Token {key}")]),
        ("plain", "", [("Authorization", f"AWS4-HMAC-SHA256 Credential={key}/20260101/x/s3, Signature=a")]),
        ("query", f"?app%20id={key}", []),
        ("query", f"?%61pp+id={key}", []),
        ("cookie", "", [("Cookie", f'odd={{"a": 1}}; sid={key}')]),
        ("both", "", [*token, ("X-Vendor-Pass", key)]),
        ("two-keys", "", [("X-App", key), ("X-Vendor-Pass", key)]),
        ("either", "", [("X-Vendor-Pass", key)]),
        ("either", "", [("Authorization", basic(key))]),
        ("optional-first", "", token),
        ("none", "", token),
    ]


@pytest.mark.parametrize(("path", "query", "headers"), ways(OTHER))
def test_a_key_opens_its_workspace_by_every_scheme(app: Starlette, path: str, query: str, headers: Any) -> None:
    before = len(app.state.workspaces.get("other").journal)
    answer = sent(app, f"/{path}{query}", *headers)
    assert (answer.status, answer.explain) == (200, "")
    assert len(app.state.workspaces.get("other").journal) == before + 1


@pytest.mark.parametrize(("path", "query", "headers"), ways(KEY))
def test_the_well_known_key_fits_every_scheme(app: Starlette, path: str, query: str, headers: Any) -> None:
    before = len(app.state.workspaces.get("default").journal)
    assert sent(app, f"/{path}{query}", *headers).status == 200
    assert len(app.state.workspaces.get("default").journal) == before + 1


@pytest.mark.parametrize("path", ["none", "optional", "optional-first", "tls"])
@pytest.mark.parametrize("headers", [[], [("Authorization", "Bearer nobodys")], [("Cookie", "sid=x")]])
def test_where_no_key_is_asked_for_anybody_comes_in(app: Starlette, path: str, headers: Any) -> None:
    before = len(app.state.workspaces.get("default").journal)
    assert sent(app, f"/{path}", *headers).status == 200
    assert len(app.state.workspaces.get("default").journal) == before + 1


@pytest.mark.parametrize(
    ("path", "headers", "why", "challenge"),
    [
        ("bearer", [], "no Authorization header; send `Authorization: Bearer sk_test_local`", ["Bearer"]),
        ("bearer", [("Authorization", basic(KEY))], "is not `Bearer <key>`", ["Bearer"]),
        (
            "basic",
            [],
            "no Authorization header; send the user name sk_test_local",
            ['Basic realm="api", charset="UTF-8"'],
        ),
        ("basic", [("Authorization", "Basic ???")], "is not `Basic <base64>`", ['Basic realm="api", charset="UTF-8"']),
        ("basic", [("Authorization", f"Bearer {KEY}")], "is not `Basic ...`", ['Basic realm="api", charset="UTF-8"']),
        ("basic", [("Authorization", basic("who"))], "opens no workspace", ['Basic realm="api", charset="UTF-8"']),
        ("digest", [], "send `Authorization: Digest sk_test_local`", ["Digest"]),
        ("header", [], "no API key in the header `X-Vendor-Pass`", ['ApiKey in="header", name="X-Vendor-Pass"']),
        ("header", [("Authorization", f"Bearer {KEY}")], "no API key in the header", None),
        ("header", [("X-Vendor-Pass", "x")], "opens no workspace here; send sk_test_local in the header", None),
        ("header", [("X-Vendor-Pass", KEY), ("X-Vendor-Pass", KEY)], "more than one API key", None),
        ("header", [("X-Vendor-Pass", "sk_live_abcdefgh")], "looks like a real key", None),
        ("query", [], "no API key in the query `app id`", ['ApiKey in="query", name="app id"']),
        ("cookie", [], "no API key in the cookie `sid`", None),
        ("both", [("Authorization", f"Bearer {KEY}")], "no API key in the header `X-Vendor-Pass`", None),
        ("both", [("X-Vendor-Pass", KEY)], "no Authorization header", None),
        ("either", [], "no API key in the header `X-Vendor-Pass`", None),
        ("two-keys", [("X-App", OTHER), ("X-Vendor-Pass", THIRD)], "open different workspaces", None),
    ],
)
def test_a_missing_or_wrong_key_is_401_and_says_what_to_send(
    app: Starlette, path: str, headers: Any, why: str, challenge: list[str] | None
) -> None:
    answer = sent(app, f"/{path}", *headers)
    assert answer.status == 401
    assert why in answer.explain
    assert answer.all("www-authenticate")
    assert challenge is None or answer.all("www-authenticate") == challenge


def test_a_key_of_a_workspace_goes_with_the_well_known_one(app: Starlette) -> None:
    before = len(app.state.workspaces.get("other").journal)
    assert sent(app, "/two-keys", ("X-App", KEY), ("X-Vendor-Pass", OTHER)).status == 200
    assert len(app.state.workspaces.get("other").journal) == before + 1


def test_a_refusal_has_the_documented_status_and_body(app: Starlette) -> None:
    own, ranged, other = sent(app, "/own-401"), sent(app, "/ranged"), sent(app, "/only-403")
    assert (own.status, own.json) == (401, {"code": "NO_KEY"})
    assert (ranged.status, ranged.json) == (401, {"code": "NO_KEY"})
    assert (other.status, other.json, other.all("www-authenticate")) == (403, {"code": "NO_KEY"}, [])


@pytest.mark.parametrize(
    ("root", "one", "two", "statuses"),
    [
        ({}, None, None, (200, 200, 404)),
        ({}, None, [{"bearer": []}], (200, 401, 404)),
        ({}, [{"header": []}], [{"bearer": []}], (401, 401, 401)),
        ({"security": [{"bearer": []}]}, None, [], (401, 200, 401)),
        ({"security": []}, None, [{"bearer": []}], (200, 401, 404)),
        ({"security": "bearer"}, None, None, (200, 200, 404)),
        ({"security": [None]}, None, None, (200, 200, 404)),
    ],
)
def test_a_path_that_is_not_there_asks_what_all_the_document_asks(
    tmp_path: Path, root: Any, one: Any, two: Any, statuses: tuple[int, ...]
) -> None:
    app = served(tmp_path, {"/one": operation(one), "/two": operation(two)}, **root)
    assert tuple(sent(app, path).status for path in ("/one", "/two", "/nowhere")) == statuses


def test_a_key_is_shown_nowhere_whatever_its_place_is_called(app: Starlette) -> None:
    secret = "hush%26hush"
    sent(app, f"/none?app%20id={secret}&q=a?b", ("X-Vendor-Pass", "hush-hush"), ("Cookie", "sid=hush-hush"))
    sent(app, f"/none?x=%41&%61pp+id={secret}", ("X-App", "hush-hush"))
    journal = ask(app, "GET", "/__admin/requests").body.decode()
    assert "app%20id=***" in journal
    assert "hush" not in journal


def test_a_key_in_the_query_is_no_parameter_that_is_ignored(app: Starlette) -> None:
    assert sent(app, f"/query?app+id={KEY}").explain == ""
    assert "app id" in sent(app, f"/none?app+id={KEY}").explain
