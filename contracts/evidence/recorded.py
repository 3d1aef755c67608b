"""Evidence from shape recordings: the answers that were seen, and the gaps that they answer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from contracts.evidence.axes import Fact, OnAxis
from contracts.learn.contract_comparison import ContractComparison
from contracts.learn.gap_answers import Verdict, answer_gaps
from contracts.learn.gap_ledger import KnownGap
from contracts.shapes.exchanges import ShapedExchange, ShapeRecording
from contracts.spec.document import Contract

_NOTHING_GIVEN = "no recording was given"
_NOT_RECORDED = "no recorded answer of this operation is the real API's"
_OURS = "x-mock-"
"""The header fields of the mock begin with it: its answers are no evidence of the real API."""


class RecordedEvidence:
    """Asks recordings about one operation after the other."""

    def __init__(self, contract: Contract, gaps: Sequence[KnownGap], recordings: Sequence[ShapeRecording]) -> None:
        self._contract, self._gaps, self._recordings = contract, gaps, recordings

    def shapes(self, operation: str) -> OnAxis:
        """How many answers with which status were seen."""
        found = self._of(operation)
        statuses = Counter(it.status for recording in found for it in recording.exchanges)
        if not statuses:
            return OnAxis(reason=self._why_none())
        text = "answers: " + ", ".join(f"{count} with {status}" for status, count in sorted(statuses.items()))
        return OnAxis((Fact(text, max(recording.day for recording in found)),))

    def probed(self, operation: str) -> OnAxis:
        """The gaps that the exchanges of this operation answer."""
        found = self._of(operation)
        if not found:
            return OnAxis(reason=self._why_none())
        agrees = ContractComparison(self._contract).agrees
        answers = [it for it in answer_gaps(self._gaps, found, agrees) if it.verdict is not Verdict.OPEN]
        facts = (Fact(f"{it.gap.id} {it.verdict}", it.last) for it in answers if it.last)
        return OnAxis(tuple(facts), "" if answers else "its recorded exchanges touch no gap")

    def _of(self, operation: str) -> list[ShapeRecording]:
        """The recordings, each with the exchanges that show one operation; recordings without any are left out."""
        parts = [
            replace(recording, exchanges=[it for it in recording.exchanges if _shows(it, operation)])
            for recording in self._recordings
        ]
        return [recording for recording in parts if recording.exchanges]

    def _why_none(self) -> str:
        return _NOT_RECORDED if self._recordings else _NOTHING_GIVEN


def _shows(exchange: ShapedExchange, operation: str) -> bool:
    """Tell whether an exchange is of an operation and not of the mock."""
    return exchange.operation == operation and not any(name.startswith(_OURS) for name in exchange.headers)
