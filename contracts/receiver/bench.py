"""One trial after the other: a change, its delivery with a fault, and the effects that were seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from contracts.receiver.mock_driver import MockDriver
from contracts.receiver.receiver_result import ReceiverFinding
from contracts.receiver.receiver_rules import ReceiverRule
from contracts.receiver.side_effects import PATIENCE, Effects, EffectWatch
from contracts.receiver.subjects import CheckedRecord

Fault = tuple[str, Mapping[str, Any]]
_MAX_ATTEMPTS = 12
_RATE_WINDOW = 61
_RECENT = 10
LOOP = 20
"""Further events after which a receiver that causes them itself goes round in a circle: they are lost from there on."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a trial: records whose deliveries a fault bent, and the effects."""

    records: Sequence[CheckedRecord]
    deliveries: Sequence[Mapping[str, Any]]
    effects: Effects

    @property
    def attempts(self) -> list[Mapping[str, Any]]:
        """All requests to the receiver, in their order."""
        return [attempt for delivery in self.deliveries for attempt in delivery["attempts"]]

    def lines(self) -> list[str]:
        """The requests to the receiver with their answers, for a report."""
        return [_line(delivery, attempt) for delivery in self.deliveries for attempt in delivery["attempts"]]


@dataclass
class Bench:
    """The place where trials are made; it collects findings and rules that cannot be judged."""

    driver: MockDriver
    watch: EffectWatch
    url: str
    subscription: int = 0
    findings: list[ReceiverFinding] = field(default_factory=list)
    not_judged: dict[str, str] = field(default_factory=dict)

    def trial(
        self, *faults: Fault, records: int = 1, expected: int | None = None, learning: bool = False, apart: bool = False
    ) -> Trial:
        """Let records be made whose deliveries the faults strike, at once or a second ``apart``.

        ``expected`` is the number of records of which an effect should come; without it, of all.
        """
        self.begin()
        for name, limits in faults:
            self.driver.fault(name, self.subscription, **{"count": 1, **limits})
        self._break_loop(records)
        made = self.driver.records(records) if not apart else [*self._apart(records)]
        self.driver.drain()
        return self.seen(made, records if expected is None else expected, learning=learning)

    def _apart(self, records: int) -> Iterator[CheckedRecord]:
        for _ in range(records):
            yield from self.driver.records()
            self.driver.advance(1)

    def _break_loop(self, events: int) -> None:
        """Lose what comes after so many events and some more, or a receiver that answers itself would never rest."""
        self.driver.fault("LOST", self.subscription, after=events + LOOP)

    def begin(self) -> None:
        """Start anew: no fault, fresh limits, and effects counted from here on."""
        if self.driver.limited:
            self.driver.advance(_RATE_WINDOW)
        self.driver.heal()
        self.subscription = self.driver.subscribe(self.url)  # an answer 410 has ended the one before
        self.driver.cancel_owed(self.subscription)
        self.watch.mark()

    def again(self, trial: Trial, *faults: Fault, expected: int | None = None) -> Trial:
        """Deliver the events of a trial again with their ids; the effects of both times are counted."""
        self.driver.heal()
        for name, limits in faults:
            self.driver.fault(name, self.subscription, **{"count": 1, **limits})
        self._break_loop(len(trial.deliveries))
        for delivery in trial.deliveries:
            self.driver.resend(str(delivery["eventId"]))
        return self.seen(trial.records, len(trial.records) if expected is None else expected, len(trial.deliveries))

    def seen(
        self,
        records: Sequence[CheckedRecord],
        expected: int,
        more: int = 0,
        *,
        learning: bool = False,
        patience: float = PATIENCE,
    ) -> Trial:
        """The outcome for some records, once the receiver has settled; ``more`` deliveries than records are shown."""
        usual = self.watch.usual.times(expected)
        effects = self.watch.learn(records) if learning else self.watch.settled(records, usual, patience)
        return Trial(records, self.driver.deliveries(self.subscription, len(records) + more), effects)

    def until_delivered(self, trial: Trial) -> None:
        """Move the clock until nothing of a trial is owed any more, as the schedule of retries says."""
        for _ in range(_MAX_ATTEMPTS):
            owed = self.driver.deliveries(self.subscription, len(trial.deliveries))
            if all(delivery["state"] != "pending" for delivery in owed):
                return
            self.driver.advance(3_600)
            self.driver.drain()

    def found(self, rule: ReceiverRule, trial: Trial, *, sent: str, expected: str, got: str) -> None:
        """Note a finding."""
        self.findings.append(ReceiverFinding(rule, sent, expected, got, trial.lines()[:20]))

    def milliseconds(self) -> float:
        """The time that the receiver usually takes to answer, by its last deliveries."""
        recent = self.driver.deliveries(self.subscription, _RECENT)
        return median(float(attempt["ms"]) for delivery in recent for attempt in delivery["attempts"])

    def skip(self, rules: Iterable[ReceiverRule], reason: str) -> None:
        """Note that rules cannot be judged."""
        for rule in rules:
            self.not_judged.setdefault(rule.name, reason)

    def judge_count(self, rule: ReceiverRule, trial: Trial, sent: str, records: int = 1) -> bool:
        """Note a finding if the effects are not the usual ones; tell whether they are."""
        excess, lack = self.watch.excess(trial.effects, records), self.watch.lack(trial.effects, records)
        if excess or lack:
            self.found(rule, trial, sent=sent, expected=self.watch.expectation(records), got=excess or lack)
        return not excess and not lack


Experiment = Callable[[Bench], None]


def answers(trial: Trial) -> str:
    """The answers of the receiver in a few words."""
    said = [str(attempt["status"] or attempt["error"]) for attempt in trial.attempts]
    return ", ".join(said[:8]) + (", …" if len(said) > 8 else "")


def accepted(attempt: Mapping[str, Any]) -> bool:
    """Tell whether the receiver took a request."""
    return attempt["status"] is not None and 200 <= attempt["status"] < 300


def _line(delivery: Mapping[str, Any], attempt: Mapping[str, Any]) -> str:
    fault = f" [{attempt['fault'].rpartition('; ')[2]}]" if attempt.get("fault") else ""
    answer = attempt["status"] or attempt["error"]
    return f"POST {delivery['trigger']} {delivery['messageId']}{fault} → {answer} in {attempt['ms']:g} ms"
