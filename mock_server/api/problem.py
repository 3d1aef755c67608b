"""Errors of the control plane (RFC 9457)."""

from difflib import get_close_matches
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from mock_server.support.exact_json import write_json


def problem(status: int, detail: str, **more: object) -> Response:
    """An answer that says what is wrong and what to do; ``more`` are further members, as a JSON pointer."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Response(write_json(body), status, media_type="application/problem+json")


async def from_starlette(request: Request, error: Exception) -> Response:
    """Turn an error of Starlette's own into a problem: an unknown route, a wrong method.

    Paths are not repeated: a key may be in one.
    """
    if not isinstance(error, HTTPException):
        return problem(500, "a bug of the mock; its log has the traceback")
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    meant = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    if not meant:
        return problem(error.status_code, _near(request.url.path, [route.path for route in routes]))
    nearest = min(meant, key=lambda route: len(route.param_convertors)).path  # `/faults/heal` before `/faults/{id}`
    # A kind may have slashes in it, so `/records/leads/notes` can be a kind and a record.
    alike = [route for route in meant if route.path == nearest or ":path" in nearest]
    allowed = ", ".join(sorted({name for route in alike for name in route.methods or ()}))
    answer = problem(error.status_code, f"this path has {allowed}")
    answer.headers["allow"] = allowed
    return answer


async def refuse_closed_client(request: Request, error: Exception) -> Response:
    """Refuse a request whose client has closed its side: its body is not whole, or it waits for something to happen."""
    return problem(400, "the client closed its side of the connection; keep it open until the answer is there")


def _near(path: str, paths: list[str]) -> str:
    near = get_close_matches(path[:200].removeprefix("/__admin"), paths, 1)
    return f"no such path; did you mean /__admin{near[0]} ?" if near else "no such path in the control plane"
