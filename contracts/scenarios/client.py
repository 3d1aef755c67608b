"""The HTTP client of a scenario: it sends requests, judges every answer, and keeps the findings."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import orjson

from contracts.rules import input, response_conformance
from contracts.rules.location import Location
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.rules.rule import Finding, Rule, Violation
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Contract, Operation
from contracts.spec.member_names import documented_words
from contracts.spec.samples import Sampler
from contracts.transport.exchange import Exchange
from contracts.transport.guarded_session import Transport
from contracts.transport.private_texts import PrivateTexts
from contracts.transport.target import Target

Query = Mapping[str, Any]
NONE: Query = MappingProxyType({})
EvidenceView = Callable[[Sequence[Exchange]], Sequence[Exchange]]


class ScenarioClient:
    """One target under one contract. ``findings`` grows; equal ones are kept once."""

    def __init__(self, contract: Contract, target: Target, transport: Transport, seed: int = 1) -> None:
        self.contract = contract
        self.target = target
        self.sampler = Sampler(seed * 1000 + 1)
        self.findings: dict[tuple[str, str, str], Finding] = {}
        self.created: dict[tuple[Any, ...], Any] = {}
        """Listing, parents and id of each item seen → its moment of creation."""
        self._transport = transport
        self._fine: response_conformance.Fine = {}
        self._private = PrivateTexts(documented_words(contract)) if transport.guard.policy.private else None
        if self._private is not None:
            transport.guard.listen(self._private.seen)
        self._second = OpenapiCoreJudge(contract, target.origin)
        self._last: dict[str, Exchange] = {}
        self.show_evidence: EvidenceView = lambda evidence: evidence
        """The exchanges as a person would send them later, to see the finding again."""

    def elsewhere(self, key: str, show_evidence: EvidenceView) -> "ScenarioClient":
        """A client with the key of another organization; its findings are kept here."""
        other = copy(self)
        other.target, other.created, other._last, other.show_evidence = (
            replace(self.target, key=key),
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
        """Drop the findings so far: from here on everything is found anew."""
        self.findings.clear()
        self._second.forget()

    def add(self, finding: Finding) -> None:
        """Keep a finding, unless an equal one was found before."""
        finding = self._without_values(finding)
        if finding.key not in self.findings:
            self.findings[finding.key] = replace(finding, evidence=self.show_evidence(finding.evidence))

    def mask(self, text: str) -> str:
        """A text of ours about answers, without anything that a real host answered."""
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
        """Write down that ``rule`` was broken, as ``evidence`` and ``more`` show, the offending exchange last.

        ``where`` tells several cases of one operation apart.
        """
        violation = Violation(rule, Location(name=where), expected=expected, got=got)
        self.add(Finding.of(violation, operation.key, operation.provenance, (evidence, *more)))

    def last(self, operation: Operation) -> Exchange:
        """The last request for an operation. Raises ScenarioSkipped when none was sent."""
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
        sent = {"Authorization": f"Bearer {self.target.key if key is None else key}", "Accept": "application/json"}
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent = sent if headers is None else {**headers}
        url = self.target.origin + fill(operation, ids)
        parameters = {**self._needed(operation), **(query or {})}
        exchange = self._last[operation.key] = self.send(operation.method, url, sent, content, parameters)
        wrong = list(response_conformance.judge(operation, exchange, self._fine))
        for finding in (*wrong, *self._second.judge(operation, exchange, found_wrong=bool(wrong))):
            self.add(finding)
        return exchange

    def call_without(self, operation: Operation, missing: str, value: str | None, *ids: Any, body: Any) -> Exchange:
        """Send a request for ``operation`` that lacks one parameter, or has ``value`` for it; the answer is judged."""
        sent = {"Authorization": f"Bearer {self.target.key}", "Accept": "application/json"}
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            sent["Content-Type"] = "application/json"
        query = {name: one for name, one in self._needed(operation).items() if name != missing}
        query |= {} if value is None else {missing: value}
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
        """Any request at all, unjudged."""
        texts = {name: _text(value) for name, value in query.items()}
        return self._transport.request(method, url, headers, content, texts)

    def get(self, operation: Operation, *ids: Any, query: Query | None = None, key: str | None = None) -> Exchange:
        """A read that must succeed. Raises ScenarioSkipped when it does not."""
        return self.accepted(self.call(operation, *ids, query=query, key=key), operation)

    def accepted(self, exchange: Exchange, operation: Operation) -> Exchange:
        """``exchange`` if it succeeded. Raises ScenarioSkipped, and writes it down, when not."""
        if not exchange.succeeded:
            self.broken(
                input.ACCEPTED,
                operation,
                exchange,
                expected="success",
                got=exchange.answer(),
                where=str(exchange.status),
            )
            raise ScenarioSkipped(f"{operation.key} answered {exchange.status}")
        return exchange

    def _needed(self, operation: Operation) -> dict[str, Any]:
        """Required query parameters: their examples."""
        return {p.name: _example(p.example, p.schema) for p in operation.parameters_in("query") if p.required}


def fill(operation: Operation, ids: Sequence[Any]) -> str:
    """The path of an operation with these ids for its parameters. Raises ScenarioSkipped when it takes others."""
    path, parameters = operation.path, operation.parameters_in("path")
    if len(parameters) != len(ids):
        raise ScenarioSkipped(f"{operation.key} takes {len(parameters)} ids, and {len(ids)} are known")
    for parameter, value in zip(parameters, ids, strict=True):
        path = path.replace("{" + parameter.name + "}", quote(str(value), safe=""))
    return path


def _example(example: Any, schema: Mapping[str, Any]) -> Any:
    if example is not None:
        return example
    return 1 if schema.get("type") == "integer" else "suite"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
