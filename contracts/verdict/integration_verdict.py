"""The answer to one question: is this integration done? If not, the next actions in the order of their weight."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.lint.lint import LintResult
from contracts.lint.lint_exceptions import LintException
from contracts.lint.lint_rule import LintFinding, LintSeverity
from contracts.lint.request_rules import UNKNOWN_PATH
from contracts.rules import request_conformance
from contracts.rules.rule import Finding
from contracts.run.outcome import RunResult
from contracts.verdict.action import Action, ActionKind
from contracts.verdict.coverage_gaps import CoverageGaps
from contracts.verdict.receiver_report import ReceiverReport
from contracts.verdict.subscriptions import delivered, subscriptions

NEXT_ACTIONS = 5
_OF_LINT = (request_conformance.OPERATION, request_conformance.PARAMETER, request_conformance.MEMBER)
"""Rules of recorded traffic that the lint has too."""


@dataclass(frozen=True)
class Evidence:
    """Everything that a verdict joins. ``source`` names the recording in commands; ``facts`` is the whole of it."""

    lint: LintResult
    traffic: RunResult | None
    receiver: ReceiverReport
    exceptions: Sequence[LintException]
    facts: Mapping[str, Any]
    source: str
    url: str


@dataclass(frozen=True)
class IntegrationVerdict:
    """The answer. Without any successful request to an operation, nothing was tested."""

    evidence: Evidence
    actions: Sequence[Action]

    @property
    def tested(self) -> bool:
        """Tell whether anything was tested."""
        return any(call.operation and call.succeeded for call in self.evidence.lint.run.calls)

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        if not self.tested:
            return "nothing tested"
        return "not done" if self.actions else "done"

    @property
    def exit_code(self) -> int:
        """0 done, 1 not done, 2 nothing tested."""
        return {"done": 0, "not done": 1, "nothing tested": 2}[self.word]

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain data."""
        lint, run = self.evidence.lint, self.evidence.lint.run
        findings = self.evidence.traffic.findings if self.evidence.traffic else ()
        return {
            "verdict": self.word,
            "exitCode": self.exit_code,
            "actions": [action.to_dict() for action in self.actions[:NEXT_ACTIONS]],
            "actionsInAll": len(self.actions),
            "requests": len(run.calls),
            "unmatched": sum(call.operation is None for call in run.calls),
            "operations": {"used": len(run.used), "all": len(run.contract.operations)},
            "lint": {"findings": len(lint.problems), "excepted": len(lint.excepted)},
            "traffic": {"findings": len(findings)},
            "receiver": self.evidence.receiver.to_dict(),
        }


def integration_verdict(evidence: Evidence) -> IntegrationVerdict:
    """Join the evidence."""
    return IntegrationVerdict(evidence, list(_actions(evidence)))


def _actions(evidence: Evidence) -> Iterator[Action]:
    run = evidence.lint.run
    subscribed = list(subscriptions(run))
    gaps = CoverageGaps(run, evidence.exceptions, evidence.url)
    problems = evidence.lint.problems
    if not any(call.operation and call.succeeded for call in run.calls):
        what = "no request to an operation has succeeded; the base URL of the mock is " + evidence.url
        yield Action(ActionKind.TEST, "Run your client, or its tests, against the mock", what, "pytest --sophiie-lint")
    yield from (_of_lint(one, evidence.source) for one in problems if one.rule.severity is LintSeverity.ERROR)
    if evidence.traffic:
        yield from _of_traffic(evidence.traffic.findings, evidence.source)
    yield from evidence.receiver.actions(subscribed)
    yield from (_of_lint(one, evidence.source) for one in problems if one.rule.severity is LintSeverity.WARNING)
    yield from gaps.statuses()
    if (taken := delivered(evidence.facts)) is not None:
        yield from gaps.events(subscribed, taken)
    yield from gaps.values()


def _of_lint(finding: LintFinding, source: str) -> Action:
    where = f"{finding.operation}: {finding.detail}" if finding.operation else finding.detail
    by = f" ({finding.test.id})" if finding.test else ""
    title = finding.rule.remedy if finding.rule is not UNKNOWN_PATH else "Use a path of the document"
    title = title[0].upper() + title[1:]
    return Action(
        ActionKind.LINT, title, f"{where}{by} [{finding.rule.id}]", f"sophiie-mock lint {shlex.quote(source)}",
        finding.operation,
    )  # fmt: skip


def _of_traffic(findings: Sequence[Finding], source: str) -> Iterator[Action]:
    for finding in findings:
        if finding.rule not in _OF_LINT:
            detail = f"{finding.operation} [{finding.where}]: expected {finding.expected}, got {finding.got}"
            command = f"sophiie-mock check traffic {shlex.quote(source)} --requests-only -v"
            yield Action(ActionKind.TRAFFIC, "Send what the document says", detail, command, finding.operation)
