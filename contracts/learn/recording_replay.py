"""A recording asked again of the mock. Nothing goes anywhere else: the mock is started here, for this."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from contracts.errors import SuiteError
from contracts.learn.contract_comparison import ContractComparison
from contracts.learn.difference import Difference, DifferenceKind
from contracts.learn.recording_comparison import RecordingComparison, ReplayFinding
from contracts.learn.remade_requests import RequestMaker, not_again_reason
from contracts.shapes.exchanges import ShapedExchange, ShapeRecording
from contracts.shapes.observer import Observer
from contracts.spec.document import Contract
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.target import Target

_OF_SHAPE = frozenset(
    {DifferenceKind.STATUS, DifferenceKind.MEDIA, DifferenceKind.FIELD, DifferenceKind.ABSENT, DifferenceKind.TYPE,
     DifferenceKind.NULL, DifferenceKind.ENUM}
)  # fmt: skip
_WRONG_KEY = "sk_test_mock_of_nobody"


@dataclass(frozen=True)
class ReplayResult:
    """``differences`` are between the recording and the contract, ``findings`` between it and the mock's answers."""

    differences: Sequence[Difference]
    findings: Sequence[tuple[ReplayFinding, int]]
    asked: int
    left_out: Mapping[str, int]


def replay_recording(
    recording: ShapeRecording, contract: Contract, target: Target, asked: Mapping[str, Collection[str]]
) -> ReplayResult:
    """Ask the mock everything that a recording has, and compare both ways."""
    comparison = ContractComparison(contract)
    comparison.add([recording])
    differences = [one for one in comparison.differences() if one.mismatch.kind in _OF_SHAPE]
    replayed = _Replay(contract, target, asked)
    for exchange in recording.exchanges:
        replayed.ask(exchange)
    return ReplayResult(differences, replayed.comparison.findings(), replayed.asked, replayed.left_out)


class _Replay:
    def __init__(self, contract: Contract, target: Target, asked: Mapping[str, Collection[str]]) -> None:
        self._target = target
        self._transport = Transport(Guard(Policy(target.origin, Mode.FULL, target.key, contract)))
        self._maker = RequestMaker(contract)
        self._observer = Observer(contract, asked, datetime.combine(datetime.min, time(), UTC))
        self._contract = contract
        self.comparison = RecordingComparison(contract)
        self.asked = 0
        self.left_out: Counter[str] = Counter()

    def ask(self, recorded: ShapedExchange) -> None:
        """Make the request of one recorded exchange again, and compare the answer."""
        reason = not_again_reason(recorded)
        if reason:
            self.left_out[reason] += 1
            return
        try:
            for family in filter(None, [self._maker.lacks_ids(recorded), *self._maker.lacks_references(recorded)]):
                self._send("GET", family, {}, None, with_key=True)
            request = self._maker.make(recorded)
        except SuiteError as fault:
            self.left_out[str(fault)] += 1
            return
        self.asked += 1
        answered = self._send(request.method, request.path, request.query, request.content, with_key=request.with_key)
        self.comparison.add(recorded, self._observer.observe(answered))

    def _send(
        self, method: str, path: str, query: Mapping[str, str], content: bytes | None, *, with_key: bool
    ) -> Exchange:
        key = self._target.key if with_key else _WRONG_KEY
        headers = {
            "authorization": f"Bearer {key}",
            **({} if content is None else {"content-type": "application/json"}),
        }
        answered = self._transport.request(method, self._target.origin + path, headers, content, query)
        operation = self._contract.find(method, path)
        if operation is not None and answered.succeeded and "{" not in operation.path:
            self._maker.offer(operation.key, _ids(answered.json))
        return answered


def _ids(value: Any) -> list[str]:
    """The ids of the records of a list, or of one record, with or without an envelope."""
    if isinstance(value, dict) and isinstance(value.get("id"), str | int):
        return [str(value["id"])]  # what it holds are other records
    members = list(value.values()) if isinstance(value, dict) else [value]
    rows = [row for member in members for row in (member if isinstance(member, list) else [member])]
    return [str(row["id"]) for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str | int)]
