"""What a client may do to a socket: dawdle, or send more than it may. Both end soon, and cost little.

A thousand connections that send their heads byte by byte, or nothing, are closed within 10 s; a thousand that dawdle
with a body within 30 s; a client that behaves is answered all the while. A body over the cap is refused before it is
read, or, of unknown length, as soon as it is over; twenty of 50 MB at once cost less than 40 MB.
"""

import asyncio
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from frame import Figure, NotShown, Size, alone
from under_test import UnderTest, serving

from mock_server.http_protocol.protocol import HttpProtocol
from mock_server.server import MockServer

MINUTES = 5
CAP = 1024 * 1024
MEGABYTE = 1_000_000
FLOOD, FLOODS = 50 * MEGABYTE, 20
MAX_KIB = 40 * 1024
TOLERANCE = 1.5  # seconds: a busy machine closes a little later
_HOST = b"Host: localhost\r\n"
_KEY = b"Authorization: Bearer sk_test_local\r\n"
_JSON = b"Content-Type: application/json\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n"

# What a slow client has sent before it begins to dawdle, and what it dawdles with.
HEADS: Mapping[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "empty lines": (b"", b"\r\n"),
    "a line": (b"GET /", b"a"),
    "headers": (b"GET /v1/leads HTTP/1.1\r\n" + _HOST + _KEY, b"X: y\r\n"),
    "a second request": (b"GET /v1/faqs HTTP/1.1\r\n" + _HOST + _KEY + b"\r\nGET", b"a"),
    "a body without a key": (b"POST /v1/leads HTTP/1.1\r\n" + _HOST + _JSON + b"Content-Length: 999\r\n\r\n", b"a"),
    "a body over the cap": (
        b"POST /v1/leads HTTP/1.1\r\n" + _HOST + _KEY + _JSON + b"Content-Length: 9999999\r\n\r\n",
        b"a",
    ),
}
_POST = b"POST /v1/leads HTTP/1.1\r\n" + _HOST + _KEY + _JSON
BODIES: Mapping[str, tuple[bytes, bytes]] = {
    # Read all the same: the journal tells what was asked, with its body.
    "a body of a GET": (b"GET /v1/faqs HTTP/1.1\r\n" + _HOST + _KEY + b"Content-Length: 999\r\n\r\n", b"a"),
    "a body": (_POST + b"Content-Length: 999\r\n\r\n", b"a"),
    "chunks": (_POST + _CHUNKED + b"\r\n", b"1\r\na\r\n"),
    "one long chunk": (_POST + _CHUNKED + b"\r\nfff\r\n", b"a"),
    "trailers": (_POST + _CHUNKED + b"\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "a body to the control plane": (
        b"POST /__admin/reset HTTP/1.1\r\n" + _HOST + _JSON + b"Content-Length: 99\r\n\r\n",
        b"a",
    ),
}


@dataclass
class Slow:
    """How long connections of one kind stood, in seconds."""

    closed: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    left: int = 0

    async def dawdle(self, port: int, kind: str, first: bytes, more: bytes, patience: float, pause: float) -> None:
        """One connection: what is sent each ``pause`` is too little."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.monotonic()
        try:
            writer.write(first)
            drip = asyncio.create_task(_drip(writer, more, pause))
            try:
                async with asyncio.timeout(patience):
                    while await reader.read(65536):
                        pass
            except ConnectionError:
                pass
            except TimeoutError:
                self.left += 1
                return
            finally:
                drip.cancel()
            self.closed[kind] += 1
            self.longest = max(self.longest, time.monotonic() - began)
        finally:
            writer.transport.abort()


async def _drip(writer: asyncio.StreamWriter, more: bytes, pause: float) -> None:
    while more and not writer.is_closing():
        await asyncio.sleep(pause)
        writer.write(more)


async def _healthy(port: int, waits: list[float], end: asyncio.Event) -> None:
    """A client that behaves, all the while."""
    ask = b"GET /v1/faqs HTTP/1.1\r\n" + _HOST + _KEY + b"Connection: close\r\n\r\n"
    while not end.is_set():
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ask)
        answer = await reader.read()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"a client that behaves was told {answer[:60]!r}")
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.05)


async def dawdlers(
    port: int, kinds: Mapping[str, tuple[bytes, bytes]], count: int, patience: float, pause: float
) -> tuple[Slow, float]:
    """``count`` slow connections at once; how they ended, and how long a client that behaves waited at most."""
    slow, waits, end = Slow(), list[float](), asyncio.Event()
    healthy = asyncio.create_task(_healthy(port, waits, end))
    names = [list(kinds)[number % len(kinds)] for number in range(count)]
    await asyncio.gather(*(slow.dawdle(port, name, *kinds[name], patience, pause) for name in names))
    end.set()
    await healthy
    return slow, max(waits, default=0.0)


def caps() -> Iterator[tuple[str, bytes, bytes]]:
    """What is over the cap: its name, what is sent, and what is sent again and again until it is over."""
    for path in (
        b"POST /v1/leads",
        b"PUT /v1/leads/1",
        b"POST /v1/sms",
        b"POST /__admin/reset",
        b"POST /__admin/faults",
    ):
        top = path + b" HTTP/1.1\r\n" + _HOST + _KEY + _JSON
        yield f"declared, {path.decode()}", top + b"Content-Length: %d\r\n\r\n" % (CAP + 1), b""
        yield f"expected, {path.decode()}", top + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % (CAP + 1), b""
        yield f"chunked, {path.decode()}", top + _CHUNKED + b"\r\n", b"4000\r\n%s\r\n" % (b" " * 0x4000)


async def refused(port: int, first: bytes, more: bytes) -> str:
    """What is wrong with the answer to a body that has come to just over the cap, and goes on; nothing if it is 413."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first + more * (CAP // len(more) + 2 if more else 0))
    try:
        line = await asyncio.wait_for(reader.readline(), 5)
    except TimeoutError:
        return "not refused"
    finally:
        writer.transport.abort()
    return "" if line.startswith(b"HTTP/1.1 413 ") else repr(line)


async def _capped(port: int) -> tuple[int, list[str]]:
    cases = list(caps())
    wrong = [f"{name}: {why}" for name, first, more in cases if (why := await refused(port, first, more))]
    return len(cases), wrong


def flooded(server: UnderTest) -> int:
    """KiB that the largest of four floods, 20 × 50 MB at once, added."""
    worst = 0
    for first, chunked in (
        (_POST + b"Content-Length: %d\r\n\r\n" % FLOOD, False),
        (_POST + _CHUNKED + b"\r\n", True),
        (_POST.replace(_KEY, b"") + _CHUNKED + b"\r\n", True),
        (b"POST /__admin/faults HTTP/1.1\r\n" + _HOST + _JSON + _CHUNKED + b"\r\n", True),
    ):
        before = server.resident
        server.forget_peak()
        floods = [threading.Thread(target=_flood, args=(server.port, first, chunked)) for _ in range(FLOODS)]
        for flood in floods:
            flood.start()
        for flood in floods:
            flood.join()
        worst = max(worst, server.peak - before)
    return worst


def _flood(port: int, first: bytes, chunked: bool) -> None:
    """Send it all, or as much as the other side takes."""
    part = b" " * MEGABYTE
    if chunked:
        part = b"%x\r\n%s\r\n" % (MEGABYTE, part)
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        try:
            connection.sendall(first)
            for _ in range(FLOOD // MEGABYTE):
                connection.sendall(part)
        except OSError:
            return


class Impatient(HttpProtocol):
    deadline = linger = 0.2


class ImpatientServer(MockServer):
    protocol = Impatient


def main(size: Size) -> Figure:
    return full() if size == "full" else small()


def small() -> Figure:
    """In a fifth of a second what otherwise takes ten; without bodies that wait 30 s, and floods."""
    with serving("small", kind=ImpatientServer, world="empty", rate_limit="off") as server:
        slow, _ = asyncio.run(dawdlers(server.port, HEADS, 40, 5, 0.05))
        tried, wrong = asyncio.run(_capped(server.port))
    text = f"{slow.closed.total()} slow heads closed, {slow.left} left; {tried} bodies over the cap, wrong {len(wrong)}"
    return Figure(not (slow.left or wrong), "; ".join([text, *wrong]))


def full(count: int = 1_000) -> Figure:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count * 2:
        raise NotShown(f"this machine lets a process have {hard} files; {count * 2} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536) if hard > 0 else 65_536, hard))
    with serving("full", world="small", rate_limit="off", max_body=str(CAP)) as server:
        heads, first_wait = asyncio.run(dawdlers(server.port, HEADS, count, 25, 2))
        bodies, second_wait = asyncio.run(dawdlers(server.port, BODIES, count, 60, 2))
        tried, wrong = asyncio.run(_capped(server.port))
        added = flooded(server)
        alive, bugs = server.alive, server.bugs
    text = (
        f"{count:,} slow heads: the last closed after {heads.longest:.1f} s, left {heads.left}; "
        f"{count:,} slow bodies: after {bodies.longest:.1f} s, left {bodies.left}; "
        f"others waited {max(first_wait, second_wait):.2f} s at most; "
        f"{tried} bodies over the cap: wrong {len(wrong)}; {FLOODS} × 50 MB add {added / 1024:.1f} MB at most"
    )
    met = heads.longest < 10 + TOLERANCE and bodies.longest < 30 + TOLERANCE and not (heads.left or bodies.left)
    return Figure(met and not wrong and added <= MAX_KIB and alive and not bugs, "; ".join([text, *wrong]))


if __name__ == "__main__":
    alone(__file__, main)
