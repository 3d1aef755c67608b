"""Find out whether each finding of a report still holds.

The scenario that found it runs again, if that is possible. A finding of the generator, or of an old report, is judged
by its last request, which is sent once more.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from contracts.errors import RequestRefused
from contracts.replay import stored_request
from contracts.replay.reruns import Key, RerunResult, Reruns
from contracts.replay.stored_request import StoredRequest
from contracts.rules import access, input, lifecycle, protocol, response_conformance
from contracts.rules.location import Location
from contracts.rules.openapi_core_judge import JUDGES, OpenapiCoreJudge
from contracts.rules.rule import Rule
from contracts.run.runner import Run
from contracts.scenarios import rate_limit
from contracts.spec.document import Operation
from contracts.spec.json_file import JsonNode
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Mode
from contracts.transport.network_errors import NETWORK_ERRORS, in_words

_LOOKED_AT = frozenset({rule.name for rule in (*vars(response_conformance).values(), JUDGES) if isinstance(rule, Rule)})
"""Rules about one answer: the new answer is judged."""

_BY_STATUS = frozenset(
    rule.name
    for rule in (
        *(input.ACCEPTED, input.REFUSED, input.BAD_JSON, input.EXPECTED_QUERY, access.IGNORED_AUTH),
        *(
            protocol.UNKNOWN_PATH,
            protocol.METHOD,
            protocol.MEDIA_TYPE,
            protocol.TOO_LARGE,
            protocol.REQUIRED_HEADER,
            lifecycle.UNKNOWN_ID,
        ),
    )
)
"""Rules that depend on the status only."""


class ReplayStatus(StrEnum):
    """The present state of an earlier finding."""

    BROKEN = "still broken"
    MENDED = "mended"
    UNKNOWN = "cannot be repeated"


@dataclass(frozen=True)
class StoredFinding:
    """A finding, read from a report."""

    rule: str
    operation: str
    where: str
    expected: str
    title: str
    requests: Sequence[StoredRequest]
    scenario: str = ""
    """The scenario that found it, if the report names it."""

    @property
    def key(self) -> Key:
        """Rule, operation and place, which identify a finding."""
        return self.rule, self.operation, self.where

    @property
    def due(self) -> str:
        """The expected status, if the report's text begins with it: ``404 with the envelope``."""
        found = re.match(r"\d{3}\b", self.expected)
        return found[0] if found else ""


@dataclass(frozen=True)
class ReplayResult:
    """One earlier finding, its present state, and the reason."""

    finding: StoredFinding
    status: ReplayStatus
    why: str


def load_findings(report: JsonNode) -> list[StoredFinding]:
    """Load the findings from the JSON report of a run. Raises CannotRun."""
    report.get("findings", list)
    return [_old(node) for node in report.items("findings", numbered=True)]


def _old(node: JsonNode) -> StoredFinding:
    rule, operation, where, expected, title = (
        node.get(name, str) for name in ("rule", "operation", "where", "expected", "title")
    )
    requests = [stored_request.load_request(one) for one in node.items("requests")]
    return StoredFinding(rule, operation, where, expected, title, requests, node.get("unit", str, ""))


def replay(run: Run, every: Sequence[StoredFinding]) -> Iterator[ReplayResult]:
    """Check each finding again. Raises RunStopped if the target asks to stop."""
    repeats, judge = Reruns(run), OpenapiCoreJudge(run.contract, run.target.origin, every=True)
    known = {stored.key for stored in every}
    for stored in every:
        yield ReplayResult(stored, *(_in_its_run(stored, known, repeats) or _again(run, stored, judge)))


def _in_its_run(stored: StoredFinding, known: Set[Key], repeats: Reruns) -> tuple[ReplayStatus, str] | None:
    """Repeat the scenario that found it; None if that decides nothing and a single request may."""
    found = repeats.run_one(stored.scenario)
    if found is None:
        return None
    broken = _found(stored, known, found)
    if not broken:
        found = repeats.after_others(stored.scenario)
        broken = _found(stored, known, found)
    if broken:
        return ReplayStatus.BROKEN, broken
    return None if found.reason else (ReplayStatus.MENDED, f"{stored.scenario} does not find it any more")


def _found(stored: StoredFinding, known: Set[Key], found: RerunResult) -> str:
    """How a scenario found it again; empty if it did not."""
    if stored.key in found.keys:
        return f"{stored.scenario} finds it again"
    moved = [where for rule, operation, where in found.keys - known if (rule, operation) == stored.key[:2]]
    return f"{stored.scenario} finds it elsewhere: {min(moved)}" if moved else ""


def _again(run: Run, stored: StoredFinding, judge: OpenapiCoreJudge) -> tuple[ReplayStatus, str]:
    """Send the last request once more."""
    if stored.rule not in _LOOKED_AT | _BY_STATUS or not stored.requests:
        how = (
            "--check-rate-limit"
            if stored.rule in rate_limit.RULES and run.mode is Mode.SAFE
            else f"--only {stored.rule}"
        )
        return ReplayStatus.UNKNOWN, f"one request does not show it: run `check {how}`"
    last = stored.requests[-1]
    if last.unsendable_reason:
        return ReplayStatus.UNKNOWN, last.unsendable_reason
    try:
        exchange = _send(run, last)
    except RequestRefused as reason:
        return ReplayStatus.UNKNOWN, str(reason)
    except NETWORK_ERRORS as fault:
        return ReplayStatus.UNKNOWN, f"the connection broke: {in_words(fault)}"
    lost = _lost(stored, last, exchange)
    if lost:
        return ReplayStatus.UNKNOWN, lost
    broken = _by_status(stored, last, exchange) if stored.rule in _BY_STATUS else _judged(run, stored, exchange, judge)
    return (ReplayStatus.BROKEN if broken else ReplayStatus.MENDED), exchange.answer(80)


def _send(run: Run, last: StoredRequest) -> Exchange:
    """Send through the transport of the run: on a real host it refuses all but documented reads with the key."""
    content = None if last.body is None else last.body.encode()
    url = run.target.origin + last.path
    return run.transport.request(last.method, url, last.sent_headers(run.target.variables), content, {})


def _lost(stored: StoredFinding, last: StoredRequest, exchange: Exchange) -> str:
    """The reason why an answer says nothing about the finding; empty if it does."""
    now, then = exchange.status, last.status
    if now == then or str(now) == stored.due:
        return ""
    if now in (401, 403, 429):
        return f"it is answered {now} now"
    if now == 404 and "{}" in stored.operation:
        return f"what it asked for is not there: 404, and {then} then"
    fixed = stored.rule in _BY_STATUS or then >= 500
    return (
        "" if fixed or stored.rule == response_conformance.STATUS.name else f"it is answered {now} now, and {then} then"
    )


def _by_status(stored: StoredFinding, last: StoredRequest, exchange: Exchange) -> bool:
    """Tell whether the status is still the wrong one."""
    return str(exchange.status) != stored.due and (exchange.status == last.status or exchange.status >= 500)


def _judged(run: Run, stored: StoredFinding, exchange: Exchange, judge: OpenapiCoreJudge) -> bool:
    operation = _operation(run, exchange)
    if operation is None:
        return exchange.status >= 500
    wrong = list(response_conformance.judge(operation, exchange, {}))
    wrong += judge.judge(operation, exchange, found_wrong=bool(wrong))
    # The place in a body; empty for a header, whose name the engine says otherwise than we do.
    place = Location.load(stored.where).pointer
    return any(found.rule.name == stored.rule and place in ("", found.location.pointer) for found in wrong)


def _operation(run: Run, exchange: Exchange) -> Operation | None:
    return run.contract.find(exchange.method, urlsplit(exchange.url).path)


def exit_code(verdicts: Sequence[ReplayResult]) -> int:
    """The exit code: 1 if a finding still holds, 2 if one could not be decided, 0 if all are gone."""
    statuses = {verdict.status for verdict in verdicts}
    if ReplayStatus.BROKEN in statuses:
        return 1
    return 2 if ReplayStatus.UNKNOWN in statuses else 0
