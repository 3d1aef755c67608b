"""A rule about clients, and a finding: the calls of one client that break it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.lint.client_run import Call
from contracts.traffic.context import CallingTest

_SHOWN_CALLS = 12


class LintSeverity(StrEnum):
    """How serious it is that a client breaks a rule."""

    ERROR = "error"
    """Records are lost, doubled or leaked."""
    WARNING = "warning"
    """It works, and costs more than it should, or fails on a bad day."""
    NOTE = "note"
    """Something that the run did not show; it never fails a lint."""


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule about clients. ``why`` says what goes wrong otherwise, ``remedy`` what to do."""

    id: str
    severity: LintSeverity
    title: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A client broke a rule. ``detail`` names no value of the traffic: only names, places, counts and times."""

    rule: LintRule
    operation: str
    detail: str
    calls: Sequence[Call] = ()
    """The calls that show it, in the order in which they were made."""

    @property
    def test(self) -> CallingTest | None:
        """The test that made the calls, if the recording tells it."""
        return next((call.context.test for call in self.calls if call.context.test), None)

    @property
    def key(self) -> tuple[str, str, str]:
        """Rule, operation and test: findings with the same key are shown once."""
        return self.rule.id, self.operation, self.test.id if self.test else ""

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        test = self.test
        return {
            "rule": self.rule.id,
            "severity": self.rule.severity.value,
            "title": self.rule.title,
            "operation": self.operation,
            "detail": self.detail,
            "why": self.rule.why,
            "remedy": self.rule.remedy,
            "exchanges": [call.to_dict() for call in self.calls[:_SHOWN_CALLS]],
            "test": {"id": test.id, "file": test.file, "line": test.line} if test else None,
        }
