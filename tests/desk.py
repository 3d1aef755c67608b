"""One workspace in process with its key: what its client sees of the API, and what its control plane says and does."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from wire import Answer, answer_of, scope_of

from mock_server.store.base import Row
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.workspace import Workspace

Tenant = Callable[..., tuple[Workspace, str]]


@dataclass
class Desk:
    """``ask`` gives any answer of the API; ``get`` and friends the body of a success, and fail on anything else.

    ``admin`` and ``done`` do the same for the control routes of the workspace. A test of many calls gives a ``loop``,
    which costs less than a loop for each request.
    """

    app: Starlette
    workspace: Workspace
    key: str
    loop: asyncio.AbstractEventLoop | None = None

    def ask(self, method: str = "GET", path: str = "/v1/leads?limit=1", body: Any = None, **query: Any) -> Answer:
        return self._answer(method, f"{path}?{urlencode(query, doseq=True)}" if query else path, body, self.key)

    def good(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.ask(method, path, body, **query)
        assert answer.status in (200, 201), (method, path, body, answer.status, answer.body, answer.explain)
        return answer.json

    def get(self, path: str, **query: Any) -> Any:
        return self.good("GET", path, **query)

    def post(self, path: str, body: Any) -> Any:
        return self.good("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self.good("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Any:
        return self.good("DELETE", path, body)

    def refused(self, status: int, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """An answer of this status, after which everything is as it was before."""
        before = snapshot(self.workspace.state)
        answer = self.ask(method, path, body, **query)
        assert answer.status == status, (method, path, body, answer.status, answer.body, answer.explain)
        assert snapshot(self.workspace.state) == before, f"{method} {path} was refused and has changed something"
        return answer

    def all(self, path: str, **query: Any) -> list[Any]:
        """Every item of a list, page by page."""
        return [item for page in self.pages(path, **query) for item in items(page)]

    def pages(self, path: str, limit: int = 100, **query: Any) -> Iterator[Any]:
        page = 1
        while True:
            answer = self.get(path, page=page, limit=limit, **query)
            yield answer
            if page >= answer["totalPages"]:
                return
            page += 1

    def admin(self, method: str, path: str, body: Any = None) -> Answer:
        return self._answer(method, f"/__admin{path}", body, None, ("x-mock-workspace", self.workspace.id))

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a control route that went well."""
        answer = self.admin(method, path, body)
        assert answer.status < 300, answer.body
        return answer.json

    def fault(self, response: dict[str, Any], **rule: Any) -> Any:
        return self.done("POST", "/faults", {"response": response, **rule})

    def simulate(self, kind: str, **more: Any) -> Any:
        return self.done("POST", "/simulate", {"kind": kind, **more})

    def advance(self, seconds: float) -> Any:
        return self.done("POST", "/clock/advance", {"seconds": seconds})

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """Everything that the workspace holds of a kind, hidden fields included, oldest first."""
        return [row.record for row in self.workspace.state.rows(kind)]

    def events(self) -> list[Mapping[str, Any]]:
        return self.records("$events")

    def _answer(self, method: str, target: str, body: Any, key: str | None, *headers: tuple[str, str]) -> Answer:
        raw = None if body is None else json.dumps(body).encode()
        answer = answer_of(self.app, scope_of(method, target, key=key, body=raw, headers=headers), raw)
        return asyncio.run(answer) if self.loop is None else self.loop.run_until_complete(answer)


def items(page: Mapping[str, Any]) -> list[Any]:
    """The one array of a page."""
    (found,) = [value for value in page.values() if isinstance(value, list)]
    return found


def snapshot(state: WorkspaceState) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """Rows are never changed in place, so equal rows are equal content."""
    return {kind: list(state.rows(kind)) for kind in state.kinds if state.rows(kind)}, dict(state.counters)
