"""A stand-in of another API: ids that are numbers, cursors, PATCH, 204, gzip; learned, corrected and replayed."""

import gzip
import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from recording import Answer, Seen
from test_proxy import proxied

from contracts.learn.observed_file import Learned, learn, save_observed
from contracts.learn.recording_replay import ReplayResult, replay_recording
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.recording_file import to_text
from contracts.spec.document import Contract, load
from contracts.spec.overlaid import load_overlaid
from contracts.transport.target import Target, mock

pytestmark = pytest.mark.slow

CANARY = "Canary7f3a"
TEXT, COUNT, MOMENT = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}
ORDER = {
    "type": "object",
    "required": ["id", "state", "amount", "created_at", "buyer"],
    "properties": {
        "id": COUNT, "state": {"type": "string", "enum": ["open", "paid"]}, "amount": {"type": "number"},
        "created_at": MOMENT, "note": {"type": ["string", "null"]}, "lines": {"type": "array", "items": COUNT},
        "buyer": {"oneOf": [{"$ref": "#/components/schemas/Person"}, {"$ref": "#/components/schemas/Firm"}]},
    },
}  # fmt: skip
PERSON = {"type": "object", "required": ["kind", "name"],
          "properties": {"kind": {"const": "person"}, "name": TEXT, "age": COUNT}}  # fmt: skip
FIRM = {"type": "object", "required": ["kind", "firm"], "properties": {"kind": {"const": "firm"}, "firm": TEXT}}
REF = {"$ref": "#/components/schemas/Order"}
PAGE = {"type": "object", "required": ["data"], "properties": {
    "data": {"type": "array", "items": REF}, "next_cursor": {"type": ["string", "null"]}}}  # fmt: skip


def answers(**bodies: Any) -> dict[str, Any]:
    found = {}
    for status, schema in bodies.items():
        content = {"content": {"application/json": {"schema": schema}}} if schema else {}
        found[status.removeprefix("s")] = {"description": "", **content}
    return {"responses": found}


def taking(*required: str) -> dict[str, Any]:
    schema = {**ORDER, "required": [*required]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


ID: dict[str, Any] = {"parameters": [{"name": "number", "in": "path", "required": True, "schema": COUNT}]}
CURSOR = [{"name": name, "in": "query", "schema": schema} for name, schema in (("cursor", TEXT), ("size", COUNT))]
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "3"},
    "security": [{"key": []}],
    "components": {
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Order": ORDER, "Person": PERSON, "Firm": FIRM},
    },
    "paths": {
        "/orders": {
            "get": {"parameters": CURSOR, **answers(s200=PAGE)},
            "post": {**taking("state", "amount"), **answers(s201=REF, s400=None)},
        },
        "/orders/{number}": {
            **ID,
            "get": answers(s200=REF, s404=None),
            "patch": {**taking(), **answers(s200=REF, s404=None)},
            "delete": answers(s204=None, s404=None),
        },
    },
}


def each(value: Any, **changed: Any) -> Any:
    return {**value, "data": [{**row, **changed} for row in value["data"]]}


class Shop:
    """The mock in another style: gzip, no lengths, HTML errors, numbers as texts, and an order of its own."""

    def __init__(self, target: Target) -> None:
        self._target, self._deleted = target, set[str]()

    def answer(self, seen: Seen) -> Answer:
        if seen.path == "/orders/0":
            return 503, {"content-type": "text/html"}, f"<h1>{CANARY}</h1>".encode()
        status, body = self._ask(seen)
        headers: Mapping[str, str] = {"X-Request-Cost": CANARY, "CF-Ray": CANARY, "Server": "cloudflare"}
        if seen.method == "DELETE":
            again = seen.path in self._deleted
            self._deleted.add(seen.path)
            return (410, headers, b"") if again else (200, headers, b'{"deleted": true}')
        if status >= 400 or not body:
            return status, headers, body
        value = json.loads(body)
        if "data" in value:
            value = each(value, amount="9.50", state="shipped", tags=[CANARY])
            value["data"].reverse()
        elif seen.method == "GET":
            value = {**value, "note": 7}
        status = 202 if status == 201 else status
        return status, {**headers, "content-encoding": "gzip"}, gzip.compress(json.dumps(value).encode())

    def _ask(self, seen: Seen) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self._target.origin).netloc, timeout=10)
        headers = {"Authorization": f"Bearer {self._target.key}", "Content-Type": "application/json"}
        connection.request(seen.method, seen.path, seen.body or None, headers)
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("shop") / "shop.json"
    file.write_text(json.dumps(DOCUMENT))
    return str(file)


Story = tuple[Contract, ShapeRecording, Learned, list[str], list[tuple[str, str]], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def story(spec: str) -> Story:
    contract, sent = load(spec), list[tuple[str, str]]()
    with mock(spec=spec) as target, proxied(Shop(target).answer, contract=contract) as proxy:

        def ask(method: str, path: str, body: Any = None) -> bytes:
            sent.append((method, path))
            raw = None if body is None else json.dumps(body).encode()
            return proxy.ask(method, path, raw, Content_Type="application/json")[2]

        rows = json.loads(gzip.decompress(ask("GET", "/orders")))["data"]
        ask("GET", "/orders?size=2")
        for row in rows[:2]:
            ask("GET", f"/orders/{row['id']}")
        body = {"state": "open", "amount": 7.5, "buyer": {"kind": "person", "name": CANARY}}
        made = json.loads(gzip.decompress(ask("POST", "/orders", body)))["id"]
        ask("PATCH", f"/orders/{made}", {"note": CANARY})
        ask("DELETE", f"/orders/{made}")
        ask("DELETE", f"/orders/{made}")
        ask("GET", f"/orders/{made}")
        ask("GET", "/orders/0")
    seen = [(one.method, one.path) for one in proxy.host.seen]
    recording = proxy.observation.recording
    return contract, recording, learn(contract, (), [recording]), proxy.lines, sent, seen


EXPECTED = [
    "GET /orders 200 /data/*/amount: type: expected integer or number, got string",
    "GET /orders 200 /data/*/state: word",
    "GET /orders 200 /data/*/tags: undeclared field",
    "GET /orders/{} 200 /note: type: expected null or string, got integer",
    "POST /orders 202: status",
    "DELETE /orders/{} 200: status",
    "DELETE /orders/{} 410: status",
    "GET /orders/{} 503: status",
]


@pytest.mark.parametrize("expected", EXPECTED)
def test_every_difference_is_named(story: Story, expected: str) -> None:
    assert [one for one in story[2].differences if one.describe().startswith(expected)]


def test_no_difference_is_named_that_is_not_there(story: Story) -> None:
    found = [one.describe() for one in story[2].differences]
    assert [one for one in found if "x-request-cost" not in one and not one.startswith(tuple(EXPECTED))] == []


def test_the_host_saw_what_was_sent_and_no_value_is_kept(story: Story, tmp_path: Path) -> None:
    _, recording, found, lines, sent, seen = story
    save_observed(found, tmp_path / "observed.yaml")
    assert sent == seen
    texts = [to_text(recording).decode(), (tmp_path / "observed.yaml").read_text(), *lines]
    assert [text for text in texts if CANARY in text or "a bug of" in text] == []


def test_the_overlay_makes_contract_and_mock_agree(story: Story, spec: str, tmp_path: Path) -> None:
    _, recording, found, *_ = story
    save_observed(found, tmp_path / "observed.yaml")
    after = replayed(recording, spec, str(tmp_path / "observed.yaml"))
    assert [one.describe() for one in after.differences] == []
    assert [one.describe() for one, _ in after.findings] == []
    assert len(replayed(recording, spec, "").findings) > 3


def replayed(recording: ShapeRecording, spec: str, overlay: str) -> ReplayResult:
    with mock(spec=spec, overlay=overlay) as target:
        return replay_recording(recording, load_overlaid(spec, overlay), target, {})
