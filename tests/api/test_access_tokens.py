"""The token that a document's own token endpoint or login answers opens the workspace that answered it."""

from typing import Any

import pytest
from starlette.applications import Starlette
from wire import KEY, Answer, ask

from mock_server.workspaces import workspace_index

TEXT = {"type": "string"}


def _json(schema: Any) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}, "401": {"description": ""}}


def _tokens(token: Any = TEXT) -> Any:
    named = {"access_token": token, "token_type": {"const": "Bearer"}}
    return {"type": "object", "required": list(named), "properties": named}


def _document(scheme: Any, path: str = "/oauth/token", token: Any = TEXT, **more: Any) -> dict[str, Any]:
    me = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
    return {
        "paths": {
            path: {"post": {"responses": _json(_tokens(token)), **more}},
            "/me": {"get": {"responses": _json(me)}},
        },
        "components": {"securitySchemes": {"login": scheme}},
        "security": [{"login": []}],
    }


def _oauth(url: str) -> dict[str, Any]:
    return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": {}}}}


BEARER = {"type": "http", "scheme": "bearer"}


def _serve(serve: Any, document: dict[str, Any]) -> Starlette:
    app: Starlette = serve(document.pop("paths"), **document)
    return app


def _me(app: Starlette, token: str) -> Answer:
    return ask(app, "GET", "/me", key=token)


@pytest.mark.parametrize(
    ("scheme", "path", "more"),
    [
        (_oauth("/oauth/token"), "/oauth/token", {"security": []}),
        (_oauth("https://api.example.com/oauth/token"), "/oauth/token", {"security": []}),
        (_oauth("token"), "/token", {"security": []}),
        (_oauth("/oauth/token"), "/oauth/token", {}),
        (BEARER, "/login", {"security": []}),
    ],
)
def test_a_token_that_was_answered_is_a_key(serve: Any, scheme: Any, path: str, more: Any) -> None:
    app = _serve(serve, _document(scheme, path, **more))
    first, second = (ask(app, "POST", path).json["access_token"] for _ in range(2))
    assert first != second
    assert [_me(app, token).status for token in (first, second, f"{first}x")] == [200, 200, 401]


@pytest.mark.parametrize(
    ("scheme", "path", "more"),
    [
        (BEARER, "/exchange", {}),  # it asks for a key, and no scheme names it
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, "/login", {"security": []}),
    ],
)
def test_a_field_of_that_name_in_another_answer_is_no_key(serve: Any, scheme: Any, path: str, more: Any) -> None:
    app = _serve(serve, _document(scheme, path, **more))
    headers = [("X-Key", KEY)]
    token = ask(app, "POST", path, headers=headers).json["access_token"]
    assert ask(app, "GET", "/me", key=token, headers=[("X-Key", token)]).status == 401


def test_a_token_in_the_form_that_the_document_wants_is_a_key(serve: Any) -> None:
    form = {**TEXT, "pattern": "^at_[a-f0-9]{20}$"}
    app = _serve(serve, _document(_oauth("/oauth/token"), token=form, security=[]))
    tokens = [ask(app, "POST", "/oauth/token").json["access_token"] for _ in range(2)]
    assert [token[:3] for token in tokens] == ["at_", "at_"]
    assert len({*tokens}) == 2
    assert _me(app, tokens[1]).status == 200


def test_the_oldest_of_many_tokens_ends(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_index, "MAX_TOKENS", 2)
    app = _serve(serve, _document(_oauth("/oauth/token"), security=[]))
    tokens = [ask(app, "POST", "/oauth/token").json["access_token"] for _ in range(3)]
    assert [_me(app, token).status for token in (*tokens, KEY)] == [401, 200, 200, 200]
