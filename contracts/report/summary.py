"""The content of every report as plain data, already redacted. The writers only arrange it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from contracts.replay import stored_request
from contracts.report import run_facts
from contracts.rules.rule import Finding, Severity
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor

Cause = Sequence[Mapping[str, Any]]
"""Findings of a summary that most likely have one cause, the first of them as an example."""
MAX_COMMANDS = 9
"""Most commands in a report for one finding; a failed delivery needs as many."""
MAX_EXAMPLES = 3
"""Most findings of one cause that are shown in full."""

_PACE = re.compile(r"the real API would have answered 429: .*?; the window ends in \d+ s(; |$)")
"""A note that a mock adds to every request of a quick run, and that explains no finding."""


def redacted(value: Any, redactor: ReportRedactor) -> Any:
    """A copy of JSON-like data in which every text is redacted."""
    if isinstance(value, str):
        return redactor.redact(value)
    if isinstance(value, dict):
        return {redactor.redact(str(name)): redacted(member, redactor) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item, redactor) for item in value]
    return value


def finding(item: Finding, outcome: RunResult, redactor: ReportRedactor) -> dict[str, Any]:
    """One finding as plain data, with the commands that show it."""
    shown = item.evidence[-MAX_COMMANDS:]
    keys = outcome.target.variables
    curls = [exchange.curl(keys) for exchange in shown]
    again = [stored_request.to_dict(exchange, keys) for exchange in shown]
    is_mock = outcome.target.is_mock
    judged = {"breaks": item.breaks(is_mock), "doubt": item.doubt(is_mock), "reason": reason_of(item, outcome)}
    found: dict[str, Any] = redacted({**item.as_dict(), **judged, "curl": curls, "requests": again}, redactor)
    return found


def reason_of(item: Finding, outcome: RunResult) -> str:
    """The reason that a mock gave for its answer; empty for other targets, because their headers are not ours."""
    if not outcome.target.is_mock:
        return ""
    explained = item.evidence[-1].headers.get("x-mock-explain", "") if item.evidence else ""
    return _PACE.sub("", item.reason or explained)


def sentence(item: Mapping[str, Any]) -> str:
    """Describe a finding of a summary in one or two sentences."""
    reason = f" Reason: {item['reason']}." if item["reason"] else ""
    return f"{item['title']}. Expected: {item['expected']}. Got: {item['got']}.{reason}"


def causes(findings: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """Group the findings of a summary that probably have one cause: the same operation breaks the same rule."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in findings:
        found.setdefault((item["rule"], item["operation"]), []).append(item)
    return list(found.values())


def more(cause: Cause) -> str:
    """The words `` (and 22 more)`` where a cause has more than one finding; else nothing."""
    return f" (and {len(cause) - 1} more)" if len(cause) > 1 else ""


def places_like_it(cause: Cause) -> str:
    """The words ``22 more places like it`` for a cause with more than one finding; else nothing."""
    rest = len(cause) - 1
    return f"{rest} more {_many(rest, 'place')} like it"


def summary(outcome: RunResult, redactor: ReportRedactor) -> dict[str, Any]:
    """Everything of a run that may be written, as plain data."""
    operations = {}
    for key, counts in outcome.coverage.statuses.items():
        sent, known = outcome.coverage.known_parameters(key)
        statuses = {str(status): count for status, count in sorted(counts.items())}
        operations[key] = {"statuses": statuses, "parameters": f"{sent}/{known}"}
    facts: dict[str, Any] = redacted(
        {
            "target": outcome.target.origin,
            "mock": outcome.target.is_mock,
            "mode": str(outcome.mode),
            "seed": outcome.seed,
            "exitCode": outcome.exit_code,
            "requests": outcome.requests,
            "refused": outcome.refused,
            "seconds": round(outcome.seconds, 2),
            "stopped": outcome.stopped,
            "vacuous": outcome.vacuous,
            "passed": outcome.passed,
            "failed": outcome.failed,
            "notRun": {name: str(skipped) for name, skipped in outcome.not_run.items()},
            "notes": outcome.notes,
            "operations": operations,
            **run_facts.to_dict(outcome),
        },
        redactor,
    )
    facts["findings"] = [finding(item, outcome, redactor) for item in in_order(outcome)]
    facts["acceptedFindings"] = [finding(item, outcome, redactor) for item in outcome.accepted]
    facts["causes"] = [_cause(cause) for cause in causes(facts["findings"])]
    facts["accepted"] = redacted([list(item.key) for item in outcome.accepted], redactor)
    return facts


def _cause(cause: Cause) -> dict[str, Any]:
    first = cause[0]
    places = list(dict.fromkeys(item["where"] for item in cause))[:MAX_EXAMPLES]
    return {"rule": first["rule"], "operation": first["operation"], "count": len(cause), "examples": places}


def in_order(outcome: RunResult) -> Sequence[Finding]:
    """Findings in the order of reports: those that break the run first, then by rule and operation."""
    return sorted(outcome.findings, key=lambda f: (not f.breaks(outcome.target.is_mock), f.rule.name, f.key))


def by_rule(findings: Sequence[Mapping[str, Any]]) -> list[list[Cause]]:
    """The causes of each rule, rule by rule; the findings of a summary are in the order of reports."""
    groups = groupby(findings, key=lambda item: (item["rule"], item["breaks"]))
    return [causes(list(group)) for _, group in groups]


def verdict(outcome: RunResult) -> str:
    """The result of a run in one sentence."""
    if outcome.interrupted:
        rules = len({item.rule.name for item in outcome.broken})
        return f"interrupted; {rules or 'no'} {_many(rules, 'rule')} seen to be broken by then"
    if outcome.exit_code == 1:
        rules = len({item.rule.name for item in outcome.broken})
        places = len({item.operation for item in outcome.broken})
        return f"{rules} {_many(rules, 'rule')} broken, in {places} {_many(places, 'operation')}"
    if outcome.stopped:
        return f"stopped: {outcome.stopped}"
    if outcome.expired:
        return f"the baseline is out of date: {'; '.join(outcome.expired)}"
    if outcome.vacuous:
        return f"nothing is proved: {'; '.join(outcome.vacuous)}"
    if outcome.broken:
        return "nothing is proved: no operation was seen to succeed"
    warnings = sum(item.rule.severity is Severity.WARNING for item in outcome.doubts)
    count, aside = len(outcome.doubts) - warnings, f", with {warnings} {_many(warnings, 'warning')}" if warnings else ""
    if count:
        return f"every documented rule was kept; our document may be wrong in {count} {_many(count, 'place')}{aside}"
    return f"every rule was kept{aside}"


def _many(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


@dataclass(frozen=True)
class RunReport:
    """The result of a run as every writer gets it. Its content is built once, for all of them."""

    outcome: RunResult
    redactor: ReportRedactor

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """Everything of the run that may be written, already redacted."""
        return summary(self.outcome, self.redactor)

    @cached_property
    def causes(self) -> Sequence[Cause]:
        """The findings, grouped by their probable cause."""
        return causes(self.facts["findings"])

    @cached_property
    def accepted_causes(self) -> Sequence[Cause]:
        """The findings that the baseline accepts, grouped in the same way."""
        return causes(self.facts["acceptedFindings"])

    @cached_property
    def verdict(self) -> str:
        """The result in one sentence, already redacted."""
        return self.redactor.redact(verdict(self.outcome))
