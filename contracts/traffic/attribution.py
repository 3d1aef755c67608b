"""Sort a recording: requests to operations, to paths that should be operations, and to anything else."""

from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from contracts.errors import CannotRun
from contracts.rules import request_conformance
from contracts.rules.rule import Finding, Violation
from contracts.run import checked_rules
from contracts.run.coverage import Coverage
from contracts.run.outcome import OFFLINE, RunResult
from contracts.spec.document import Contract
from contracts.spec.provenance import Provenance
from contracts.traffic import unknown_requests
from contracts.traffic.api_home import ApiBase, home, host_of
from contracts.traffic.findings import TrafficFindings
from contracts.traffic.judge import ORIGIN, Judge, TrafficOptions
from contracts.traffic.recording import Recorded, Recording, UnreadableEntry
from contracts.transport.exchange import Exchange
from contracts.transport.target import Target

_MOCK = "x-mock-request-id"


class Attribution:
    """One recording under one contract."""

    def __init__(self, contract: Contract, recording: Recording, options: TrafficOptions) -> None:
        self._contract, self._recording, self._options = contract, recording, options
        self._found = TrafficFindings()
        self._judge = Judge(contract, options, self._found)
        self._coverage = Coverage(contract, "")
        self._words = contract.words
        self._names = unknown_requests.Names(contract)
        self._left_out: Counter[str] = Counter(recording.left_out)
        self._judged = self._unknown = 0

    def outcome(self, name: str) -> RunResult:
        """Judge the recording. Raises CannotRun when no request in it was for the API."""
        place = home(self._contract, self._recording, self._options.base)
        for entry in self._recording.entries:
            self._entry(entry, place)
        ours = [odd for odd in self._recording.unreadable if place and place.path(odd.url) is not None]
        lost = [odd for odd in self._recording.unreadable if not odd.url]
        if lost:
            self._left_out[f"cannot be read, nor for whom they were; the first: {lost[0].reason.reason}"] += len(lost)
        if others := len(self._recording.unreadable) - len(ours) - len(lost):
            self._left_out["odd entries that are not for the API"] += others
        if not self._judged and not self._unknown:
            raise self._nothing(name, ours)
        is_mock = any(_MOCK in entry.exchange.headers for entry in self._recording.entries)
        outcome = RunResult(Target(name, "", is_mock=is_mock, local=True), OFFLINE, 0, self._coverage)
        outcome.requests = self._judged
        outcome.rules = checked_rules.unchecked_by_traffic(requests_only=self._options.requests_only)
        outcome.notes = self._notes(place, ours)
        self._conclude(outcome)
        return outcome

    def _nothing(self, name: str, ours: list[UnreadableEntry]) -> CannotRun:
        """Explain why nothing was judged: the first unreadable entry, if that may be the reason."""
        odd = ours or self._recording.unreadable
        if odd:
            return odd[0].reason
        why = "; ".join([f"{number} left out: {reason}" for reason, number in self._left_out.items()])
        reason = f"{name}: none of {self._recording.size} entries is for a path of the contract"
        return CannotRun(f"{reason} ({why})" if why else reason, self._recording.remedy)

    def _entry(self, entry: Recorded, place: ApiBase | None) -> None:
        exchange = entry.exchange
        path = place.path(exchange.url) if place else None
        if path is None:
            self._left_out[self._elsewhere(exchange)] += 1
            return
        operation = self._contract.find(exchange.method, path)
        if operation is None:
            self._no_operation(entry, path)
            return
        query = urlsplit(exchange.url).query
        url = f"{ORIGIN}{path}" + (f"?{query}" if query else "")
        placed = replace(entry, exchange=replace(exchange, url=url, operation=operation.key, words=self._words))
        self._judged += 1
        self._coverage.seen(placed.exchange)
        self._judge.judge(placed, operation)

    def _elsewhere(self, exchange: Exchange) -> str:
        """Describe a request to another host, or outside the API. A host with the contract's paths is named."""
        parts = urlsplit(exchange.url)
        host = host_of(parts) if self._contract.find(exchange.method, parts.path) else ""
        return f"for {host}, which --base {parts.scheme}://{host} would judge" if host else "for another host or path"

    def _no_operation(self, entry: Recorded, path: str) -> None:
        exchange = entry.exchange
        if aside := unknown_requests.exempt_reason(self._contract, exchange, path):
            self._left_out[aside] += 1
            return
        self._unknown += 1
        shown, meant = self._names.describe(exchange.method, path)
        due = "an operation of the document" + (f"; did you mean {meant}?" if meant else "")
        got = f"{shown}, answered {exchange.status}"
        violation = Violation(request_conformance.OPERATION, expected=due, got=got)
        self._found.add(Finding.of(violation, shown, Provenance.DOCUMENTED), entry)

    def _notes(self, place: ApiBase | None, ours: list[UnreadableEntry]) -> list[str]:
        where = place.describe() if place else ""
        count = f"{self._judged} of {self._recording.size} entries are for a path of the contract"
        first = ", ".join(filter(None, [count, where]))
        left = [f"{number} left out: {reason}" for reason, number in self._left_out.items()]
        odd = [f"not judged: {one.reason.reason}" for one in ours]
        return [first, *self._recording.notes, *odd, *left, *self._found.notes, *self._judge.notes]

    def _conclude(self, outcome: RunResult) -> None:
        outcome.findings = self._found.findings
        faulty = dict.fromkeys(finding.operation for finding in outcome.findings)
        seen = [key for key, counts in outcome.coverage.statuses.items() if counts]
        outcome.failed = [f"traffic[{key}]" for key in faulty]
        outcome.passed = [f"traffic[{key}]" for key in seen if key not in faulty]
        worked = any(map(outcome.coverage.succeeded, seen))
        if not (worked or outcome.findings or self._options.requests_only):
            outcome.vacuous = ["no exchange of the contract succeeded"]
