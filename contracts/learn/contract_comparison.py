"""Every difference between the contract and recordings, each once, with how often and when it was seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from contracts.learn.difference import Difference, DifferenceKind, Mismatch
from contracts.learn.document_places import documented_order
from contracts.learn.shape_comparison import mismatches
from contracts.shapes.exchanges import Fact, Order, ShapedExchange, ShapeRecording
from contracts.spec.document import Contract, Operation

_INFRASTRUCTURE = frozenset(
    ["accept-ranges", "age", "allow", "alt-svc", "cache-control", "connection", "content-encoding",
     "content-language", "content-length", "content-security-policy", "content-type", "cf-cache-status",
     "cf-ray", "cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
     "date", "etag", "expect-ct", "expires", "keep-alive", "last-modified", "link", "location", "nel",
     "origin-agent-cluster", "permissions-policy", "pragma", "referrer-policy", "report-to", "server",
     "server-timing", "set-cookie", "strict-transport-security", "transfer-encoding", "vary", "via", "x-cache",
     "x-content-type-options", "x-dns-prefetch-control", "x-download-options", "x-frame-options",
     "x-permitted-cross-domain-policies", "x-powered-by", "x-xss-protection", "access-control-allow-origin",
     "access-control-allow-credentials", "access-control-expose-headers", "access-control-allow-headers",
     "access-control-allow-methods", "www-authenticate"]
)  # fmt: skip
"""Headers of servers, proxies and browsers, which say nothing of the API."""
_INFRASTRUCTURE_PREFIXES = (
    *("cf-", "fly-", "x-amz-", "x-amzn-", "x-cache-", "x-envoy-", "x-mock-", "x-nf-", "x-railway-"),
    *("x-render-", "x-served-by", "x-timer", "x-varnish", "x-vercel-"),
)
"""How the headers of hosting services begin."""
_CREATION = ("createdat", "created", "createdon", "creationdate", "creationtime", "datecreated")
_FACTS = {
    Fact.TEXT_OTHER: (DifferenceKind.TEXT, ("message",), "the documented text"),
    Fact.STATUS_OTHER: (DifferenceKind.ENVELOPE, ("error", "status"), "the status of the answer"),
    Fact.OTHER_ID: (DifferenceKind.ID, ("id",), "ids that begin as documented"),
    Fact.PAGES_OTHER: (DifferenceKind.PAGING, ("totalPages",), "as many pages as the items need"),
    Fact.ONE_PAGE_WHEN_EMPTY: (DifferenceKind.PAGING, ("totalPages",), "no page when there is nothing"),
}


@dataclass
class _Tally:
    count: int = 0
    first: date = date.max
    last: date = date.min

    def add(self, day: date) -> None:
        self.count += 1
        self.first, self.last = min(self.first, day), max(self.last, day)


@dataclass
class ContractComparison:
    """Compares exchanges one after the other; the answer to a shape that came before is remembered."""

    contract: Contract
    _found: dict[tuple[str, int, Mismatch], _Tally] = field(default_factory=dict)
    _totals: dict[tuple[str, int], int] = field(default_factory=dict)
    _known: dict[tuple[str, int, int], tuple[object, tuple[Mismatch, ...]]] = field(default_factory=dict)

    def add(self, recordings: Iterable[ShapeRecording]) -> None:
        """Compare every exchange of these recordings."""
        for recording in recordings:
            for exchange in recording.exchanges:
                if exchange.operation:
                    self._add(exchange, recording.day)

    def _add(self, exchange: ShapedExchange, day: date) -> None:
        key = exchange.operation, exchange.status
        self._totals[key] = self._totals.get(key, 0) + 1
        for one in dict.fromkeys(self.all_mismatches(exchange)):
            self._found.setdefault((*key, one), _Tally()).add(day)

    def all_mismatches(self, exchange: ShapedExchange) -> Iterator[Mismatch]:
        """Everything in which one exchange differs from the contract."""
        operation = self.contract.operations[exchange.operation]
        answer = operation.answer(exchange.status)
        if answer is None:
            due = f"one of {', '.join(sorted(operation.answers))}"
            yield Mismatch(DifferenceKind.STATUS, (), due, str(exchange.status))
        elif exchange.media is not None and not answer.admits(exchange.media):
            due = " or ".join(sorted(answer.media_types))
            yield Mismatch(DifferenceKind.MEDIA, (), due, str(exchange.media))
        yield from self.body_mismatches(exchange)
        yield from _headers(operation, exchange)
        if operation.document.vendors:  # what is expected beside the schemas is known of the vendor's API alone
            yield from _facts(operation, exchange)
        if exchange.succeeded:
            for breach in exchange.breaches:
                due = f"a refusal of {breach.part} {breach.keyword}"
                if breach.keyword not in ("unknown", "additionalProperties"):
                    yield Mismatch(DifferenceKind.ACCEPTED, breach.place, due, str(exchange.status))

    def body_mismatches(self, exchange: ShapedExchange) -> tuple[Mismatch, ...]:
        """Everything in which the body of one answer differs from its schema."""
        operation = self.contract.operations.get(exchange.operation)
        answer = operation.answer(exchange.status) if operation else None
        if operation is None or answer is None or answer.schema is None or exchange.body is None:
            return ()
        key = exchange.operation, exchange.status, id(exchange.body)
        if key not in self._known:  # the shape is kept with it, so that its id stays its own
            found = tuple(dict.fromkeys(mismatches(operation.document, answer.schema, exchange.body)))
            self._known[key] = exchange.body, found
        return self._known[key][1]

    def agrees(self, exchange: ShapedExchange, argument: str) -> bool:
        """Tell whether an answer is as documented: at a pointer, of a kind (``null:``), or whether a status is."""
        operation = self.contract.operations.get(exchange.operation)
        if operation is None:
            return False
        if argument.startswith("status:"):
            return argument.removeprefix("status:") in operation.answers
        kinds = {"null:": DifferenceKind.NULL, "absent:": DifferenceKind.ABSENT}
        if argument in kinds:
            return all(one.kind is not kinds[argument] for one in self.body_mismatches(exchange))
        return not any(one.pointer.startswith(argument) for one in self.body_mismatches(exchange))

    def differences(self) -> list[Difference]:
        """Every difference, by operation in the order of the contract."""
        places = {key: index for index, key in enumerate(self.contract.operations)}
        found = [
            Difference(operation, status, one, tally.count, self._totals[operation, status], tally.first, tally.last)
            for (operation, status, one), tally in self._found.items()
        ]
        return sorted(found, key=lambda it: (places[it.operation], it.status, it.mismatch.kind, it.mismatch.pointer))

    def seen(self) -> dict[str, dict[int, int]]:
        """How many answers were recorded, by operation and status."""
        found: dict[str, dict[int, int]] = {}
        for (operation, status), count in self._totals.items():
            found.setdefault(operation, {})[status] = count
        return found


def _headers(operation: Operation, exchange: ShapedExchange) -> Iterator[Mismatch]:
    answer = operation.answer(exchange.status)
    documented = answer.headers if answer else {}
    for name, (required, _) in documented.items():
        if required and name not in {*map(str, exchange.headers)}:
            yield Mismatch(DifferenceKind.HEADER, (), f"the header {name}", "no such header")
    for name in sorted(exchange.headers):
        if name not in documented and name not in _INFRASTRUCTURE and not name.startswith(_INFRASTRUCTURE_PREFIXES):
            yield Mismatch(DifferenceKind.HEADER, (), "documented headers only", f"the header {name}")


def creation_order(operation: Operation, exchange: ShapedExchange) -> tuple[str, Order] | None:
    """The order of a list by the time at which its records were made, with the name of that member.

    None for what is no list, and for one whose order was asked for.
    """
    is_list = operation.method == "GET" and not operation.path.endswith("}")
    if not is_list or exchange.parameters.keys() & {"sort", "order"}:
        return None
    named = ((str(name), order) for name, order in exchange.order.items())
    return next((one for one in named if one[0].lower().replace("_", "") in _CREATION), None)


def _facts(operation: Operation, exchange: ShapedExchange) -> Iterator[Mismatch]:
    for fact in sorted(exchange.facts & {*_FACTS}):
        kind, steps, due = _FACTS[fact]
        yield Mismatch(kind, steps, due, str(fact))
    found = creation_order(operation, exchange)
    if found is not None and found[1] != (due := documented_order(operation)):
        yield Mismatch(DifferenceKind.ORDER, (found[0],), due, str(found[1]))
