"""Errors of the control plane (RFC 9457)."""

from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


def problem(status: int, detail: str, **more: object) -> Response:
    """An answer that says what is wrong and what to do; ``more`` are further members, as a JSON pointer."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(body), status, media_type="application/problem+json")


def from_starlette(request: Request, error: Exception) -> Response:
    """What Starlette raises itself: an unknown route, a wrong method."""
    if not isinstance(error, HTTPException):
        return problem(500, "a bug of the mock; its log has the traceback")
    answer = problem(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    answer.headers.update(error.headers or {})
    return answer
