"""The handles for asynchronous tests. Their methods are awaited (``await asophiie.settle()``); attributes are not."""

from collections.abc import Coroutine, Mapping
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.blocking import Async, awaited
from mock_server.testing.evolution import Evolution
from mock_server.testing.handles import Clock, Faults, Inbox, Snapshot, Webhooks, World
from mock_server.testing.receiver import Receiver
from mock_server.testing.requests import Requests
from mock_server.testing.sophiie import Sophiie
from mock_server.testing.stubs import Stub, StubOptions
from mock_server.testing.webhook_faults import WebhookFaults


class AsyncWorld(Async[World]):
    """The business behind the workspace: ``world.leads`` are its leads, read at once."""

    records = awaited(World.records)
    count = awaited(World.count)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._handle, name)


class AsyncClock(Async[Clock]):
    """The workspace's time."""

    freeze = awaited(Clock.freeze)
    run = awaited(Clock.run)
    set = awaited(Clock.set)
    advance = awaited(Clock.advance)

    @property
    def now(self) -> datetime:
        """The time of the workspace."""
        return self._handle.now


class AsyncInbox(Async[Inbox]):
    """A receiver of webhooks that comes with the server."""

    subscribe = awaited(Inbox.subscribe)
    answer = awaited(Inbox.answer)
    expect = awaited(Inbox.expect)
    expect_none = awaited(Inbox.expect_none)
    drain = awaited(Inbox.drain)

    @property
    def url(self) -> str:
        """The URL for a subscription."""
        return self._handle.url


class AsyncRequests(Async[Requests]):
    """The requests that the code under test has sent, awaited."""

    all = awaited(Requests.all)
    find = awaited(Requests.find)
    count = awaited(Requests.count)
    assert_called = awaited(Requests.assert_called)
    assert_not_called = awaited(Requests.assert_not_called)
    assert_order = awaited(Requests.assert_order)
    assert_all_matched = awaited(Requests.assert_all_matched)
    assert_nothing_ignored = awaited(Requests.assert_nothing_ignored)
    explain = awaited(Requests.explain)


class AsyncFaults(Async[Faults]):
    """Make requests fail, late or strange."""

    add = awaited(Faults.add)
    all = awaited(Faults.all)
    heal = awaited(Faults.heal)


class AsyncWebhookFaults(Async[WebhookFaults]):
    """Make deliveries go wrong on their way to a receiver."""

    add = awaited(WebhookFaults.add)
    all = awaited(WebhookFaults.all)
    heal = awaited(WebhookFaults.heal)


class AsyncWebhooks(Async[Webhooks]):
    """How deliveries of the workspace are signed."""

    rotate = awaited(Webhooks.rotate)

    @property
    def faults(self) -> AsyncWebhookFaults:
        """The faults of deliveries."""
        return AsyncWebhookFaults(self._handle.faults, self._calls)

    @property
    def secret(self) -> str:
        """The secret to verify signatures with."""
        return self._handle.secret


class AsyncReceiver(Async[Receiver]):
    """Checks a webhook receiver of yours, which may run on the loop of the test."""

    check = awaited(Receiver.check)


class AsyncStub(Async[Stub]):
    """One stub. It answers until it is removed: by ``await stub.remove()``, or at the end of an ``async with``."""

    remove = awaited(Stub.remove)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.remove()

    @property
    def answers(self) -> int:
        """How many requests it has answered."""
        return self._handle.answers


class AsyncEvolution(Async[Evolution]):
    """Evolutions of the answers until they end: by ``await evolution.end()``, or at the end of an ``async with``."""

    end = awaited(Evolution.end)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end()


class AsyncSnapshot(Async[Snapshot]):
    """The workspace at one moment: its records and its time."""

    restore = awaited(Snapshot.restore)
    changes = awaited(Snapshot.changes)


class AsyncAdminClient(Async[AdminClient]):
    """Any control route, about this workspace."""

    __call__ = awaited(AdminClient.__call__)


class AsyncSophiie(Async[Sophiie]):
    """The workspace of ``sophiie`` for asynchronous code; both can be used side by side."""

    settle = awaited(Sophiie.settle)
    simulate = awaited(Sophiie.simulate)
    add = awaited(Sophiie.add)
    change = awaited(Sophiie.change)
    remove = awaited(Sophiie.remove)
    reset = awaited(Sophiie.reset)

    def __init__(self, sophiie: Sophiie) -> None:
        super().__init__(sophiie, sophiie.calls)
        self.sophiie = sophiie
        self.url, self.id, self.api_key, self.seed = sophiie.url, sophiie.id, sophiie.api_key, sophiie.seed
        self.organization: Mapping[str, Any] = sophiie.organization
        self.control = AsyncAdminClient(sophiie.control, sophiie.calls)
        self.world = AsyncWorld(sophiie.world, sophiie.calls)
        self.clock = AsyncClock(sophiie.clock, sophiie.calls)
        self.requests = AsyncRequests(sophiie.requests, sophiie.calls)
        self.faults = AsyncFaults(sophiie.faults, sophiie.calls)
        self.webhooks = AsyncWebhooks(sophiie.webhooks, sophiie.calls)
        self.receiver = AsyncReceiver(sophiie.receiver, sophiie.calls)

    def __repr__(self) -> str:
        return f"<AsyncSophiie {self.id} at {self.url}>"

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """An httpx client with the workspace's key.

        It keeps no connection open: the fixture ends after the event loop, when none could be closed any more.
        """
        alone = httpx.Limits(max_keepalive_connections=0)
        shown = self.sophiie.credentials
        hooks = {"response": [self.sophiie.answer_hook] if self.sophiie.answer_hook else []}
        return httpx.AsyncClient(
            base_url=self.url, **shown, limits=alone, verify=False, trust_env=False, event_hooks=hooks
        )

    @cached_property
    def inbox(self) -> AsyncInbox:
        """A receiver of webhooks that comes with the server."""
        return AsyncInbox(self.sophiie.inbox, self._calls)

    def inbox_named(self, name: str) -> AsyncInbox:
        """Another inbox of the workspace, with a name of its own."""
        return AsyncInbox(self.sophiie.inbox_named(name), self._calls)

    def snapshot(self) -> Coroutine[Any, Any, AsyncSnapshot]:
        """Save everything as it is now, so that the test can return to it."""
        return self._calls.begin("asophiie.snapshot", lambda: AsyncSnapshot(self.sophiie.snapshot(), self._calls))

    def stub(self, /, request: str, **answer: Unpack[StubOptions]) -> Coroutine[Any, Any, AsyncStub]:
        """Put an answer in place of the server's own, as ``Sophiie.stub`` does; what comes is an ``async with`` too."""
        return self._calls.begin("asophiie.stub", lambda: AsyncStub(self.sophiie.stub(request, **answer), self._calls))

    def evolve(self, evolutions: str | int = 1) -> Coroutine[Any, Any, AsyncEvolution]:
        """Answer as the API may do tomorrow, as ``Sophiie.evolve`` does; what comes is an ``async with`` too."""
        made = self.sophiie.evolve
        return self._calls.begin("asophiie.evolve", lambda: AsyncEvolution(made(evolutions), self._calls))
