"""Whether an answer is one that the contract, or the envelope of its errors, admits.

It reads the documents itself and shares no code with what it judges.
"""

import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import orjson
import yaml

from mock_server.config.paths import OPENAPI

_NO_JSON = (b"text/plain", b"text/html", b"text/css", b"text/javascript", b"image/svg+xml", b"text/event-stream")
"""The media types of what the control plane shows beside JSON: metrics, the files of its page, its feed."""
METHODS = ("get", "put", "post", "delete", "patch")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")
_TYPE = re.compile(rb"\r\ncontent-type: ([^\r;]*)")


@dataclass(frozen=True)
class Answer:
    """``kind`` is its content type. ``last``: the connection ends with it."""

    status: int
    kind: bytes
    body: bytes
    last: bool


@dataclass
class Answers:
    """What comes over a connection, answer by answer."""

    connection: socket.socket
    rest: bytes = b""

    def next(self, *, head: bool = False) -> Answer | None:
        """The next one, None at the end. Raises OSError, and ValueError for what is no answer."""
        while True:
            while (end := self.rest.find(b"\r\n\r\n")) < 0:
                if not self._more():
                    if self.rest:
                        raise ValueError(f"the connection ended inside an answer: {self.rest[:60]!r}")
                    return None
            top = self.rest[:end]
            if not top.startswith(b"HTTP/1.1 "):
                raise ValueError(f"no answer: {top[:60]!r}")
            if top[9:12] != b"100":
                break
            self.rest = self.rest[end + 4 :]
        self.rest = self.rest[end + 4 :]
        length = _LENGTH.search(top)
        if b"\r\ntransfer-encoding: chunked" in top and not head:
            body = self._chunks()
        else:
            body = self._taken(0 if head or length is None else int(length[1]))
        kind = _TYPE.search(top)
        return Answer(int(top[9:12]), kind[1] if kind else b"", body, b"\r\nconnection: close" in top)

    def _chunks(self) -> bytes:
        """The body of a long answer, which comes in parts with their lengths."""
        parts = []
        while True:
            while (end := self.rest.find(b"\r\n")) < 0:
                if not self._more():
                    raise ValueError("the connection ended inside an answer's body")
            size = int(self.rest[:end], 16)
            self.rest = self.rest[end + 2 :]
            parts.append(self._taken(size + 2)[:size])
            if not size:
                return b"".join(parts)

    def _taken(self, size: int) -> bytes:
        """So many bytes of what comes."""
        while len(self.rest) < size:
            if not self._more():
                raise ValueError("the connection ended inside an answer's body")
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def _more(self) -> bool:
        part = self.connection.recv(262_144)
        self.rest += part
        return bool(part)


@dataclass(frozen=True)
class Judged:
    """One operation: the segments of its path, and for each documented status what its body must be."""

    segments: Sequence[str]
    bodies: Mapping[int, jsonschema_rs.Draft202012Validator | None]


@dataclass
class Judge:
    """``fault`` says what is wrong with an answer; nothing when it is right."""

    table: Mapping[str, Sequence[Judged]]
    known: set[tuple[int, int, bytes]] = field(default_factory=set)

    def fault(self, method: str, target: str, answer: Answer) -> str:
        path = target.partition("?")[0]
        if answer.status >= 500:
            return f"{answer.status} for {method} {target[:80]}"
        if method == "HEAD":
            return ""
        if path.startswith("/__admin/"):
            return _control_fault(f"{method} {target[:80]} {answer.status}", answer)
        operation = self._operation(method, path)
        mark = (id(operation), answer.status, answer.body)
        if answer.status >= 400 and mark in self.known:
            return ""
        wrong = _fault(operation, answer, path)
        if wrong:
            return f"{method} {target[:80]} {answer.status}: {wrong}"
        if answer.status >= 400:
            self.known.add(mark)
        return ""

    def _operation(self, method: str, path: str) -> Judged | None:
        segments = path.split("/")[1:]
        for operation in self.table.get(method, ()):
            pairs = zip(operation.segments, segments, strict=False)
            if len(operation.segments) == len(segments) and all(a == b or (a == "{}" and b) for a, b in pairs):
                return operation
        return None


def judge() -> Judge:
    """Of both documents; paths without parameters come first."""
    table: dict[str, list[Judged]] = {}
    for name in ("v1", "zapier"):
        root = yaml.load((OPENAPI / f"{name}.yaml").read_bytes(), Loader=yaml.CSafeLoader)
        root = json.loads(json.dumps(root, default=str))
        registry = jsonschema_rs.Registry([(f"doc:{name}", root)], draft=jsonschema_rs.Draft202012)
        for path, item in root["paths"].items():
            for method in METHODS:
                if method in item:
                    pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
                    bodies = _bodies(root, f"doc:{name}", pointer, item[method], registry)
                    segments = re.sub(r"\{[^}]*\}", "{}", _base(root) + path).split("/")[1:]
                    table.setdefault(method.upper(), []).append(Judged(segments, bodies))
    return Judge({method: sorted(known, key=lambda it: it.segments.count("{}")) for method, known in table.items()})


def _base(root: Mapping[str, Any]) -> str:
    url = root["servers"][0]["url"].split("://")[-1]
    return f"/{url.partition('/')[2]}".rstrip("/")


def _bodies(
    root: Any, uri: str, pointer: str, operation: Any, registry: jsonschema_rs.Registry
) -> dict[int, jsonschema_rs.Draft202012Validator | None]:
    found: dict[int, jsonschema_rs.Draft202012Validator | None] = {}
    for status, response in operation["responses"].items():
        where = f"{pointer}/responses/{status}"
        if "$ref" in response:
            where = response["$ref"][1:]
            response = root
            for token in where.split("/")[1:]:
                response = response[token]
        schema = None
        if "application/json" in response.get("content", {}):
            place = f"{uri}#{quote(where, safe='/~')}/content/application~1json/schema"
            schema = jsonschema_rs.Draft202012Validator({"$ref": place}, registry=registry, offline=True)
        found[int(status)] = schema
    return found


def _fault(operation: Judged | None, answer: Answer, path: str) -> str:
    try:
        value = orjson.loads(answer.body) if answer.body else None
    except orjson.JSONDecodeError:
        return "the body is no JSON"
    if answer.body and answer.kind != b"application/json":
        return f"the type is {answer.kind!r}"
    if answer.status < 400 and path.startswith("/openapi"):
        return ""
    if operation is not None and answer.status in operation.bodies:
        schema = operation.bodies[answer.status]
        if schema is None:
            return "a body that is not documented" if answer.body else ""
        return "" if schema.is_valid(value) else f"breaks the contract: {answer.body[:200]!r}"
    if answer.status < 400:
        return "not documented"
    message = value.get("message") if isinstance(value, dict) else None
    envelope = {"success": False, "message": message, "error": {"status": answer.status, "message": message}}
    return "" if isinstance(message, str) and value == envelope else f"no envelope: {answer.body[:200]!r}"


def _control_fault(what: str, answer: Answer) -> str:
    if answer.status < 400 and (not answer.body or answer.kind in _NO_JSON):
        return ""
    try:
        value = json.loads(answer.body)  # it shows numbers as they came, also those that no double holds
    except ValueError:
        return f"{what}: the body is no JSON"
    if answer.status < 400 or answer.status == 421:  # the guard stands before it, and speaks for the API
        return ""
    right = answer.kind == b"application/problem+json" and value.get("status") == answer.status
    return "" if right and value.get("detail") else f"{what}: {answer.body[:200]!r}"
