"""``/__admin/ui``: the page for browsers. Its files hold no data: scripts of it ask the other routes, as any client."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, ControlRefused
from mock_server.api.web_page import page
from mock_server.config.control_paths import PAGE

_FOLDER = Path(__file__).parent.parent / "ui"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


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
