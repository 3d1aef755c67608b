"""An event is sent by the method that the document has for it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer

Arrived = Queue[tuple[str, str, Any]]
TEXT = {"type": "string"}


@pytest.fixture
def receiver() -> Iterator[tuple[str, Arrived]]:
    """The address of a server that takes every method, and what arrives there."""
    arrived: Arrived = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            arrived.put((self.command, self.path, json.loads(body)))
            self.send_response(204)
            self.end_headers()

        do_POST = do_PUT = do_PATCH = answer

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}", arrived
        server.shutdown()


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_callback_is_sent_by_its_documented_method(
    method: str, receiver: tuple[str, Arrived], tmp_path: Path
) -> None:
    url, arrived = receiver
    done = {"type": "object", "properties": {"id": TEXT, "format": TEXT}, "required": ["id", "format"]}
    asked = {"type": "object", "properties": {"format": TEXT, "to": TEXT}, "required": ["format", "to"]}
    answers = {"202": {"description": "", **content(done)}}
    callback = {method: {"requestBody": content(done), "responses": {"204": {"description": ""}}}}
    export = {
        "requestBody": content(asked),
        "responses": answers,
        "callbacks": {"done": {"{$request.body#/to}": callback}},
    }
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/exports": {"post": export}}}
    (tmp_path / "exports.json").write_text(json.dumps(root))
    settings = Settings(port=0, quiet=True, spec=str(tmp_path / "exports.json"))
    with MockServer(settings) as server:
        made = httpx.post(f"{server.url}/exports", json={"format": "csv", "to": f"{url}/here"}, trust_env=False)
        assert made.status_code == 202
        assert arrived.get(timeout=5) == (method.upper(), "/here", made.json())
