"""A request in the form in which request patterns see it, before it is validated."""

from urllib.parse import parse_qsl

from starlette.types import Scope

from mock_server.api.exchange import Exchange
from mock_server.api.request_body import BODY
from mock_server.errors import ApiError
from mock_server.stubbing.request_pattern import Body, PatternRequest
from mock_server.support.text import header_text
from mock_server.support.url_path import canonical_path


def pattern_request(scope: Scope, exchange: Exchange) -> PatternRequest:
    """The request of an exchange as patterns compare it, with its whole body."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    key = exchange.operation.key if exchange.operation else None
    path = canonical_path(header_text(scope["raw_path"]))
    raw = scope.get(BODY)
    body = Body(raw if isinstance(raw, bytes) else b"", cut=isinstance(raw, ApiError))
    return PatternRequest(scope["method"], path, pairs, body, key)
