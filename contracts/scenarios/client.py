"""The HTTP client of a scenario: it sends requests, judges every answer, and keeps the findings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import orjson

from contracts.rules import input, response_conformance, wire_conformance
from contracts.rules.location import Location
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.rules.rule import Finding, Rule, Violation
from contracts.scenarios.accepted import leads_elsewhere
from contracts.scenarios.needed_values import NeededValues
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Contract, Operation
from contracts.spec.samples import Sampler
from contracts.transport.exchange import NOT_JSON, Exchange
from contracts.transport.guard import Mode
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words
from contracts.transport.private_texts import PrivateTexts
from contracts.transport.target import Target

Query = Mapping[str, Any]
NONE: Query = MappingProxyType({})
_PATIENCE = 5  # very slow answers of an operation, after which it is left alone
EvidenceView = Callable[[Sequence[Exchange]], Sequence[Exchange]]


class ScenarioClient:
    """Sends requests to one target under one contract. ``findings`` grows; equal ones are kept once."""

    def __init__(self, contract: Contract, target: Target, transport: Transport, seed: int = 1) -> None:
        self.contract = contract
        self.target = target
        self.sampler = Sampler(seed * 1000 + 1)
        self._needed = NeededValues(self.sampler)
        self.findings: dict[tuple[str, str, str], Finding] = {}
        self.created: dict[tuple[Any, ...], Any] = {}
        """The moment of creation of each item that was seen, by listing, parents and id."""
        self.read_alone: dict[str, set[Any]] = {}
        """By operation, the ids of the records that were chosen to be read by themselves."""
        self._transport = transport
        self._fine: response_conformance.KnownItems = {}
        self._private = PrivateTexts(contract.words) if transport.guard.policy.private else None
        if self._private is not None:
            transport.guard.listen(self._private.seen)
        self._second = OpenapiCoreJudge(contract, target.origin)
        self._last, self._slow = dict[str, Exchange](), Counter[str]()
        self.show_evidence: EvidenceView = lambda evidence: evidence
        """Rewrites exchanges so that a person can repeat them later and see the finding again."""

    def elsewhere(self, key: str, show_evidence: EvidenceView) -> "ScenarioClient":
        """Make a client with the key of another organization; its findings are added to this client's."""
        other = copy(self)
        other.target, other.created, other.read_alone, other._last, other.show_evidence = (
            replace(self.target, key=key),
            {},
            {},
            {},
            show_evidence,
        )
        return other

    @property
    def notes(self) -> list[str]:
        """Sentences about answers that only one of the two judges could read."""
        return self._second.notes

    def forget(self) -> None:
        """Drop the findings so far: from now on everything is found anew."""
        self.findings.clear()
        self._second.forget()

    def add(self, finding: Finding) -> None:
        """Keep a finding, unless an equal one exists."""
        finding = self._without_values(finding)
        if finding.key not in self.findings:
            self.findings[finding.key] = replace(finding, evidence=self.show_evidence(finding.evidence))

    def mask(self, text: str) -> str:
        """Remove from a text of ours everything that a real host answered."""
        return text if self._private is None else self._private.mask(text)

    def _without_values(self, finding: Finding) -> Finding:
        if self._private is None:
            return finding
        name = self._private.mask_known(finding.location.name)
        location = replace(finding.location, name=name)
        return replace(finding, expected=self.mask(finding.expected), got=self.mask(finding.got), location=location)

    def broken(
        self,
        rule: Rule,
        operation: Operation,
        evidence: Exchange,
        *more: Exchange,
        expected: str,
        got: str,
        where: str = "",
    ) -> None:
        """Note that ``rule`` was broken. ``evidence`` and ``more`` show it, the exchange at fault last.

        ``where`` distinguishes several cases of one operation.
        """
        violation = Violation(rule, Location(name=where), expected=expected, got=got)
        self.add(Finding.of(violation, operation.key, operation.provenance, (evidence, *more)))

    def last(self, operation: Operation) -> Exchange:
        """The last request for an operation. Raises ScenarioSkipped if none was sent."""
        if operation.key not in self._last:
            raise ScenarioSkipped(f"{operation.key} was not asked")
        return self._last[operation.key]

    def call(
        self,
        operation: Operation,
        *ids: Any,
        query: Query | None = None,
        body: Any = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send a request for ``operation`` and judge the answer. ``headers`` replace all that would be sent."""
        if self._slow[operation.key] >= _PATIENCE:
            raise ScenarioSkipped(f"{operation.key} was very slow {_PATIENCE} times, so it is not asked any more")
        content = None if body is None else orjson.dumps(body)
        sent = self.headers(operation, key, with_body=body is not None) if headers is None else {**headers}
        url = self.target.origin + fill(operation, ids)
        parameters = {**self.needed(operation, "query"), **(query or {})}
        exchange = self._last[operation.key] = self._sent(operation, url, sent, content, parameters)
        self._slow[operation.key] += wire_conformance.is_slow(exchange)
        wrong = list(response_conformance.judge(operation, exchange, self._fine))
        for finding in (*wrong, *self._second.judge(operation, exchange, found_wrong=bool(wrong))):
            self.add(finding)
        return exchange

    def _sent(
        self, operation: Operation, url: str, headers: Mapping[str, str], content: bytes | None, query: Query
    ) -> Exchange:
        """Send a request. A read without a complete answer is a finding, and is sent once more."""
        try:
            return self.send(operation.method, url, headers, content, query)
        except NETWORK_ERRORS as fault:
            if self._private is not None:
                raise  # between here and a host far away much can break that is not the host's
            again = "the same request was sent once more" if operation.reads else "it was not sent again"
            violation = Violation(wire_conformance.LOST, expected="a whole answer", got=f"{in_words(fault)}; {again}")
            self.add(Finding.of(violation, operation.key, operation.provenance))
            if not operation.reads:
                raise
            return self.send(operation.method, url, headers, content, query)

    def call_without(self, operation: Operation, missing: str, value: str | None, *ids: Any, body: Any) -> Exchange:
        """Send a request for ``operation`` without one parameter, or with ``value`` for it; judge the answer."""
        given = {} if value is None else {missing: value}
        content = None if body is None else orjson.dumps(body)
        sent, query = self.headers(operation, with_body=body is not None), self.needed(operation, "query")
        if asked := next((it for it in operation.parameters_in("query") if it.name == missing), None):
            query = {name: one for name, one in query.items() if not asked.takes(name)} | given
        else:
            sent = {name: one for name, one in sent.items() if name != missing} | given
        exchange = self.send(operation.method, self.target.origin + fill(operation, ids), sent, content, query)
        for finding in response_conformance.judge(operation, exchange, self._fine):
            self.add(finding)
        return exchange

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        query: Query = NONE,
    ) -> Exchange:
        """Send any request, without judging the answer."""
        texts = {name: _text(value) for name, value in query.items()}
        return self._transport.request(method, url, headers, content, texts)

    def get(self, operation: Operation, *ids: Any, query: Query | None = None, key: str | None = None) -> Exchange:
        """Send a read that must succeed, again if the target says to wait. Raises ScenarioSkipped if it fails."""
        if operation.body_required and not operation.document.vendors:
            raise ScenarioSkipped(f"{operation.key} needs a body, which not every client can send with a read")
        exchange = self.call(operation, *ids, query=query, key=key)
        if self._asked_to_wait(exchange):
            exchange = self.call(operation, *ids, query=query, key=key)
        return self.accepted(exchange, operation)

    def _asked_to_wait(self, exchange: Exchange) -> bool:
        """Tell whether a shared host said to wait: the guard then waits as long as it says."""
        return exchange.status == HTTPStatus.TOO_MANY_REQUESTS and self._transport.guard.policy.mode is Mode.SAFE

    def accepted(self, exchange: Exchange, operation: Operation) -> Exchange:
        """Return ``exchange`` if it succeeded; else note it and raise ScenarioSkipped."""
        if self._asked_to_wait(exchange):
            raise ScenarioSkipped(f"{operation.key} answered {exchange.status}: the target asked for fewer requests")
        if leads_elsewhere(operation, exchange):
            raise ScenarioSkipped(f"{operation.key} answered {exchange.status}: it leads elsewhere")
        if exchange.status == HTTPStatus.CONFLICT and not operation.document.vendors:
            raise ScenarioSkipped(f"{operation.key} answered {exchange.status}: another record has a value of it")
        if not exchange.succeeded:
            got, where = exchange.answer(), str(exchange.status)
            self.broken(input.ACCEPTED, operation, exchange, expected="success", got=got, where=where)
            raise ScenarioSkipped(f"{operation.key} answered {exchange.status}")
        if exchange.json is NOT_JSON and operation.success is not None and operation.success.schema is not None:
            raise ScenarioSkipped(f"{operation.key} answered no JSON")  # which was noted: nobody else is to blame
        return exchange

    def headers(self, operation: Operation, key: str | None = None, *, with_body: bool = False) -> dict[str, str]:
        """The headers of a valid request for ``operation``: a key, content types, and required headers."""
        needed = {name: _text(value) for name, value in self.needed(operation, "header").items()}
        cookies = "; ".join(f"{name}={_text(value)}" for name, value in self.needed(operation, "cookie").items())
        return {
            **needed,
            **({"Cookie": cookies} if cookies else {}),
            "Authorization": f"Bearer {self.target.key if key is None else key}",
            "Accept": operation.answer_media,
            **({"Content-Type": operation.body_media} if with_body else {}),
        }

    def needed(self, operation: Operation, place: str) -> dict[str, Any]:
        """Values for the required parameters in ``place``."""
        return self._needed.in_place(operation, place)


def fill(operation: Operation, ids: Sequence[Any]) -> str:
    """The path of an operation with these ids. Raises ScenarioSkipped if it has other parameters."""
    path, parameters = operation.path, operation.parameters_in("path")
    if len(parameters) != len(ids):
        raise ScenarioSkipped(f"{operation.key} takes {len(parameters)} ids, and {len(ids)} are known")
    for parameter, value in zip(parameters, ids, strict=True):
        path = path.replace("{" + parameter.name + "}", quote(str(value), safe=""))
    return path


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)
