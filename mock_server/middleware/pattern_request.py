"""A request as patterns see it, before anything has been validated."""

from urllib.parse import parse_qsl

from starlette.types import Scope

from mock_server.api.request_body import BODY
from mock_server.api.routing import Router
from mock_server.errors import ApiError
from mock_server.spec.operation import Operation
from mock_server.stubbing.request_pattern import Body, PatternRequest
from mock_server.support.text import header_text
from mock_server.support.url_path import canonical_path


def asked(scope: Scope, router: Router) -> tuple[PatternRequest, Operation | None]:
    """The request, and the operation that it means, if it means one."""
    try:
        operation, _ = router.match(scope["method"], scope["raw_path"].decode("latin-1"))
    except ApiError:
        operation = None
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    path, key = canonical_path(header_text(scope["raw_path"])), operation.key if operation else None
    raw = scope.get(BODY)
    body = Body(raw if isinstance(raw, bytes) else b"", cut=isinstance(raw, ApiError))
    return PatternRequest(scope["method"], path, pairs, body, key), operation
