"""Requests over the contract's operations that are well-made HTTP and hostile in everything else."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hostile_values import CONTROL, COSTLY_PATHS, TEXTS, damaged, killers, mutated

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.spec.generation import generate
from mock_server.spec.operation import Operation
from mock_server.world.ids import rng as chance

KEY = "sk_test_local"
_COSTLY = ("/__admin/clock/", "/__admin/requests")
"""Moves of a clock let up to 10,000 things happen, and lists of requests hold a journal: a second of work for each."""
_COSTLY_KEPT = 0.03
"""The share of them that is sent: some hundred in a million requests; all together took three quarters of the time."""
_WAITS = ("/drain", "/expect")  # routes that wait because they were asked to
_BY_HEADER = [
    ("Accept", "application/xml"),
    ("Accept-Encoding", "gzip;q=0, *;q=NaN"),
    ("Cookie", "a=" + "b" * 4_000),
    ("Cookie", '$Version=1; "; x=\\"'),
    ("Expect", "100-continue"),
    ("If-None-Match", '"' + "x" * 500),
    ("Prefer", "code=404"),
    ("Prefer", "code=599, example=\xff, dynamic=perhaps"),
    ("Prefer", "dynamic=true"),
    ("Prefer", "delay=-1"),
    ("Prefer", "," * 2_000),
    ("Range", "bytes=" + "0-," * 1_000),
    ("X-Forwarded-For", "127.0.0.1, \xe9vil"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Http-Method-Override", "DELETE"),
    ("X-Mock-Workspace", "../default"),
    ("Connection", "Upgrade\r\nUpgrade: h2c"),
    ("X-Original-Url", "/__admin/reset"),
    ("X-Long", "y" * 30_000),
]
_TYPES = ["", "text/plain", "application/json; charset=utf-16", "application/json;" * 50, "multipart/form-data", "*/*"]
_KEYS = ["", "Bearer", "Bearer ", "Basic c2s6", "Bearer sk_test_other", "Bearer a b", "bearer " + "k" * 9_000, "\xff"]


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    raw: bytes


class Maker:
    """Makes them; the same seed, the same requests."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        app = create_app(Settings(world="empty"))
        self._operations: Sequence[Operation] = list(app.state.workspaces.contract.operations.values())
        self._bodies = {
            it.key: [generate(it.body, chance(number, it.key)) for number in range(8)] if it.body else []
            for it in self._operations
        }
        self._samples: dict[tuple[str, str], list[Any]] = {
            (it.key, part.name): [generate(part.schema, chance(number, it.key, part.name)) for number in range(4)]
            for it in self._operations
            for part in it.parameters
        }
        self._killers = list(killers().values())
        self._small = [body for body in self._killers if len(body) < 2_000]
        routes = next(route.app._app.routes for route in app.routes if route.path == "/__admin")  # type: ignore[attr-defined]
        self._control = [
            (method, "/__admin" + route.path)
            for route in routes
            for method in sorted(route.methods - {"HEAD"})
            if not route.path.endswith(_WAITS)
        ]

    def next(self) -> Request:
        rng = self._rng
        if rng.random() < 0.04:
            return self._of_control()
        operation = rng.choice(self._operations)
        method = operation.method if rng.random() < 0.96 else rng.choice(["PATCH", "OPTIONS", "TRACE", "HEAD", "PURGE"])
        target = self._target(operation)
        body = b""
        if operation.body is not None:
            draw = rng.random()
            body = rng.choice(self._small) if draw < 0.05 else mutated(rng, rng.choice(self._bodies[operation.key]))
        return Request(method, target, self._written(method, target, body))

    def killer(self) -> Request:
        """A body that is large, or deep, or both."""
        operation = self._rng.choice([it for it in self._operations if it.body is not None])
        target = self._target(operation, tame=True)
        raw = self._written(operation.method, target, self._rng.choice(self._killers), tame=True)
        return Request(operation.method, target, raw)

    def broken(self) -> bytes:
        """The bytes of a request, damaged anywhere."""
        request = self.next()
        while request.method == "HEAD":  # whoever reads the answer cannot tell any more that it has no body
            request = self.next()
        raw = request.raw
        head, gap, body = raw.partition(b"\r\n\r\n")
        return damaged(self._rng, head) + gap + body if self._rng.random() < 0.7 else damaged(self._rng, raw)

    def _of_control(self) -> Request:
        rng = self._rng
        while True:
            request = self._known() if rng.random() < 0.3 else self._controlling()
            if not request.target.startswith(_COSTLY) or rng.random() < _COSTLY_KEPT:
                return request

    def _known(self) -> Request:
        """A control request that stopped a server once, or the path that a pattern of it is compared with."""
        if self._rng.random() < 0.3:
            target = self._rng.choice(COSTLY_PATHS)
            return Request("GET", target, self._written("GET", target, b"", tame=True))
        method, path, value = self._rng.choice(CONTROL)
        body = b"" if value is None else json.dumps(value).encode()
        return Request(method, f"/__admin{path}", self._written(method, f"/__admin{path}", body, tame=True))

    def _controlling(self) -> Request:
        rng = self._rng
        method, path = rng.choice(self._control)
        target = re.sub(r"\{[^}]*\}", lambda _: self._text(), path)
        if method == "GET" and rng.random() < 0.5:
            query = "&".join(f"{rng.choice(['limit', 'offset', 'state', 'type', 'x'])}={self._text()}" for _ in "ab")
            target = f"{target}?{query}"
        if method == "DELETE" and "/workspaces/" in path:
            target = "/__admin/workspaces/none"  # not the one that all this is sent to
        body = b"" if method == "GET" else rng.choice(self._small) + b" "
        return Request(method, target, self._written(method, target, body))

    def _target(self, operation: Operation, *, tame: bool = False) -> str:
        rng = self._rng
        path = operation.path
        for part in operation.path_parameters:
            known = tame or rng.random() < 0.6
            value = str(rng.randint(1, 40)) if known else self._text()
            path = path.replace(f"{{{part.name}}}", value or "1")
        pairs = []
        for part in operation.parameters:
            if part.location == "query" and rng.random() < (0.9 if part.required else 0.3):
                good = tame or rng.random() < 0.5
                value = quote(str(rng.choice(self._samples[operation.key, part.name]))) if good else self._text()
                pairs.append(f"{part.name}={value}")
        if not tame and rng.random() < 0.05:
            pairs.append(f"{self._text()}={self._text()}")
        if not tame and rng.random() < 0.01:
            pairs *= 150
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    def _text(self) -> str:
        """Hostile, in letters that a target may have."""
        text = self._rng.choice(TEXTS)
        safe = self._rng.choice(["", "%", "/%:@[]|{}'"])
        return quote(text, safe=safe, errors="surrogatepass")

    def _written(self, method: str, target: str, body: bytes, *, tame: bool = False) -> bytes:
        rng = self._rng
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
        if tame or rng.random() < 0.93:
            lines.append(f"Authorization: Bearer {KEY}")
        elif rng.random() < 0.8:
            lines.append(f"Authorization: {rng.choice(_KEYS)}")
        if body:
            kind = "application/json" if tame or rng.random() < 0.95 else rng.choice(_TYPES)
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        if not tame and rng.random() < 0.08:
            name, value = rng.choice(_BY_HEADER)
            lines.append(f"{name}: {value}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
