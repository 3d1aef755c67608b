"""Talk to the server as a client does: in process, or byte by byte over a socket; and what every refusal keeps."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from starlette.types import ASGIApp

from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.workspaces.workspace import Workspace
from mock_server.world.ids import rng

KEY = "sk_test_local"
TINY: dict[str, Any] = {
    "port": 0,
    "vendor": "sophiie",
    "world": "empty",
    "quiet": True,
    "spec": str(Path(__file__).with_name("tiny.json")),
}
"""Settings of a server that starts at once: it has leads, and nothing else."""
Pairs = Iterable[tuple[str, str]]
Tenant = Callable[..., tuple[Workspace, str]]


@dataclass(frozen=True)
class Answer:
    """``headers`` as they came, names in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given == name]

    def get(self, name: str) -> str:
        """The one header of this name; nothing when there is none."""
        found = self.all(name)
        assert len(found) < 2, f"{name} came {len(found)} times"
        return found[0] if found else ""

    @property
    def explain(self) -> str:
        return self.get("x-mock-explain")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    app: ASGIApp,
    method: str,
    target: str,
    *,
    key: str | None = KEY,
    body: bytes | Sequence[bytes] | None = None,
    headers: Pairs = (),
    host: str | None = "localhost",
) -> Answer:
    """One request in process. A ``body`` of several parts is streamed without a length; one of one part has its own."""
    return asyncio.run(answer_of(app, scope_of(method, target, key=key, body=body, headers=headers, host=host), body))


def scope_of(
    method: str,
    target: str,
    *,
    key: str | None = KEY,
    body: bytes | Sequence[bytes] | None = None,
    headers: Pairs = (),
    host: str | None = "localhost",
) -> dict[str, Any]:
    """The ASGI scope of a request, as uvicorn makes it."""
    path, _, query = target.partition("?")
    given = [(name.lower(), value) for name, value in headers]
    named = {name for name, _ in given}
    if host is not None:
        given.append(("host", host))
    if key is not None:
        given.append(("authorization", f"Bearer {key}"))
    if body is not None and "content-type" not in named:
        given.append(("content-type", "application/json"))
    if isinstance(body, bytes) and "content-length" not in named:
        given.append(("content-length", str(len(body))))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given],
        "server": ("127.0.0.1", 4747),
        "client": ("127.0.0.1", 50000),
    }


async def answer_of(app: ASGIApp, scope: dict[str, Any], body: bytes | Sequence[bytes] | None = None) -> Answer:
    """The answer of an application to one request, on whatever loop runs; every client in process goes through here."""
    parts = [body] if isinstance(body, bytes) else list(body or [b""])
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            await asyncio.Event().wait()  # a client that listens
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    assert all(name == name.lower() for name, _ in headers)
    return Answer(start["status"], headers, b"".join(message["body"] for message in rest))


def exchange(url: str, raw: bytes, *, timeout: float = 5.0) -> bytes:
    """Everything the server says to these bytes until it hangs up."""
    with connected(url, timeout) as client:
        client.sendall(raw)
        return until_closed(client)


def connected(url: str, timeout: float = 5.0) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout)


def until_closed(client: socket.socket) -> bytes:
    said = b""
    while part := client.recv(65536):
        said += part
    return said


def parsed(raw: bytes) -> Answer:
    """One answer as it stood on the wire, with a length of its own."""
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (text.partition(":") for text in lines)]
    answer = Answer(int(line.split()[1]), headers, body)
    assert int(answer.get("content-length")) == len(body) or not body
    return answer


def request(method: str, target: str, *, key: str | None = KEY, body: bytes = b"", headers: Pairs = ()) -> bytes:
    """A request for the wire; the connection ends with its answer."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def assert_envelope(answer: Answer, status: int, message: str | None = None) -> None:
    """The vendor's error body and nothing else in it: no pointer, no path, no reason of ours."""
    assert answer.status == status, (answer.status, answer.body, answer.explain)
    assert answer.get("content-type") == "application/json"
    assert answer.get("content-length") == str(len(answer.body))
    body = answer.json
    if set(body) == {"message"}:  # POST /v1/sms documents its 400 so (facts 3.10)
        assert isinstance(body["message"], str)
    else:
        assert body == {
            "success": False,
            "message": body["message"],
            "error": {"status": status, "message": body["error"]["message"]},
        }
    if message is not None:
        assert body["message"] == message


def target_of(operation: Operation) -> str:
    """A path and query that its contract admits; no record is there."""
    chance = rng(7, operation.key)
    values = {item.name: generate(item.schema, chance) for item in operation.parameters if item.required}
    path = operation.path
    for item in operation.path_parameters:
        path = path.replace(f"{{{item.name}}}", quote(str(values.pop(item.name)), safe=""))
    query = urlencode({item.name: values[item.name] for item in operation.parameters if item.name in values})
    return f"{path}?{query}" if query else path


def body_of(operation: Operation) -> bytes | None:
    """A body that its contract admits."""
    return json.dumps(generate(operation.body, rng(7, operation.key))).encode() if operation.body else None


def state_of(workspace: Workspace) -> dict[str, Any]:
    """All that a workspace keeps: records and events of every kind, and what it counted."""
    state = workspace.state
    records = {kind: [(row.id, row.record) for row in state.rows(kind)] for kind in state.kinds}
    return {"records": records, "counters": dict(state.counters)}
