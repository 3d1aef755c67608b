"""Where a client puts its key for a document: in the places that the operations ask for."""

import base64
import json
from typing import Any

import pytest

from mock_server.spec.document import parse
from mock_server.spec.key_places import key_places
from mock_server.spec.security import security_of

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "token": {"type": "http", "scheme": "Token"},
    "oauth": {"type": "oauth2", "flows": {}},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "k"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "own": {"type": "apiKey", "in": "header", "name": "authorization"},
    "tls": {"type": "mutualTLS"},
}
BASIC = "Basic " + base64.b64encode(b"key:").decode()


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ([], {"headers": {"Authorization": "Bearer key"}}),
        (["tls"], {"headers": {"Authorization": "Bearer key"}}),
        (["oauth"], {"headers": {"Authorization": "Bearer key"}}),
        (["basic"], {"headers": {"Authorization": BASIC}}),
        (["token"], {"headers": {"Authorization": "Token key"}}),
        (["header"], {"headers": {"X-Key": "key"}}),
        (["query"], {"query": {"k": "key"}}),
        (["cookie"], {"cookies": {"sid": "key"}}),
        (["own"], {"headers": {"authorization": "key"}}),
        (["basic", "bearer", "basic", "own", "query"], {"headers": {"Authorization": BASIC}, "query": {"k": "key"}}),
    ],
)
def test_a_key_is_shown_where_the_operations_ask_for_it(asked: list[str], places: dict[str, Any]) -> None:
    root = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {}}, "components": {"securitySchemes": SCHEMES}}
    document = parse(json.loads(json.dumps(root)), "openapi.json")
    found = key_places([security_of(document, {"security": [{name: []}]}) for name in asked], "key")
    assert {name: part for name, part in found.items() if part} == places
