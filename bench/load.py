"""The load generator: one process, one core, a few kept connections, each with one request on its way.

``python bench/load.py`` reads a plan (JSON) from standard input and prints what came of it (JSON). Plain sockets and
epoll, no HTTP library: it must cost less than the fastest server that it measures, and tells how busy it was.
An answer counts when its status is the expected one and its body has the expected length; any other is ``wrong``.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_READ = 64 * 1024  # more would cost more: Python makes room for all of it
_END = b"\r\n\r\n"


@dataclass
class Outcome:
    """``cpu`` are the server's seconds in the window, ``busy`` the part of it that this process worked."""

    good: int
    wrong: int
    seconds: float
    cpu: float
    busy: float
    p50: float
    p99: float
    example: str


class Connection:
    """One kept connection."""

    __slots__ = ("rest", "sent", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.sent = 0.0


def requests(head: str, body: str | None) -> Iterator[bytes]:
    """The bytes of one request after the other; ``@@@@@@@@`` in the body becomes a number of eight digits."""
    if body is None:
        raw = f"{head}\r\n\r\n".encode()
        while True:
            yield raw
    start = f"{head}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    before, _, after = body.encode().partition(b"@" * 8)
    if not after:
        while True:
            yield start + before
    number = time.time_ns() // 1_000_000 % 100 * 1_000_000  # another window, other numbers
    while True:
        number = (number + 1) % 100_000_000
        yield b"%s%s%08d%s" % (start, before, number, after)


def whole(data: bytes) -> tuple[bytes, int] | None:
    """Status and length of the body of the one answer in ``data``, or None when more must come."""
    end = data.find(_END)
    if end < 0:
        return None
    head = data[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        stop = head.find(b"\r\n", at + 2)
        length = int(head[at + 17 : stop if stop > 0 else end])
        return (data[9:12], length) if len(data) >= end + 4 + length else None
    return _chunked(data[9:12], data[end + 4 :])


def _chunked(status: bytes, body: bytes) -> tuple[bytes, int] | None:
    length = at = 0
    while (line := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:line], 16)
        at = line + 2 + size + 2
        if len(body) < at:
            return None
        if not size:
            return status, length
        length += size
    return None


def cpu(pid: int) -> float:
    """CPU seconds of a process and its children, all threads, to the nanosecond."""
    total = 0
    for process in family(pid):
        for task in Path(f"/proc/{process}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def family(pid: int) -> list[int]:
    """A process and those below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def run(plan: dict[str, Any]) -> Outcome:
    """``warm`` seconds that do not count, then ``seconds`` that do; or ``count`` answers, however long that takes."""
    poll, connections = select.epoll(), {}
    raw = requests(plan["head"], plan["body"])
    for _ in range(plan["connections"]):
        connection = Connection(plan["port"])
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    for connection in connections.values():
        connection.sent = time.perf_counter()
        connection.socket.sendall(next(raw))
    expected = (str(plan["status"]).encode(), plan["length"])
    _window(poll, connections, raw, expected, plan["warm"], 0)
    cpu_before, own_before = cpu(plan["pid"]), time.process_time()
    start = time.perf_counter()
    times, wrong, example = _window(poll, connections, raw, expected, plan["seconds"], plan.get("count", 0))
    took = time.perf_counter() - start
    own, used = time.process_time() - own_before, cpu(plan["pid"]) - cpu_before
    times.sort()
    p50, p99 = (times[int(len(times) * part)] * 1000 if times else 0.0 for part in (0.5, 0.99))
    return Outcome(len(times), wrong, took, used, own / took, p50, p99, example)


def _window(
    poll: Any, connections: Any, raw: Iterator[bytes], expected: tuple[bytes, int], seconds: float, count: int
) -> tuple[list[float], int, str]:
    """Seconds that each right answer took, how many were wrong, and the start of the last wrong one."""
    times: list[float] = []
    wrong, example, clock = 0, "", time.perf_counter
    end = clock() + seconds
    while clock() < end if not count else len(times) + wrong < count:
        for number, _ in poll.poll(1.0):
            connection = connections[number]
            part = connection.socket.recv(_READ)
            data = connection.rest + part if connection.rest else part
            answer = whole(data)
            if answer is None and part:
                connection.rest = data
                continue
            now = clock()
            if answer == expected:
                times.append(now - connection.sent)
            else:
                wrong += 1
                example = data[:300].decode("latin-1")
                if not part:
                    raise SystemExit("the server hung up")
            connection.rest = b""
            connection.sent = now
            connection.socket.send(next(raw))
    return times, wrong, example


if __name__ == "__main__":
    print(json.dumps(asdict(run(json.load(sys.stdin)))))
