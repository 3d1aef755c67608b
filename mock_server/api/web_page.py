"""Pages for browsers: the header fields that each of them has, and an answer that a browser need not load twice."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

_POLICY = (
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"),
    *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
)
_HEADERS = {
    "content-security-policy": "; ".join(_POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
"""A page loads nothing from anywhere else, runs no text as code, and is in no frame."""


def page(request: Request, content: bytes, media_type: str) -> Response:
    """Answer with a file of a page, or with 304 if the browser has it already."""
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    headers = _HEADERS | {"etag": mark}
    if mark in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
