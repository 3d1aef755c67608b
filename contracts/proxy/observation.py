"""Looks at exchanges after they were handed back: judges both directions, keeps shapes, says one line of each."""

import queue
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from contracts.rules.rule import Finding
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.observer import Observer, now
from contracts.spec.document import Contract
from contracts.traffic.bodies import unpacked
from contracts.traffic.findings import TrafficFindings
from contracts.traffic.judge import ORIGIN, Judge, TrafficOptions
from contracts.traffic.recording import Part, Recorded
from contracts.transport.exchange import Exchange
from contracts.transport.forwarding import ClientRequest, ForwardedAnswer, Headers

_SHOWN = 6


class _FindingsOfOne(TrafficFindings):
    """Holds the findings of one exchange."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Finding] = []
        self.said: list[str] = []

    def add(self, finding: Finding, entry: Recorded) -> None:
        """Keep a finding."""
        self.found.append(finding)

    def note(self, text: str, entry: Recorded) -> None:
        """Keep a note."""
        self.said.append(text)


class Observation:
    """A thread of its own, so that no client waits for it. ``say`` gets one line for each exchange.

    ``also`` gets each exchange with its values, and must not keep them.
    """

    def __init__(
        self, contract: Contract, asked: Mapping[str, Collection[str]], say: Callable[[str], None], began: datetime,
        also: Callable[[Exchange], None] | None = None,
    ) -> None:  # fmt: skip
        self._contract, self._say, self._also = contract, say, also
        self._observer = Observer(contract, asked, began)
        digests = tuple(document.digest for document in contract.documents)
        self.recording = ShapeRecording(began.date(), digests)
        self.findings = 0
        self._judge_of_one = _FindingsOfOne()
        self._judge = Judge(contract, TrafficOptions(strict=False), self._judge_of_one)
        self._waiting: queue.SimpleQueue[tuple[ClientRequest, ForwardedAnswer, float, datetime] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._work, name="sophiie-mock proxy", daemon=True)

    def __enter__(self) -> "Observation":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._waiting.put(None)
        self._thread.join()

    def passed(self, request: ClientRequest, answer: ForwardedAnswer, seconds: float) -> None:
        """Take an exchange; it is looked at later."""
        self._waiting.put((request, answer, seconds, now()))

    def _exchange(self, request: ClientRequest, answer: ForwardedAnswer, seconds: float) -> tuple[Exchange, Part]:
        headers = _by_name(answer.headers)
        body, part = unpacked(answer.body, headers, None)
        exchange = Exchange(
            request.method or "",
            ORIGIN + request.target,
            _by_name(request.headers_as_sent),
            request.content,
            answer.status,
            headers,
            body if part is Part.WHOLE else b"",
            seconds=seconds,
            private=True,
            words=self._contract.words,
        )
        return exchange, part

    def _work(self) -> None:
        while (taken := self._waiting.get()) is not None:
            try:
                self._look(*taken)
            except Exception as fault:  # a mistake of ours must not end the recording, nor quote an answer
                self._say(f"not judged: {type(fault).__name__}, a bug of sophiie-mock")

    def _look(self, request: ClientRequest, answer: ForwardedAnswer, seconds: float, at: datetime) -> None:
        exchange, part = self._exchange(request, answer, seconds)
        shaped = self._observer.observe(exchange, at)
        self.recording.exchanges.append(shaped)
        if self._also is not None:
            self._also(exchange)
        operation = self._contract.operations.get(shaped.operation)
        if operation is None:
            self._say(f"{shaped.method} (no operation of the contract) {exchange.status}")
            return
        self._judge_of_one.found, self._judge_of_one.said = [], []
        entry = Recorded(len(self.recording.exchanges), "", replace(exchange, operation=operation.key), answer=part)
        self._judge.judge(entry, operation)
        self.findings += len(self._judge_of_one.found)
        reasons = [_reason(finding) for finding in self._judge_of_one.found] + self._judge_of_one.said
        if part is not Part.WHOLE:
            reasons.append("its body is packed in a way that cannot be read here: let the client accept gzip only")
        more = [f"and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
        said = "; ".join([*reasons[:_SHOWN], *more]) or "as documented"
        self._say(f"{operation.key} {exchange.status} {exchange.seconds * 1000:.0f} ms: {said}")


def _reason(finding: Finding) -> str:
    place = " ".join(filter(None, [finding.location.part, finding.location.name, finding.location.pointer]))
    return f"{finding.rule.name} {place}: expected {finding.expected}, got {finding.got}"


def _by_name(headers: Headers) -> dict[str, str]:
    """Headers by lower-case name, several of one name joined."""
    found: dict[str, str] = {}
    for name, value in headers:
        low = name.lower()
        found[low] = f"{found[low]}, {value}" if low in found else value
    return found
