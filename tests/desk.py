"""One workspace in process with its key: what a test of the control plane asks, and what the client sees of it."""

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from wire import Answer, ask

from mock_server.workspaces.workspace import Workspace

Tenant = Callable[..., tuple[Workspace, str]]


class Desk:
    """``admin`` speaks to the control routes of the workspace, ``get`` and ``post`` to the emulated API.

    Each request is a run of its own, as the control plane moves clocks and fails requests; a test of many calls of the
    API takes ``Api``, which keeps one event loop.
    """

    def __init__(self, app: Starlette, workspace: Workspace, key: str) -> None:
        self.app, self.workspace, self.key = app, workspace, key

    def admin(self, method: str, path: str, body: Any = None) -> Answer:
        given = None if body is None else json.dumps(body).encode()
        headers = [("x-mock-workspace", self.workspace.id)]
        return ask(self.app, method, f"/__admin{path}", key=None, body=given, headers=headers)

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

    def get(self, target: str = "/v1/leads?limit=1") -> Answer:
        return ask(self.app, "GET", target, key=self.key)

    def post(self, target: str, body: Any) -> Answer:
        return ask(self.app, "POST", target, key=self.key, body=json.dumps(body).encode())

    def records(self, kind: str) -> list[Any]:
        """Everything the workspace holds of a kind, oldest first."""
        return [row.record for row in self.workspace.state.rows(kind)]
