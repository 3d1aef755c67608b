"""The mock in memory: no server, no network, a third of a millisecond a request."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from wire import scope_of

from contracts.spec.document import Contract, load
from contracts.transport.exchange import Exchange
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.webhooks.reply import Reply

ORIGIN = "http://localhost"
CONTRACT: Contract = load()
RECIPE = {"business": "plumber", "leads": 9, "inquiries": 3, "booking": 90}


@dataclass(frozen=True)
class Call:
    """One request. ``operation`` is its key; empty for the control plane and for what no document has."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    key: str = ""
    """The key of the organization that the run is about, whoever asks."""

    @cached_property
    def path(self) -> str:
        return urlsplit(self.url).path

    @cached_property
    def operation(self) -> str:
        found = CONTRACT.find(self.method, self.path)
        return found.key if found else ""

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def ask(self, **query: Any) -> "Call":
        """The same with other query parameters; None takes one away."""
        asked = {name: value for name, value in {**self.query, **query}.items() if value is not None}
        return replace(self, url=f"{ORIGIN}{self.path}?{urlencode(asked)}")

    def but(self, **changes: Any) -> "Call":
        return replace(self, **changes)

    def owned(self) -> "Call":
        """The same with the right key."""
        headers = {name: value for name, value in self.headers.items() if name.lower() != "authorization"}
        return replace(self, headers={**headers, "Authorization": f"Bearer {self.key}"})

    def to(self, method: str, path: str, body: Any = None) -> "Call":
        """Another request of the owner."""
        other = replace(self.owned(), method=method, url=f"{ORIGIN}{path}", body=b"")
        return other if body is None else other.say(body)

    @property
    def has_key(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.key}"

    def say(self, body: Any) -> "Call":
        """The same with another body."""
        headers = {name: value for name, value in self.headers.items() if name.lower() != "content-type"}
        return replace(self, body=orjson.dumps(body), headers={**headers, "Content-Type": "application/json"})


Ask = Callable[[Call], Exchange]


class InMemory:
    """The application, on an event loop that runs while somebody asks; deliveries come back to it without a socket."""

    def __init__(self) -> None:
        self.app = create_app(Settings(world="empty", rate_limit="off", retries="1h,1h"))
        self.app.state.dispatcher._gate = self
        self._loop = asyncio.Runner()
        self._turn = threading.Lock()  # some scenarios ask from two threads
        self.deliver: Callable[[str, bytes, Mapping[str, str]], Awaitable[Reply]] = self.delivered

    def ask(self, call: Call) -> Exchange:
        with self._turn:
            status, headers, body = self._loop.run(self._asked(call))
        sent = {name.lower(): value for name, value in call.headers.items()}
        return Exchange(call.method, call.url, sent, call.body, status, headers, body, call.operation)

    async def _asked(self, call: Call) -> tuple[int, dict[str, str], bytes]:
        target, pairs = call.url.removeprefix(ORIGIN), list(call.headers.items())
        scope = scope_of(call.method, target, key=None, body=call.body or None, headers=pairs)
        messages: list[Mapping[str, Any]] = []
        parts = [{"type": "http.request", "body": call.body, "more_body": False}]

        async def receive() -> Mapping[str, Any]:
            if not parts:
                await asyncio.Event().wait()  # a client that listens
            return parts.pop()

        async def send(message: Mapping[str, Any]) -> None:
            messages.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        start, *rest = messages
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        return start["status"], headers, b"".join(message["body"] for message in rest)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool = True, method: str = "POST"
    ) -> Reply:
        return await self.deliver(url, body, headers)

    async def delivered(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post a delivery to the inbox that its URL names."""
        status, _, answer = await self._asked(Call("POST", url, headers, body))
        return Reply(status=status, body=answer)

    async def objection(self, url: str) -> str:
        return ""


@cache
def memory() -> InMemory:
    return InMemory()


def workspace(world: Any, seed: int = 1) -> str:
    """A new organization; its key."""
    plan = Call("POST", f"{ORIGIN}/__admin/workspaces", {}, b"").say({"world": world, "seed": seed})
    made = memory().ask(plan)
    assert made.succeeded, made.answer()
    return str(made.field("key"))


@cache
def standing() -> str:
    """The key of an organization that no row changes."""
    return workspace(RECIPE)


@cache
def neighbour() -> str:
    """The key of another organization, of another trade."""
    return workspace("edge", seed=2)
