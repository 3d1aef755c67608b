"""Judge one recorded exchange under its operation. Messages contain names, types and places, and no value."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from contracts.rules import request_conformance, response_conformance
from contracts.rules.location import Location
from contracts.rules.openapi_core_judge import JUDGES, OpenapiCoreJudge
from contracts.rules.rule import Finding, Rule, Severity, Violation
from contracts.spec.document import Contract, Operation
from contracts.traffic.findings import TrafficFindings
from contracts.traffic.masking import hidden
from contracts.traffic.recording import Part, Recorded
from contracts.transport.exchange import Exchange
from mock_server.support.redaction import MASK

ORIGIN = "http://recorded"
"""The origin that stands for every recorded host."""


@dataclass(frozen=True)
class TrafficOptions:
    """The options. ``base``: the base path or URL of the API. ``strict``: refused or odd requests are findings too.

    ``requests_only``: the answers are not judged, because they follow an older document for example.
    """

    base: str = ""
    strict: bool = False
    requests_only: bool = False


class Judge:
    """Judges exchanges one after the other into ``found``."""

    def __init__(self, contract: Contract, options: TrafficOptions, found: TrafficFindings) -> None:
        self._options, self._found = options, found
        self._second = OpenapiCoreJudge(contract, ORIGIN, every=True)
        self._fine: response_conformance.KnownItems = {}

    @property
    def notes(self) -> list[str]:
        """Sentences about exchanges that only one of the two judges could read."""
        return self._second.notes

    def judge(self, entry: Recorded, operation: Operation) -> None:
        """Judge the request of an entry, and its answer unless a fault or an override made it."""
        self._request(entry, operation)
        if self._options.requests_only:
            return
        if entry.answer is Part.BENT:
            self._found.note("answered by a fault or an override: not judged", entry)
        else:
            self._answer(entry, operation)

    def _request(self, entry: Recorded, operation: Operation) -> None:
        exchange = entry.exchange
        for violation in request_conformance.unknown_parameters(operation, exchange):
            self._add(violation, operation, entry)
        whole = entry.request is Part.WHOLE
        for violation in request_conformance.unknown_members(operation, exchange) if whole else ():
            self._add(replace(violation, rule=self._as_wished(violation.rule)), operation, entry)
        for violation in request_conformance.request(self._second, operation, exchange):
            if not _known(violation.location, entry):
                continue
            if exchange.succeeded or self._options.strict:
                self._add(violation, operation, entry)
            else:
                self._found.note(f"{operation.key} refused what the contract does not allow; see --strict", entry)

    def _as_wished(self, rule: Rule) -> Rule:
        return replace(rule, severity=Severity.ERROR) if self._options.strict else rule

    def _add(self, violation: Violation, operation: Operation, entry: Recorded) -> None:
        self._found.add(Finding.of(violation, operation.key, operation.provenance), entry)

    def _answer(self, entry: Recorded, operation: Operation) -> None:
        exchange = entry.exchange
        if entry.answer is Part.HEAD:
            self._found.note("the body of the answer was not recorded: only status and headers judged", entry)
        wrong = list(response_conformance.judge(operation, exchange, self._fine))
        if entry.answer is Part.WHOLE:
            wrong += self._second.judge(operation, exchange, found_wrong=bool(wrong))
        for finding in wrong:
            about_body = finding.rule.group is response_conformance.SCHEMA.group and finding.rule is not JUDGES
            if about_body and (entry.answer is Part.HEAD or hidden(finding.location.pointer, exchange.body)):
                continue
            if MASK not in exchange.headers.get(finding.location.name, ""):
                self._found.add(finding, entry)


def _known(place: Location, entry: Recorded) -> bool:
    """Tell whether the recording supports a complaint about a request: it does not if the body or value is hidden."""
    exchange = entry.exchange
    if place.part == "body":
        return entry.request is Part.WHOLE and not hidden(place.pointer, exchange.sent_body)
    given = [*parse_qsl(exchange.query), *exchange.sent_headers.items(), *_path_values(exchange)]
    return not any(MASK in value for each, value in given if each.lower() == place.name.lower() or not each)


def _path_values(exchange: Exchange) -> Iterator[tuple[str, str]]:
    return (("", step) for step in urlsplit(exchange.url).path.split("/"))
