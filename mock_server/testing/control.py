"""The control plane as a test calls it, and how a test means a request."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from mock_server.world.clock import stamp


class Refused(Exception):
    """The control plane did not do what was asked of it."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = problem
        super().__init__("\n".join(_lines(problem)))


class Control:
    """The control plane, for one workspace where ``workspace`` names one. Raises Refused."""

    def __init__(self, http: httpx.Client, workspace: str = "") -> None:
        self._http = http
        self._headers = {"x-mock-workspace": workspace} if workspace else {}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, f"/__admin{path}", json=body, headers=self._headers)
        if answer.is_success:
            return answer.json()
        is_json = "json" in answer.headers.get("content-type", "")
        raise Refused(answer.json() if is_json else {"detail": answer.text or f"{method} {path}: {answer.status_code}"})


def pattern(request: str, query: Mapping[str, Any] | None = None, body: Any = None) -> dict[str, Any]:
    """A request pattern from ``GET /v1/leads`` or an operation's key, narrowed by ``query`` and ``body``."""
    method, _, path = request.partition(" ")
    meant = {"operation": request} if "{" in path else {"method": method, "urlPath": path}
    found: dict[str, Any] = dict(meant)
    if query:
        found["queryParameters"] = {name: {"equalTo": str(value)} for name, value in query.items()}
    if body is not None:
        found["bodyPatterns"] = [{"equalToJson": body, "ignoreExtraElements": True}]
    return found


def plain(value: Any) -> Any:
    """Times as the control plane reads them; a trailing underscore is for names that Python keeps (``from_``)."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Mapping):
        return {name.rstrip("_"): plain(inner) for name, inner in value.items()}
    return value


def _lines(problem: Mapping[str, Any]) -> Iterator[str]:
    """A refusal as a person reads it."""
    yield str(problem.get("detail", "refused")) + (f" (at {problem['pointer']})" if problem.get("pointer") else "")
    for miss in problem.get("nearMisses", ()):
        name = f"{miss['id']} {miss['request']}" if "id" in miss else f"delivery {miss['number']}"
        yield f"  nearest: {name}"
        yield from (f"    {difference}" for difference in miss["differences"])
    for line in problem.get("deliveries", ()):
        yield f"  {line}"
