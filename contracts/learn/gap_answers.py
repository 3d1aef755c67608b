"""The answer that recordings give to each gap: confirmed, contradicted, or still open."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from contracts.learn.conditions import Agrees, words_at
from contracts.learn.gap_ledger import ANOTHER, KnownGap
from contracts.shapes.exchanges import ShapedExchange, ShapeRecording


class Verdict(StrEnum):
    """The state of a gap after recordings were asked."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    OPEN = "still open"


@dataclass
class GapAnswer:
    """``seen`` counts the exchanges that show a choice; ``first`` and ``last`` are days of recordings."""

    gap: KnownGap
    seen: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    first: date | None = None
    last: date | None = None

    @property
    def verdict(self) -> Verdict:
        """Confirmed when nothing but our choice was seen, contradicted when something else was."""
        if not self.seen:
            return Verdict.OPEN
        return Verdict.CONFIRMED if set(self.seen) == {self.gap.choice} else Verdict.CONTRADICTED

    @property
    def assumption(self) -> str:
        """The ``--assume`` that follows; empty where none does, or where the evidence is divided."""
        [*choices] = self.seen
        is_plain = len(choices) == 1 and self.verdict is Verdict.CONTRADICTED
        return f"{self.gap.id}={choices[0]}" if is_plain and choices[0] in self.gap.switchable else ""

    def describe(self) -> str:
        """The evidence as a sentence: how often which choice was seen, and what of it no choice names."""
        if not self.seen:
            return self.gap.reason or "no exchange is about it"
        counts = ", ".join(f"{choice}: {count}" for choice, count in self.seen.most_common())
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        more = f"; statuses {statuses}" if ANOTHER in self.seen else ""
        words = f"; words {', '.join(sorted(self.words))}" if self.words else ""
        return f"{counts}{more}{words}"

    def to_dict(self) -> dict[str, Any]:
        """The answer for a file or for JSON output."""
        days = {name: day.isoformat() for name, day in (("first", self.first), ("last", self.last)) if day}
        return {
            "id": self.gap.id,
            "verdict": str(self.verdict),
            "chosen": self.gap.choice,
            "seen": dict(self.seen),
            "count": sum(self.seen.values()),
            **days,
            **({"words": sorted(self.words)} if self.words else {}),
            **({"assume": self.assumption} if self.assumption else {}),
            **({"reason": self.describe()} if not self.seen else {}),
        }


def answer_gaps(gaps: Sequence[KnownGap], recordings: Iterable[ShapeRecording], agrees: Agrees) -> list[GapAnswer]:
    """The answer to every gap, in the order of the ledger."""
    answers = [GapAnswer(gap) for gap in gaps]
    askable = [answer for answer in answers if answer.gap.answers is not None]
    for recording in recordings:
        for exchange in recording.exchanges:
            for answer in askable:
                _count(answer, exchange, recording.day, agrees)
    return answers


def _count(answer: GapAnswer, exchange: ShapedExchange, day: date, agrees: Agrees) -> None:
    choice = answer.gap.answer(exchange, agrees)
    if not choice:
        return
    answer.seen[choice] += 1
    answer.statuses[exchange.status] += 1
    answer.words |= {*_words(answer.gap, exchange)}
    answer.first = min(answer.first or day, day)
    answer.last = max(answer.last or day, day)


def _words(gap: KnownGap, exchange: ShapedExchange) -> Iterator[str]:
    return words_at(exchange.body, list(gap.words)) if gap.words else iter(())
