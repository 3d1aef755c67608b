"""Receivers on loopback, as good and as bad as one likes, and a stage on which the dispatcher delivers to them."""

import asyncio
import contextlib
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import orjson

from mock_server.config.settings import Settings
from mock_server.store.base import Record
from mock_server.webhooks import events, outbox
from mock_server.webhooks import subscriptions as subscription
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.webhooks.egress_client import EgressClient
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.recipe import load_recipe

START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


@dataclass(frozen=True)
class Got:
    """One request as it stood on the wire; header names in lower case."""

    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["x-mock-event-id"]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


async def read_request(reader: Reader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict([*line.lower().split(": ", 1)[:1], line.split(": ", 1)[1]] for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Got(head[0].split(" ")[1], headers, body)


Handler = Callable[["Receiver", Writer, Got], Awaitable[None]]


@dataclass
class Receiver:
    """Notes what it gets and lets ``handler`` answer. ``most`` is how many requests it had in hand at once."""

    handler: Handler
    url: str = ""
    got: list[Got] = field(default_factory=list)
    most: int = 0
    _now: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: Reader, writer: Writer) -> None:
        try:
            while True:
                got = await read_request(reader)
                self.got.append(got)
                self._arrived.set()
                self._now += 1
                self.most = max(self.most, self._now)
                try:
                    await self.handler(self, writer, got)
                    await writer.drain()
                finally:
                    self._now -= 1
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def arrival(self, count: int) -> None:
        """Wait until so many requests came."""
        while len(self.got) < count:
            self._arrived.clear()
            await self._arrived.wait()

    @property
    def ids(self) -> list[str]:
        return [got.id for got in self.got]


@contextlib.asynccontextmanager
async def receiving(handler: Handler | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver; without ``handler`` it answers 200."""
    receiver = Receiver(handler or saying(OK))
    server = await asyncio.start_server(receiver.talk, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    receiver.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        server.close()


def saying(*answers: bytes) -> Handler:
    """Gives these answers in turn, the last one for ever."""

    async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
        writer.write(answers[min(len(receiver.got), len(answers)) - 1])

    return handler


def status(code: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {code:03} Some Reason", "Content-Length: 0", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def closing(first: bytes = b"", again: bytes = b"", pause: float = 0.0) -> Handler:
    """Says ``first``, then ``again`` for ever if there is something to say, and hangs up."""

    async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
        writer.write(first)
        while again:
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(pause)
        await writer.drain()
        raise ConnectionError

    return handler


def hanging(first: bytes = b"") -> Handler:
    """Says ``first`` and nothing more."""

    async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
        writer.write(first)
        await writer.drain()
        await asyncio.Event().wait()

    return handler


def resetting(first: bytes) -> Handler:
    """Says ``first`` and resets the connection."""

    async def handler(receiver: Receiver, writer: Writer, got: Got) -> None:
        writer.write(first)
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        raise ConnectionError

    return handler


class Gatekeeper:
    """A handler that answers 200 once it is told to ``open``."""

    def __init__(self) -> None:
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def __call__(self, receiver: Receiver, writer: Writer, got: Got) -> None:
        await self._opened.wait()
        writer.write(OK)


@dataclass
class Stage:
    """A workspace and the dispatcher that delivers what it owes."""

    workspaces: Workspaces
    workspace: Workspace
    dispatcher: Dispatcher

    def subscribe(self, url: str, trigger: str = "LEAD_CREATED") -> int:
        with self.workspaces.transaction(self.workspace) as tx:
            return int(subscription.subscribe(tx, self.workspace.clock.stamp(), url, trigger)["id"])

    def unsubscribe(self, id: int) -> None:
        with self.workspaces.transaction(self.workspace) as tx:
            subscription.unsubscribe(tx, id)
            outbox.cancel_all(tx, id, "unsubscribed")

    def emit(self, count: int = 1, type: str = "LEAD_CREATED") -> list[str]:
        """Let an event happen to the first lead, so many times; the ids."""
        lead = self.workspace.state.rows("leads")[0].record
        ids = []
        for _ in range(count):
            with self.workspaces.transaction(self.workspace) as tx:
                now = self.workspace.clock.stamp()
                ids.append(str(events.emit(tx, self.workspace.ids, now, "req_1", type, lead)["id"]))
        return ids

    def pause(self, id: int, *, paused: bool) -> None:
        with self.workspaces.transaction(self.workspace) as tx:
            row = tx.get(subscription.KIND, id)
            assert row is not None
            tx.put(subscription.KIND, id, {**row.record, "paused": paused})
        self.dispatcher.wake(self.workspace)

    async def drain(self, timeout: float = 30.0) -> bool:
        return await self.dispatcher.drain(self.workspace, timeout)

    async def advance(self, seconds: float) -> None:
        """Move the clock and let happen what falls due."""
        self.workspace.clock.advance(seconds)
        assert await self.drain()

    @property
    def deliveries(self) -> Sequence[Record]:
        return [row.record for row in self.workspace.state.rows(outbox.KIND)]

    @property
    def states(self) -> list[str]:
        return [delivery["state"] for delivery in self.deliveries]

    @property
    def subscriptions(self) -> list[int]:
        return [int(row.id) for row in self.workspace.state.rows(subscription.KIND)]


Setting = Callable[..., contextlib.AbstractAsyncContextManager[Stage]]
"""The fixture ``stage``: ``async with stage(retries="5s") as it:`` with any setting."""


@contextlib.asynccontextmanager
async def staged(
    workspaces: Workspaces, name: str, *, patience: float | None = None, **settings: Any
) -> AsyncIterator[Stage]:
    """A fresh workspace on a frozen clock, or the one of this name that a log kept; and a dispatcher of its own.

    ``patience``: the deadline of a delivery, where the least that can be set would keep a test waiting.
    """
    plan = WorldPlan(load_recipe("small"), start=START, limit=0)
    workspace = workspaces.get(name) or workspaces.create(name, plan, [], frozen=True)
    dispatcher = Dispatcher(workspaces, Settings(**settings))
    if patience is not None:
        dispatcher._gate = EgressClient((), patience)
    dispatcher.wake_all()
    try:
        yield Stage(workspaces, workspace, dispatcher)
    finally:
        dispatcher.grace = 0
        await dispatcher.close()


def self_signed(folder: Path, names: str = "IP:127.0.0.1", *more: str) -> ssl.SSLContext:
    """A certificate that its owner has made, for these names; ``certificate.pem`` in the folder."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1", "-days", "2"]
    subprocess.run([*command, "-addext", f"subjectAltName={names}", *more], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
