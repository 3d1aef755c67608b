"""``/__admin/ui``: the page for browsers. Its files hold no data: scripts of it ask the other routes, as any client."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, ControlRefused
from mock_server.config.control_paths import PAGE

_FOLDER = Path(__file__).parent.parent / "ui"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_POLICY = (
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"),
    *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
)
HEADERS = {
    "content-security-policy": "; ".join(_POLICY),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
"""The header fields of every page: it loads nothing from anywhere else, runs no text as code, and is in no frame."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    files = {path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*") if path.suffix in _TYPES}

    async def show(request: Request) -> Response:
        """One file of the page; without a name its HTML."""
        name = request.path_params.get("file") or "index.html"
        if name not in files:
            raise ControlRefused(404, f"the page has no such file; it begins at {PAGE}")
        return page(request, files[name].read_bytes(), _TYPES[files[name].suffix])

    return [Route("/ui", show), Route("/ui/{file:path}", show)]


def page(request: Request, content: bytes, media_type: str) -> Response:
    """Answer with a file of a page, or with 304 if the browser has it already."""
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    headers = HEADERS | {"etag": mark}
    if mark in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
