"""The command that shows a finding again puts the key where the document wants it."""

import pytest

from contracts.spec.security import BEARER, Scheme
from contracts.transport.exchange import Exchange


@pytest.mark.parametrize(
    ("schemes", "shown"),
    [
        ((), '-H "Authorization: Bearer $KEY"'),
        ((BEARER,), '-H "Authorization: Bearer $KEY"'),
        ((Scheme("header", "X-Key"),), '-H "X-Key: $KEY"'),
        ((Scheme("header", "Authorization", "Token"),), '-H "Authorization: Token $KEY"'),
        ((Scheme("header", "Authorization", "basic"),), '-u "$KEY:"'),
        ((Scheme("query", "key"),), '--url-query "key=$KEY"'),
        ((Scheme("cookie", "sid"), Scheme("header", "X-App")), '-b "sid=$KEY" -H "X-App: $KEY"'),
    ],
)
def test_a_command_has_the_key_where_the_document_wants_it(schemes: tuple[Scheme, ...], shown: str) -> None:
    sent = {"authorization": "Bearer sk_test_local"}
    exchange = Exchange("GET", "http://a.example/b", sent, b"", 200, {}, b"", schemes=schemes)
    assert exchange.curl({"sk_test_local": "KEY"}) == f"curl -sS {shown} http://a.example/b"
