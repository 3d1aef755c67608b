"""A small document of somebody else's, served in process: what a test of its records needs and no more."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from wire import Answer, ask

from mock_server.app import create_app
from mock_server.config.settings import Settings

TEXT, COUNT, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}


def having(**properties: Any) -> dict[str, Any]:
    """The schema of an object with these properties."""
    return {"type": "object", "properties": properties}


def listing(schema: Any) -> dict[str, Any]:
    """The schema of an array."""
    return {"type": "array", "items": schema}


def operation(
    schema: Any = None, status: str = "200", *, body: Any = None, media: str = "application/json", **more: Any
) -> dict[str, Any]:
    """An operation that answers ``schema``; with ``body``, one that takes it."""
    answer: dict[str, Any] = {"description": ""}
    if schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}
    taken = {"requestBody": {"content": {media: {"schema": body}}}} if body is not None else {}
    return {**taken, "responses": {status: answer}, **more}


def query(*names: str, schema: Any = TEXT) -> Sequence[Mapping[str, Any]]:
    """Query parameters of one schema."""
    return [{"name": name, "in": "query", "schema": schema} for name in names]


class Foreign:
    """An application that serves a document of ``paths``."""

    def __init__(self, folder: Path, paths: Mapping[str, Any], **more: Any) -> None:
        root = {"openapi": "3.1.0", "info": {"title": "Theirs", "version": "1"}, "paths": paths, **more}
        spec = folder / "openapi.json"
        spec.write_text(json.dumps(root))
        self.app: Starlette = create_app(
            Settings(spec=str(spec), world="small", now="2026-03-04T05:06:07Z", rate_limit="off", self_check="all")
        )

    def ask(self, method: str, target: str, body: Any = None, media: str = "application/json") -> Answer:
        """Any answer."""
        raw = None if body is None else json.dumps(body).encode()
        headers = [("content-type", media)] if raw is not None else []
        return ask(self.app, method, target, body=raw, headers=headers)

    def good(self, method: str, target: str, body: Any = None, media: str = "application/json") -> Any:
        """The body of a success."""
        answer = self.ask(method, target, body, media)
        assert answer.status < 300, (method, target, answer.status, answer.body, answer.explain)
        return answer.json if answer.body else None

    def get(self, target: str) -> Any:
        """The body of a GET."""
        return self.good("GET", target)
