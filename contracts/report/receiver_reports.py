"""The result of a receiver check for people and machines: text, JSON, JUnit, HTML."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from contracts.receiver.receiver_result import LEFT_OUT, ReceiverFinding, ReceiverResult, RuleStatus
from contracts.receiver.receiver_rules import RECEIVER_RULES, ReceiverRule
from contracts.report import escaping, html, junit
from contracts.report.report_cases import CaseStatus, ReportCase

_SIGNS = {RuleStatus.PASSED: "ok  ", RuleStatus.FAILED: "FAIL", RuleStatus.NOT_JUDGED: "-   "}
_COLOURS = {0: "good", 1: "bad"}
_NEVER = "1970-01-01T00:00:00"
"""JUnit wants a time of the start. A result has none, so that the same run gives the same file."""


def as_text(result: ReceiverResult) -> str:
    """The result for a terminal: a line for each rule, then the findings, then the verdict."""
    wanted = [rule for rule in RECEIVER_RULES if result.not_judged.get(rule.name) != LEFT_OUT]
    lines = [_rule_line(result, rule) for rule in wanted]
    lines += [line for finding in result.findings for line in ["", *_finding_lines(result, finding)]]
    lines += ["", *([result.effects] if result.effects else []), result.verdict]
    return "\n".join(escaping.terminal(line) for line in lines)


def as_json(result: ReceiverResult) -> str:
    """The result as JSON."""
    return escaping.json_text(result.to_dict())


def as_junit(result: ReceiverResult) -> str:
    """Each rule as a test case."""
    about = {
        "name": escaping.xml(f"sophiie-mock receiver-check {result.url}"),
        "hostname": escaping.xml(urlsplit(result.url).hostname or "localhost"),
        "timestamp": _NEVER,
        "time": f"{result.seconds:.2f}",
    }
    facts = [("seed", str(result.seed)), ("effects", result.effects)]
    return junit.junit_text(about, list(_cases(result)), facts)


def as_html(result: ReceiverResult) -> str:
    """The result as one HTML page."""
    rows = [(rule.name, rule.title, _status(result, rule)) for rule in RECEIVER_RULES]
    facts = " · ".join(filter(None, (result.url, f"seed {result.seed}", result.effects)))
    parts = [
        f'<p class="small">{escaping.page(facts)}</p>',
        *(_article(result, finding) for finding in result.findings),
        html.table("Rules", ("rule", "what it asks", "status"), rows),
    ]
    return html.whole_page("receiver-check", result.verdict, _COLOURS.get(result.exit_code, "odd"), parts)


RECEIVER_WRITERS: Mapping[str, Callable[[ReceiverResult], str]] = MappingProxyType(
    {"json": as_json, "junit": as_junit, "html": as_html}
)
"""The writers by the kind of report."""


def _status(result: ReceiverResult, rule: ReceiverRule) -> str:
    reason = result.not_judged.get(rule.name, "")
    status = result.status(rule)
    return f"{status}: {reason}" if reason and status is RuleStatus.NOT_JUDGED else status.value


def _rule_line(result: ReceiverResult, rule: ReceiverRule) -> str:
    status = result.status(rule)
    why = f" ({result.not_judged[rule.name]})" if status is RuleStatus.NOT_JUDGED else ""
    return f"{_SIGNS[status]} {rule.name}: {rule.title}{why}"


def _finding_lines(result: ReceiverResult, finding: ReceiverFinding) -> Iterator[str]:
    yield f"{finding.rule.name}: {finding.rule.title}"
    for name, text in _facts(result, finding):
        yield f"  {name:<9} {text}"
    yield from (f"            {line}" for line in finding.attempts)


def _facts(result: ReceiverResult, finding: ReceiverFinding) -> list[tuple[str, str]]:
    said = [("sent", finding.sent), ("expected", finding.expected), ("got", finding.got)]
    return [*said, ("mend it", finding.rule.remedy), ("again", result.command(finding))]


def _cases(result: ReceiverResult) -> Iterator[ReportCase]:
    group = "receiver"
    for rule in RECEIVER_RULES:
        found = [finding for finding in result.findings if finding.rule is rule]
        if found:
            details = "\n".join(line for finding in found for line in _finding_lines(result, finding))
            yield ReportCase(CaseStatus.FAILED, group, rule.name, rule.title, details)
        elif rule.name in result.not_judged:
            yield ReportCase(CaseStatus.SKIPPED, group, rule.name, result.not_judged[rule.name])
        else:
            yield ReportCase(CaseStatus.PASSED, group, rule.name)
    if result.exit_code == 2:
        yield ReportCase(CaseStatus.ERROR, group, "vacuous", result.verdict)


def _article(result: ReceiverResult, finding: ReceiverFinding) -> str:
    rows = "".join(f"<dt>{name}<dd>{escaping.page(text)}" for name, text in _facts(result, finding))
    sent = escaping.page("\n".join(finding.attempts))
    title = escaping.page(finding.rule.title)
    name = escaping.page(finding.rule.name)
    return f'<article><h3 class="bad">{title}</h3><p class="small">{name}</p><dl>{rows}</dl><pre>{sent}</pre></article>'
