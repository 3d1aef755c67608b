"""The curl line of the first lines: with the key where the document wants it."""

from typing import Any

import pytest

from mock_server.cli.curl_example import curl_example
from mock_server.spec.contract import Contract
from mock_server.spec.document import parse

URL = "http://127.0.0.1:4747"


@pytest.mark.parametrize(
    ("scheme", "line"),
    [
        ({"type": "http", "scheme": "bearer"}, f'curl -H "Authorization: Bearer k" {URL}/a'),
        ({"type": "http", "scheme": "basic"}, f"curl -u k: {URL}/a"),
        ({"type": "http", "scheme": "Token"}, f'curl -H "Authorization: Token k" {URL}/a'),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, f'curl -H "X-Key: k" {URL}/a'),
        ({"type": "apiKey", "in": "query", "name": "api key"}, f'curl "{URL}/a?api%20key=k"'),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, f'curl -b "sid=k" {URL}/a'),
        ({"type": "mutualTLS"}, f"curl {URL}/a"),
        (None, f"curl {URL}/a"),
    ],
)
def test_the_example_shows_the_key_as_the_document_asks(scheme: Any, line: str) -> None:
    answers = {"responses": {"204": {"description": ""}}}
    root: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": answers}},
    }
    if scheme:
        root |= {"security": [{"s": []}], "components": {"securitySchemes": {"s": scheme}}}
    assert curl_example(Contract([parse(root, "doc")]), URL, "k") == line
