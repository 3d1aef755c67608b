"""A stop under load: SIGTERM while 200 clients write, with an open stream, a slow body and a hanging delivery.

Whatever took effect was answered: after each stop the state file holds every change that was acknowledged and none that
was not. Every request that was sent well before the signal has its answer. The exit code is 0 within 10 s. In every
fifth repeat a second signal comes while the first one waits: it ends the server within a second, and what is in flight
is refused with 503 all the same.
"""

import asyncio
import contextlib
import itertools
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from client import Connection
from frame import Figure, Size, alone, progress
from process import EMPTY, HOOK, Process, queued, start

from mock_server.store.base import Row, SavedWorkspace
from mock_server.store.sqlite_log import SqliteLog
from mock_server.store.state import WorkspaceState

MINUTES = 25
LONGEST, AT_ONCE = 10.0, 1.0  # seconds
ALL_HEARD = 60.0  # seconds until each client has had an answer
UNDER_WAY = 0.1  # a request that was sent so long before the signal has reached the server
_REFUSED = b"HTTP/1.1 503 "
NUMBERS = itertools.count()


@dataclass
class Seen:
    """Of one repeat: what clients were told, and what they were not."""

    acknowledged: set[str] = field(default_factory=set)
    heard: set[Connection] = field(default_factory=set)
    unanswered: int = 0
    told: list[bytes] = field(default_factory=list)
    stopped: float = float("inf")


async def client(port: int, seen: Seen) -> None:
    """Write until nobody answers any more."""
    connection, sent = Connection(port), float("inf")
    try:
        await connection.open()
        while True:
            name = f"stop{next(NUMBERS)}"
            sent = time.monotonic()
            answer = await connection.ask("POST", "/v1/leads", {"firstName": name})
            if answer.status == 201:
                seen.acknowledged.add(name)
            seen.heard.add(connection)
    except (OSError, EOFError):
        seen.unanswered += sent < seen.stopped - UNDER_WAY
    finally:
        connection.close()


async def heard(seen: Seen, clients: int) -> None:
    """Return when each of so many clients has had an answer."""
    while len(seen.heard) < clients:
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def hanging(port: int, seen: Seen) -> AsyncIterator[None]:
    """A delivery to a receiver that never answers; a body that never ends, a delayed answer, and one who watches.

    What the last three were told at the stop goes into ``seen``.
    """
    hangs = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hangs.set()
        with contextlib.suppress(OSError, asyncio.CancelledError):  # cancelled where the loop ends before it
            await reader.read()
        writer.close()

    receiver = await asyncio.start_server(never, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/"
    connection = Connection(port)
    hook = {"hookUrl": url, "trigger": "LEAD_CREATED"}
    subscribed = await connection.ask("POST", HOOK, hook)
    assert subscribed.status in (200, 201), subscribed
    connection.close()
    slow = await asyncio.open_connection("127.0.0.1", port)
    slow[1].write(b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_local\r\n")
    slow[1].write(b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    delayed = await asyncio.open_connection("127.0.0.1", port)
    delayed[1].write(b"POST /v1/leads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_local\r\n")
    delayed[1].write(b"Prefer: delay=9000\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n")
    delayed[1].write(b'{"firstName": "Too late"}')
    watcher = await asyncio.open_connection("127.0.0.1", port)
    watcher[1].write(b"GET /__admin/webhooks/attempts?after=100000&wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(hangs.wait(), ALL_HEARD)
    try:
        yield
    finally:
        for reader, writer in (slow, delayed, watcher):
            with contextlib.suppress(OSError):
                seen.told.append(await reader.read())
            writer.close()
        receiver.close()


async def stopped(process: Process, clients: int, twice: bool) -> tuple[Seen, float, int]:
    """One stop: what was seen, how long the last signal took to end it, the exit code."""
    seen = Seen()
    some = [asyncio.create_task(client(process.port, seen)) for _ in range(clients)]
    await asyncio.wait_for(heard(seen, clients), ALL_HEARD)
    async with hanging(process.port, seen):  # now, as a delayed answer is not put off until a busy machine is ready
        seen.heard.clear()
        await asyncio.wait_for(heard(seen, clients), ALL_HEARD)  # so that all this is under way, too
        seen.stopped = time.monotonic()
        process.running.send_signal(signal.SIGTERM)
        if twice:
            await asyncio.sleep(0.2)
            if process.running.poll() is None:
                process.running.send_signal(signal.SIGTERM)
        took = await ended(process)
        process.kill()
        await asyncio.gather(*some)
    return seen, took, process.running.returncode


async def ended(process: Process) -> float:
    """How long it takes to end, in seconds; the time in which it has no processor is the machine's."""
    began, pid = time.monotonic(), process.running.pid
    before = waited = queued(pid)
    while process.running.poll() is None and time.monotonic() - began < 3 * LONGEST:
        waited = queued(pid) or waited
        await asyncio.sleep(0.01)
    return time.monotonic() - began - (waited - before)


def leads_of(saved: SavedWorkspace) -> Sequence[Row]:
    return WorkspaceState.restored(saved.layer).rows("leads")


def kept(path: Path) -> set[str]:
    log = SqliteLog(path)
    names = {str(row.record["firstName"]) for saved in log.load() for row in leads_of(saved)}
    log.close()
    return names


@dataclass
class Verdict:
    """Of all repeats. ``slowest`` with one signal, ``second`` after the second one."""

    acknowledged: int = 0
    lost: int = 0
    unheard: int = 0
    unanswered: int = 0
    unlike: int = 0
    late: int = 0
    codes: int = 0
    slowest: float = 0.0
    second: float = 0.0

    def add(self, seen: Seen, there: set[str], took: float, code: int, twice: bool) -> None:
        self.acknowledged += len(seen.acknowledged)
        self.lost += len(seen.acknowledged - there)
        self.codes += code != 0
        self.late += took > (AT_ONCE if twice else LONGEST)
        self.unlike += sum(not told.startswith(_REFUSED) for told in seen.told[:2])
        if twice:
            self.second = max(self.second, took)
        else:
            self.slowest = max(self.slowest, took)
            self.unheard += len(there - seen.acknowledged)
            self.unanswered += seen.unanswered


def main(size: Size) -> Figure:
    """At small size, beside other tests, nothing is timed."""
    repeats, clients = (50, 200) if size == "full" else (1, 20)
    verdict = Verdict()
    for number in range(repeats):
        twice = number % 5 == (4 if size == "full" else 0)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            process = start(folder, *EMPTY, "--state", str(folder / "state.db"))
            try:
                seen, took, code = asyncio.run(stopped(process, clients, twice))
            finally:
                process.kill()
            verdict.add(seen, kept(folder / "state.db"), took, code, twice)
        if size == "full":
            progress(number + 1, repeats, "stops")
    late = verdict.late if size == "full" else 0
    text = (
        f"{repeats} stops under {clients} clients with a stream, a slow body and a hanging delivery open: "
        f"{verdict.acknowledged:,} changes acknowledged, lost {verdict.lost}; took effect without an answer "
        f"{verdict.unheard}, unanswered {verdict.unanswered}, in flight and not refused "
        f"with 503 {verdict.unlike}; other exit codes {verdict.codes}; ended after "
        f"{verdict.slowest:.1f} s at most, with a second signal after {verdict.second:.1f} s, late {late}"
    )
    return Figure(
        not (verdict.lost or verdict.unheard or verdict.unanswered or verdict.unlike or verdict.codes or late), text
    )


if __name__ == "__main__":
    alone(__file__, main)
