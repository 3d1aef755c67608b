"""The result of a receiver check: a verdict for each rule, and the findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.receiver.receiver_rules import RECEIVER_RULES, ReceiverRule
from contracts.receiver.subjects import DEFAULT_TRIGGER

LEFT_OUT = "it was left out by --only"
"""The reason why a rule that nobody wanted is not judged."""


class RuleStatus(StrEnum):
    """The knowledge of a rule after a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class ReceiverFinding:
    """One place where the receiver broke a rule."""

    rule: ReceiverRule
    sent: str
    expected: str
    got: str
    attempts: Sequence[str] = ()
    """The requests to the receiver with their answers, a line each."""


@dataclass(frozen=True)
class ReceiverResult:
    """The result of one check. ``not_judged`` holds the reason for each rule that nothing could be said about."""

    url: str
    seed: int
    findings: Sequence[ReceiverFinding]
    not_judged: Mapping[str, str]
    effects: str
    """How side effects were seen; empty if they could not be seen."""
    vacuous: str = ""
    """The reason why the check proves nothing; empty if it proves something."""
    seconds: float = 0.0
    trigger: str = DEFAULT_TRIGGER
    """The event whose records were tried."""
    repeat_with: str = ""
    """Options of the command that show a finding again, such as the probe."""

    def status(self, rule: ReceiverRule) -> RuleStatus:
        """The verdict on one rule."""
        if any(finding.rule is rule for finding in self.findings):
            return RuleStatus.FAILED
        return RuleStatus.NOT_JUDGED if rule.name in self.not_judged else RuleStatus.PASSED

    @property
    def exit_code(self) -> int:
        """0 if all judged rules were kept, 1 with a finding, 2 if nothing is proved."""
        return 1 if self.findings else 2 if self.vacuous else 0

    @property
    def verdict(self) -> str:
        """The result in one sentence."""
        broken = len({finding.rule.name for finding in self.findings})
        if broken:
            return f"{broken} of {len(RECEIVER_RULES)} rules broken"
        if self.vacuous:
            return f"nothing is proved: {self.vacuous}"
        judged = len(RECEIVER_RULES) - len(self.not_judged)
        return f"{judged} of {len(RECEIVER_RULES)} rules judged, all kept"

    def command(self, finding: ReceiverFinding) -> str:
        """The command that shows a finding again."""
        trigger = f" --trigger {self.trigger}" if self.trigger != DEFAULT_TRIGGER else ""
        given = f" {self.repeat_with}" if self.repeat_with else ""
        return f"sophiie-mock receiver-check {self.url} --only {finding.rule.name} --seed {self.seed}{trigger}{given}"

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data, as ``--json`` prints it."""
        return {
            "receiver": self.url,
            "seed": self.seed,
            "trigger": self.trigger,
            "exitCode": self.exit_code,
            "verdict": self.verdict,
            "effects": self.effects,
            "seconds": round(self.seconds, 2),
            "rules": [
                {
                    "rule": rule.name,
                    "title": rule.title,
                    "status": self.status(rule).value,
                    "reason": self.not_judged.get(rule.name, ""),
                }
                for rule in RECEIVER_RULES
            ],
            "findings": [self._finding(finding) for finding in self.findings],
        }

    def _finding(self, finding: ReceiverFinding) -> dict[str, Any]:
        return {
            "rule": finding.rule.name,
            "sent": finding.sent,
            "expected": finding.expected,
            "got": finding.got,
            "remedy": finding.rule.remedy,
            "attempts": list(finding.attempts),
            "seed": self.seed,
            "command": self.command(finding),
        }
