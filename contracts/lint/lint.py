"""The lint of a client: every rule over one run, with the exceptions that the user has written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from contracts.lint import (
    limit_rules,
    missing_notes,
    paging_rules,
    reading_rules,
    record_rules,
    repeat_rules,
    request_rules,
)
from contracts.lint.client_run import ClientRun
from contracts.lint.lint_exceptions import LintException
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity

_MODULES = (paging_rules, limit_rules, repeat_rules, request_rules, reading_rules, record_rules, missing_notes)
LINT_RULES: Sequence[LintRule] = tuple(
    value for module in _MODULES for value in vars(module).values() if isinstance(value, LintRule)
)
"""Every rule about clients, in the order of the documentation."""


@dataclass(frozen=True)
class LintResult:
    """The findings of a lint. ``excepted`` has those for which the user has given a reason."""

    run: ClientRun
    findings: Sequence[LintFinding]
    excepted: Sequence[tuple[LintFinding, LintException]] = ()
    unused: Sequence[LintException] = ()

    @property
    def problems(self) -> Sequence[LintFinding]:
        """The findings that fail a lint: errors and warnings."""
        return [finding for finding in self.findings if finding.rule.severity is not LintSeverity.NOTE]

    @property
    def notes(self) -> Sequence[LintFinding]:
        """The findings that fail no lint."""
        return [finding for finding in self.findings if finding.rule.severity is LintSeverity.NOTE]

    @property
    def exit_code(self) -> int:
        """1 if there are errors or warnings, 2 if there was nothing to look at, else 0."""
        if self.problems:
            return 1
        return 0 if any(call.operation for call in self.run.calls) else 2


def lint(run: ClientRun, exceptions: Sequence[LintException] = ()) -> LintResult:
    """Judge a run. Findings with the same rule, operation, test and detail are one."""
    seen: dict[tuple[str, ...], LintFinding] = {}
    for finding in chain.from_iterable(module.findings(run) for module in _MODULES):
        seen.setdefault((*finding.key, finding.detail), finding)
    order = {severity: number for number, severity in enumerate(LintSeverity)}
    found = sorted(seen.values(), key=lambda finding: order[finding.rule.severity])
    kept, excepted = [], []
    for finding in found:
        exception = next((one for one in exceptions if one.covers(finding)), None)
        if exception is None:
            kept.append(finding)
        else:
            excepted.append((finding, exception))
    used = [exception for _, exception in excepted]
    return LintResult(run, kept, excepted, [one for one in exceptions if one not in used])
