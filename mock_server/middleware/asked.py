"""A request as patterns see it, before anything has been validated."""

from urllib.parse import parse_qsl

from starlette.types import Scope

from mock_server.api.routing import Router
from mock_server.errors import ApiError
from mock_server.matching import Asked
from mock_server.spec.operation import Operation


def asked(scope: Scope, router: Router, body: object = None) -> tuple[Asked, Operation | None]:
    """The request, and the operation that it means, if it means one."""
    try:
        operation, _ = router.match(scope["method"], scope["raw_path"].decode("latin-1"))
    except ApiError:
        operation = None
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    key = operation.key if operation else None
    return Asked(scope["method"], scope["path"], pairs, body, key), operation
