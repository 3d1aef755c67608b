"""An unbroken mock behind a layer that breaks one thing: how the suite's power is measured.

Nothing in the product knows of it. A mutant is a function that gets a request and a way to the mock behind, and
gives the answer that a client sees; or one that gets a delivery on its way to a subscriber (``deliveries``).
"""

import re
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from deliveries import Delivery, Post, Teller, install

from contracts.transport.target import Target, mock
from mock_server import server
from mock_server.webhooks.reply import Reply

App = Callable[..., Awaitable[None]]


def _json(body: bytes) -> Any:
    """None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return _json(self.body)

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def ask(self, **query: Any) -> "Request":
        """The same with other query parameters; None takes one away."""
        merged = {**self.query, **query}
        return replace(self, query={name: str(value) for name, value in merged.items() if value is not None})

    def say(self, body: Any) -> "Request":
        """The same with another body."""
        return replace(self, body=orjson.dumps(body))

    def number(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return int(value) if value.isdigit() else default


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return _json(self.body)

    def but(self, json: Any = None, *, status: int | None = None, **headers: str) -> "Response":
        """The same with another body, status or headers."""
        body = self.body if json is None else orjson.dumps(json)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(status or self.status, {**self.headers, **named}, body)


Forward = Callable[[Request], Awaitable[Response]]
State = dict[str, Any]
Behaviour = Callable[[Request, Forward, State], Awaitable[Response]]
Messenger = Callable[[Delivery, Post, State], Awaitable[Reply]]


@dataclass(frozen=True)
class Mutant:
    """``operation`` is what a finding must name: ``GET /v1/leads/{}``, ``WEBHOOK LEAD_CREATED``.

    Requests for it reach ``behave``, deliveries of it ``tell``.
    """

    name: str
    group: str
    operation: str
    behave: Behaviour | None = field(default=None, repr=False)
    any_method: bool = False
    tell: Messenger | None = field(default=None, repr=False)

    def concerns(self, request: Request) -> bool:
        method, _, path = self.operation.partition(" ")
        fits = re.fullmatch(re.escape(path).replace(r"\{\}", "[^/]+"), request.path)
        return bool(fits) and (self.any_method or method == request.method)


class Defects:
    """What is broken just now. No two may be about one operation: the first would get it."""

    def __init__(self, *mutants: Mutant) -> None:
        self.change(*mutants)

    def change(self, *mutants: Mutant) -> None:
        """Break these instead, without any memory."""
        self._mutants = mutants
        self._memories: dict[str, State] = {mutant.name: {} for mutant in mutants}

    async def answer(self, request: Request, forward: Forward) -> Response:
        for mutant in self._mutants:
            if mutant.behave is not None and mutant.concerns(request):
                return await mutant.behave(request, forward, self._memories[mutant.name])
        return await forward(request)

    def teller(self, trigger: str) -> Teller | None:
        for mutant in self._mutants:
            if mutant.tell is not None and mutant.operation == f"WEBHOOK {trigger}":
                tell, memory = mutant.tell, self._memories[mutant.name]
                return lambda delivery, post: tell(delivery, post, memory)
        return None


class Wrapper:
    """An ASGI application around another."""

    def __init__(self, app: App, defects: Defects) -> None:
        self._app, self._defects = app, defects

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        request = Request(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )

        async def forward(changed: Request) -> Response:
            same = changed.query == request.query
            query = scope["query_string"] if same else urlencode(changed.query).encode()
            return await self._ask(scope, changed, query)

        response = await self._defects.answer(request, forward)
        headers = {**response.headers, "content-length": str(len(response.body))}
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})

    async def _ask(self, scope: Mapping[str, Any], request: Request, query: bytes) -> Response:
        sent: list[dict[str, Any]] = []
        headers = {**request.headers}
        if request.body or "content-length" in headers:
            headers["content-length"] = str(len(request.body))
        inner = {
            **scope,
            "method": request.method,
            "path": request.path,
            "raw_path": scope["raw_path"] if request.path == scope["path"] else request.path.encode(),
            "query_string": query,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(inner, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        return Response(start["status"], named, body)


@contextmanager
def bench(defects: Defects, **settings: Any) -> Generator[Target, None, None]:
    """A mock with what is broken just now."""
    made = vars(server)["create_app"]

    def wrapped(*given: Any) -> Any:
        app: Any = made(*given)
        install(app.state.dispatcher, defects.teller)
        # Below the application object itself, which the server asks for more than answers.
        app.front = Wrapper(app.front, defects)
        return app

    vars(server)["create_app"] = wrapped
    try:
        with mock(**settings) as target:
            yield target
    finally:
        vars(server)["create_app"] = made


@contextmanager
def broken(*mutants: Mutant, **settings: Any) -> Generator[Target, None, None]:
    """A mock with these defects; without any, the mock as it is."""
    with bench(Defects(*mutants), **settings) if mutants else mock(**settings) as target:
        yield target
