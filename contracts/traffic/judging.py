"""Recorded exchanges under the contract. What is said of them holds names, types and places, and no value."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from contracts.checks import recorded, shape
from contracts.checks.second import SecondJudge
from contracts.coverage import Coverage
from contracts.document import Contract, Operation
from contracts.errors import CannotRun
from contracts.exchange import Exchange
from contracts.outcome import OFFLINE, Outcome
from contracts.rule import Finding
from contracts.target import Target
from contracts.traffic.masked import hidden
from contracts.traffic.reading import Part, Recorded, Recording
from mock_server.redaction import MASK

_ORIGIN = "http://recorded"
_MOCK = "x-mock-request-id"
_SHOWN = 4


@dataclass
class _Found:
    finding: Finding
    entries: list[Recorded] = field(default_factory=list)

    def told(self) -> Finding:
        """The finding with where it was seen."""
        place = f"{_numbers(self.entries)}, the first at {self.entries[0].pointer}"
        return replace(self.finding, got=f"{self.finding.got} in {place}", evidence=())


class Judging:
    """One recording under one contract. ``strict``: what was refused, or is only odd, is a finding as well."""

    def __init__(self, contract: Contract, recording: Recording, *, base: str = "", strict: bool = False) -> None:
        self._contract, self._recording, self._strict = contract, recording, strict
        self._base = base.rstrip("/") or _base(contract, recording.entries)
        self._second = SecondJudge(contract, _ORIGIN, every=True)
        self._fine: shape.Fine = {}
        self._found: dict[tuple[str, str, str], _Found] = {}
        self._odd: dict[str, list[Recorded]] = {}

    def outcome(self, name: str) -> Outcome:
        """What it comes to. Raises CannotRun when no exchange is one of the contract."""
        entries = self._recording.entries
        coverage = Coverage(self._contract, "")
        mine = 0
        for entry in entries:
            if (found := self._placed(entry.exchange)) is not None:
                operation, exchange = found
                mine += 1
                coverage.seen(exchange)
                self._judge(replace(entry, exchange=exchange), operation)
        if not mine:
            reason = f"{name}: none of {len(entries)} exchanges is for a path of the contract"
            raise CannotRun(reason, "record requests to the API, or name its document (--spec) or base path (--base)")
        is_mock = any(_MOCK in entry.exchange.headers for entry in entries)
        outcome = Outcome(Target(name, "", is_mock=is_mock, local=True), OFFLINE, 0, coverage)
        outcome.requests = mine
        self._conclude(outcome, f"{mine} of {len(entries)} exchanges are for a path of the contract")
        return outcome

    def _conclude(self, outcome: Outcome, first: str) -> None:
        outcome.findings = [found.told() for found in self._found.values()]
        faulty = {finding.operation for finding in outcome.findings}
        seen = [key for key, counts in outcome.coverage.statuses.items() if counts]
        outcome.failed = [f"traffic[{key}]" for key in seen if key in faulty]
        outcome.passed = [f"traffic[{key}]" for key in seen if key not in faulty]
        if not outcome.findings and not any(map(outcome.coverage.succeeded, seen)):
            outcome.vacuous = ["no exchange of the contract succeeded"]
        left = [f"{count} left out: {reason}" for reason, count in self._recording.left_out.items()]
        base = [f"base path {self._base}"] if self._base else []
        odd = [_told(*item) for item in self._odd.items()]
        outcome.notes = [", ".join([first, *base]), *left, *odd, *self._second.notes]

    def _placed(self, exchange: Exchange) -> tuple[Operation, Exchange] | None:
        """The operation an exchange is for, and the exchange as if there were no base path."""
        parts = urlsplit(exchange.url)
        if not parts.path.startswith(f"{self._base}/"):
            return None
        path = parts.path[len(self._base) :]
        operation = self._contract.find(exchange.method, path)
        if operation is None:
            return None
        url = f"{_ORIGIN}{path}" + (f"?{parts.query}" if parts.query else "")
        return operation, replace(exchange, url=url, operation=operation.key)

    def _judge(self, entry: Recorded, operation: Operation) -> None:
        self._request(entry, operation)
        if entry.answer is Part.BENT:
            self._note("answered by a fault or an override: not judged", entry)
        else:
            self._answer(entry, operation)

    def _request(self, entry: Recorded, operation: Operation) -> None:
        exchange = entry.exchange
        names = {name for name, _ in parse_qsl(exchange.query, keep_blank_values=True)}
        for name in recorded.unknown_parameters(operation, names):
            self._note(f"{operation.key} has no parameter `{name}`", entry)
        said = [one for one in recorded.request(self._second, operation, exchange) if self._judged(one[0], entry)]
        for place, expected, got in said:
            if exchange.succeeded or self._strict:
                rule = recorded.REQUEST
                self._add(Finding(rule, operation.key, operation.provenance, got, expected, place), entry)
            else:
                self._note(f"{operation.key} refused what the contract does not allow; see --strict", entry)

    @staticmethod
    def _judged(place: str, entry: Recorded) -> bool:
        """Whether what is said of a request can be known: not of a body that is not there, nor of masked values."""
        exchange = entry.exchange
        if place.startswith("body"):
            return entry.request is Part.WHOLE and not hidden(place.removeprefix("body").strip(), exchange.sent_body)
        name = place.partition(" ")[2].partition(" ")[0]
        given = [*parse_qsl(exchange.query), *exchange.sent_headers.items(), *_path_values(exchange)]
        return not any(MASK in value for each, value in given if each.lower() == name.lower() or not each)

    def _answer(self, entry: Recorded, operation: Operation) -> None:
        exchange = entry.exchange
        if entry.answer is Part.HEAD:
            self._note("the body of the answer was not recorded: only status and headers judged", entry)
        wrong = list(shape.judge(operation, exchange, self._fine))
        if entry.answer is Part.WHOLE:
            wrong += self._second.judge(operation, exchange, found_wrong=bool(wrong))
        for finding in wrong:
            about_body = finding.rule.group is shape.SCHEMA.group
            pointer = finding.where.partition(" ")[2] if about_body else ""
            if about_body and (entry.answer is Part.HEAD or hidden(pointer, exchange.body)):
                continue
            if MASK not in exchange.headers.get(finding.where.partition(" ")[2], ""):
                self._add(finding, entry)

    def _add(self, finding: Finding, entry: Recorded) -> None:
        entries = self._found.setdefault(finding.key, _Found(finding)).entries
        if entry not in entries[-1:]:
            entries.append(entry)

    def _note(self, text: str, entry: Recorded) -> None:
        entries = self._odd.setdefault(text, [])
        if entry not in entries[-1:]:
            entries.append(entry)


def _told(text: str, entries: Sequence[Recorded]) -> str:
    return f"{text} ({_numbers(entries)})"


def _numbers(entries: Sequence[Recorded]) -> str:
    more = f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
    word = "entry" if len(entries) == 1 else "entries"
    return f"{word} {', '.join(str(entry.number) for entry in entries[:_SHOWN])}{more}"


def _base(contract: Contract, entries: Sequence[Recorded]) -> str:
    """What stands before the contract's paths in most URLs; nothing when any has them as they are."""
    bases: Counter[str] = Counter()
    for entry in entries:
        steps = urlsplit(entry.exchange.url).path.split("/")[1:]
        starts = ("/".join(["", *steps[:count]]) for count in range(len(steps)))
        full = urlsplit(entry.exchange.url).path
        fitting = (start for start in starts if contract.find(entry.exchange.method, full[len(start) :]))
        if (first := next(fitting, None)) is not None:
            bases[first] += 1
    return "" if "" in bases or not bases else bases.most_common(1)[0][0]


def _path_values(exchange: Exchange) -> Iterator[tuple[str, str]]:
    return (("", step) for step in urlsplit(exchange.url).path.split("/"))
