"""A million hostile requests over raw sockets: the server neither dies, nor has a bug, nor answers what it may not.

Connections carry 16 requests in a pipeline, well-made HTTP over the contract's operations and the control plane with
hostile parameters, headers and bodies, and end with one of three: a request whose bytes are damaged, a body that is
known to kill (depth bombs up to 200,000 levels, numbers of 500,000 digits and their like), or one of the cases of
``smuggling.py``. Each answer is checked against the documents by ``hostile_judge.py``. Before, the questions of
``full_memory.py`` are asked of a journal and of inboxes that are full of large bodies.
"""

import contextlib
import dataclasses
import random
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import smuggling
from frame import Figure, Size, alone
from full_memory import full_memories
from hostile_judge import Answer, Answers, Judge, judge
from hostile_requests import Maker, Request
from hostile_values import killers
from under_test import serving

MINUTES = 60
SIZES = {"full": 1_000_000, "small": 400}
CLIENTS = 2
BATCH = 16
SLOW = 2.0  # seconds
MOVES = "/__admin/clock/"
"""A move of the clock lets up to 10,000 things happen, as it was asked to, in turns with everybody else's work."""
LONGEST = (MINUTES - 5) * 60  # seconds; what was sent by then is what is told
_RESET_AFTER = 20_000  # requests of a client: the workspace must not grow for ever
_WAITING = 50  # connections whose damaged request may be one that never ends
_EXAMPLES = 5
_STALLED = 9.0  # seconds
_LONGEST_ANSWER = 60.0  # seconds: a move of the clock waits for slow receivers for half of it
_ENDING = 0.05  # share of the connections whose client closes its side once it has asked
_REFUSED = b"GET /%b HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"x" * 70_000)
"""A head over the bound. Its refusal comes after the answers to a batch, when the client has closed its side."""


@dataclass
class Tally:
    """``wrong``: what was wrong with how many answers. ``slowest`` in seconds."""

    sent: int = 0
    answered: int = 0
    slow: int = 0
    slowest: float = 0.0
    cases: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        sums = {it.name: getattr(self, it.name) + getattr(other, it.name) for it in dataclasses.fields(self)}
        return Tally(**{**sums, "slowest": max(self.slowest, other.slowest)})


class Client:
    """Sends its share, one connection after the other."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._rng = random.Random(seed)
        self._maker = Maker(seed)
        self._judge: Judge = judge()
        self._cases: Iterator[tuple[str, tuple[bytes, int]]] = iter(())
        self._waiting: deque[socket.socket] = deque()
        self.tally = Tally()

    def run(self, count: int) -> Tally:
        resets, end = 0, time.monotonic() + LONGEST
        while self.tally.sent < count and time.monotonic() < end:
            batch = [self._maker.next() for _ in range(BATCH)]  # first: a connection that says nothing is closed
            began = time.monotonic()
            try:
                with self._connection() as connection:
                    if self._pipeline(connection, batch) and self._last(connection):
                        self._waiting.append(connection.dup())
            except OSError as fault:
                if time.monotonic() - began < _STALLED:  # otherwise it was this client that dawdled
                    self.tally.wrong[f"{type(fault).__name__}: {str(fault)[:80]}"] += 1
            while len(self._waiting) > _WAITING:
                self._hear_out(self._waiting.popleft())
            if self.tally.sent // _RESET_AFTER > resets:
                resets += 1
                self._reset()
        while self._waiting:
            self._hear_out(self._waiting.popleft())
        return self.tally

    def _connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), _LONGEST_ANSWER)

    def _pipeline(self, connection: socket.socket, batch: Sequence[Request]) -> bool:
        """Whether the connection goes on after a batch of requests."""
        answers = Answers(connection)
        self.tally.sent += BATCH
        began = time.monotonic()
        ended = self._rng.random() < _ENDING
        connection.sendall(b"".join([*(request.raw for request in batch), _REFUSED * ended]))
        if ended:  # whoever sends no more may still read
            connection.shutdown(socket.SHUT_WR)
        for request in batch:
            answer = self._answer(answers, head=request.method == "HEAD")
            if answer is None:
                self.tally.wrong[f"no answer to {request.method} {request.target[:80]}"] += 1
                return False
            began = self._timed(began, request.target)
            if wrong := self._judge.fault(request.method, request.target, answer):
                self.tally.wrong[wrong] += 1
            if answer.last:
                return False
        if ended and ((answer := self._answer(answers)) is None or answer.status != 431):
            self.tally.wrong[f"not 431 but {answer and answer.status} for a client that has ended its side"] += 1
        return not ended

    def _timed(self, began: float, target: str = "") -> float:
        now = time.monotonic()
        if not target.startswith(MOVES):
            self.tally.slowest = max(self.tally.slowest, now - began)
            self.tally.slow += now - began > SLOW
        return now

    def _answer(self, answers: Answers, *, head: bool = False) -> Answer | None:
        try:
            answer = answers.next(head=head)
        except (OSError, ValueError) as fault:
            self.tally.wrong[f"{type(fault).__name__}: {str(fault)[:80]}"] += 1
            return None
        self.tally.answered += answer is not None
        return answer

    def _last(self, connection: socket.socket) -> bool:
        """The last request of a connection; whether its answer is to be heard later."""
        self.tally.sent += 1
        draw = self._rng.random()
        if draw < 0.6:
            connection.sendall(self._maker.broken())
            return True
        if draw < 0.8:
            self._smuggle(connection)
        else:
            self._kill(connection)
        return False

    def _kill(self, connection: socket.socket) -> None:
        request = self._maker.killer()
        began = time.monotonic()
        connection.sendall(request.raw)
        answer = self._answer(Answers(connection))
        self._timed(began)
        if answer is None:
            self.tally.wrong[f"no answer to a body of {len(request.raw):,} bytes"] += 1
        elif wrong := self._judge.fault(request.method, request.target, answer):
            self.tally.wrong[wrong] += 1

    def _smuggle(self, connection: socket.socket) -> None:
        name, (raw, right) = next(self._cases, (None, (b"", 0)))
        if name is None:
            self._cases = iter(smuggling.cases().items())
            name, (raw, right) = next(self._cases)
        self.smuggle(connection, name, raw, right)

    def smuggle(self, connection: socket.socket, name: str, raw: bytes, right: int) -> None:
        """One case, and the probe after it."""
        began = time.monotonic()
        connection.sendall(raw + smuggling.PROBE)
        answers, statuses = Answers(connection), []
        while (answer := self._answer(answers)) is not None:
            statuses.append(answer.status)
            began = self._timed(began)
        self.tally.cases += 1
        if wrong := smuggling.fault(right, statuses):
            self.tally.wrong[f"{name}: {wrong}"] += 1

    def _hear_out(self, connection: socket.socket) -> None:
        """What was said to damaged bytes; whether it was one answer or three nobody can tell."""
        with connection:
            with contextlib.suppress(OSError):  # closed there already: what was said can still be read
                connection.shutdown(socket.SHUT_WR)
            answers = Answers(connection)
            while (answer := self._answer(answers)) is not None:
                if answer.status >= 500 or (answer.status >= 400 and not answer.body.startswith(b"{")):
                    self.tally.wrong[f"{answer.status} for damaged bytes: {answer.body[:80]!r}"] += 1

    def _reset(self) -> None:
        with self._connection() as connection:
            connection.sendall(b"POST /__admin/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            Answers(connection).next()


def share(port: int, seed: int, count: int) -> Tally:
    return Client(port, seed).run(count)


def every_case(port: int) -> Tally:
    """The whole corpus once, a connection for each."""
    client = Client(port, 0)
    for name, (raw, right) in smuggling.cases().items():
        with socket.create_connection(("127.0.0.1", port), 30) as connection:
            client.smuggle(connection, name, raw, right)
        client.tally.sent += 1
    return client.tally


def main(size: Size) -> Figure:
    count = SIZES[size]
    began = time.monotonic()
    with serving(size, world="small", rate_limit="off", max_body=str(1024 * 1024)) as server:
        asked = full_memories(server, size)
        tally = every_case(server.port)
        left = count - tally.sent
        if size == "small":
            tally += share(server.port, 1, left)
        else:
            with ProcessPoolExecutor(CLIENTS) as pool:
                shares = [pool.submit(share, server.port, seed, left // CLIENTS + 1) for seed in range(1, CLIENTS + 1)]
                tally = sum((done.result() for done in shares), tally)
        deaths, bugs = 0 if server.alive else 1, server.bugs
    five = sum(number for what, number in tally.wrong.items() if what.startswith("5"))
    wrong = sum(tally.wrong.values()) - five
    text = (
        f"{tally.sent:,} of {count:,} requests in {time.monotonic() - began:,.0f} s ({len(killers())} killing bodies, "
        f"{len(smuggling.cases())} smuggling cases): deaths {deaths}, 5xx {five + bugs}, wrong answers {wrong}, "
        f"over {SLOW:g} s {tally.slow} (slowest {tally.slowest:.2f} s); {asked}"
    )
    for what in asked.wrong[:_EXAMPLES]:
        text += f"; {what}"
    for what, number in tally.wrong.most_common(_EXAMPLES):
        text += f"; {number} × {what}"
    faults = deaths or five or bugs or wrong or tally.slow or asked.wrong
    return Figure(not faults and tally.sent >= count, text)


if __name__ == "__main__":
    alone(__file__, main)
