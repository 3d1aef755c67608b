"""From exchanges as they go over the wire to those that a recording keeps."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from contracts.shapes.answer_facts import answer_facts, list_orders
from contracts.shapes.exchanges import Breach, Fact, ShapedExchange
from contracts.shapes.record_memory import RecordMemory
from contracts.shapes.request_breaches import breaches_of
from contracts.shapes.shape import Shape
from contracts.shapes.shaping import Place, shape_of
from contracts.shapes.vocabulary import Name, Vocabulary, header_names, media_type
from contracts.spec.document import Contract, Operation
from contracts.spec.operation_parts import Answer
from contracts.transport.exchange import NOT_JSON, Exchange

_KEYS = ("authorization", "x-api-key", "cookie", "proxy-authorization")
_MAX_KNOWN = 100_000
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")


class Observer:
    """Takes exchanges in their order. The ids that link them stay in memory, and leave as numbers only."""

    def __init__(self, contract: Contract, asked: Mapping[str, Collection[str]], began: datetime) -> None:
        self._contract, self._began = contract, began
        self._vocabulary = Vocabulary(contract, asked)
        self._places: dict[tuple[str, str], Place] = {}
        self._memory = RecordMemory()
        self._shapes: dict[bytes, Shape] = {}
        self._known: dict[tuple[str, str, bytes], Shape] = {}
        """The shapes of bodies that came before, by their digests: a client that polls gets the same ones again."""

    def observe(self, exchange: Exchange, at: datetime | None = None) -> ShapedExchange:
        """The exchange without its values. ``exchange.url`` has a path as the contract has them."""
        operation = self._contract.find(exchange.method, exchange.path)
        minute = max(0, round(((at or self._began) - self._began).total_seconds() / 60))
        if operation is None:
            return self._of_no_operation(exchange, minute)
        sent = _json(exchange.sent_body)
        path_ids = _path_ids(operation, exchange)
        shared = self._memory.shared(operation, path_ids, sent)
        subject, facts = self._memory.look(operation, path_ids, exchange)
        facts |= self._without_key(exchange) | answer_facts(operation, exchange)
        if sent == {}:
            facts.add(Fact.EMPTY_OBJECT_SENT)
        if exchange.sent_body and sent is NOT_JSON:
            facts.add(Fact.NOT_JSON_SENT)
        kept, altered = self._echo(sent, exchange)
        answer = answer_like(operation, exchange.status)
        return ShapedExchange(
            minute,
            operation.method,
            operation.key,
            subject,
            exchange.status,
            parameters=self._parameters(operation, exchange),
            sent_headers=header_names(exchange.sent_headers),
            sent=self._shape(operation, "sent", operation.body or {}, sent, exchange.sent_body),
            breaches=self._breaches(operation, exchange, sent),
            media=media_type(exchange.media_type),
            headers=header_names(exchange.headers),
            body=self._shape(
                operation, str(exchange.status), (answer.schema if answer else None) or {}, exchange.json, exchange.body
            ),
            order={self._name(text): order for text, order in list_orders(exchange.json).items()},
            facts=frozenset(facts),
            kept=frozenset(map(self._name, kept)),
            altered=frozenset(map(self._name, altered)),
            shared=frozenset(map(self._name, shared)),
        )

    def _of_no_operation(self, exchange: Exchange, minute: int) -> ShapedExchange:
        """A request to a path or with a method that the contract does not have; its path is not kept."""
        method = exchange.method if exchange.method in _METHODS else "OTHER"
        facts = self._without_key(exchange) | answer_facts(None, exchange)
        if any(it.pattern.fullmatch(exchange.path) for it in self._contract.operations.values()):
            facts.add(Fact.OTHER_METHOD)
        place = Place(self._contract.documents[0], {}, self._vocabulary, "")
        body = None if exchange.json is NOT_JSON else shape_of(exchange.json, place)
        return ShapedExchange(
            minute, method, "", (), exchange.status, media=media_type(exchange.media_type), body=body,
            sent_headers=header_names(exchange.sent_headers), headers=header_names(exchange.headers),
            facts=frozenset(facts),
        )  # fmt: skip

    def _without_key(self, exchange: Exchange) -> set[Fact]:
        asked = any(name in exchange.sent_headers for name in _KEYS)
        return set() if asked else {Fact.WITHOUT_KEY}

    def _name(self, text: str) -> Name:
        return self._vocabulary.name(text, (), closed=True)

    def _shape(self, operation: Operation, side: str, schema: Any, value: Any, raw: bytes) -> Shape | None:
        if value is NOT_JSON:
            return None
        mark = operation.key, side, blake2b(raw, digest_size=16).digest()
        if mark in self._known:
            return self._known[mark]
        place = self._places.get((operation.key, side))
        if place is None:
            place = Place(operation.document, schema, self._vocabulary, operation.key)
            self._places[operation.key, side] = place
        shape = shape_of(value, place)
        shape = self._shapes.setdefault(orjson.dumps(shape.to_dict()), shape)  # equal ones are one, and compared once
        if len(self._known) < _MAX_KNOWN:
            self._known[mark] = shape
        return shape

    def _parameters(self, operation: Operation, exchange: Exchange) -> Mapping[Name, Shape]:
        known = {parameter.name: parameter.schema for parameter in operation.parameters_in("query")}
        found: dict[Name, Shape] = {}
        for text, value in parse_qsl(exchange.query, keep_blank_values=True):
            name = self._vocabulary.name(text, known, closed=True)
            place = Place(operation.document, known.get(text, {}), self._vocabulary, operation.key, text)
            shape = shape_of(value, place)
            found[name] = found[name].merge(shape) if name in found else shape
        return found

    def _breaches(self, operation: Operation, exchange: Exchange, sent: Any) -> tuple[Breach, ...]:
        found = {
            Breach(part, tuple(self._vocabulary.name(step, (), closed=len(steps) == 1) for step in steps), keyword)
            for part, steps, keyword in breaches_of(operation, exchange, sent)
        }
        return tuple(sorted(found, key=lambda one: (one.part, one.place, one.keyword)))

    @staticmethod
    def _echo(sent: Any, exchange: Exchange) -> tuple[set[str], set[str]]:
        """Members that were sent, by whether the answer has them with the same value."""
        if not isinstance(sent, dict) or not exchange.succeeded or not isinstance(exchange.json, dict):
            return set(), set()
        records = [exchange.json, *(it for it in exchange.json.values() if isinstance(it, dict))]
        kept = {name for name, value in sent.items() if any(name in it and it[name] == value for it in records)}
        return kept, {name for name in sent if name not in kept and any(name in it for it in records)}


def _json(body: bytes) -> Any:
    return Exchange("", "", {}, b"", 0, {}, body).json if body else NOT_JSON


def answer_like(operation: Operation, status: int) -> Answer | None:
    """The documented answer for a status; for another status, a success or refusal whose names are known."""
    known = operation.answer(status)
    if known is not None:
        return known
    group = [it for it in operation.answers.values() if it.status.startswith("2") == (200 <= status < 300)]
    return next((it for it in group if it.schema is not None), None)


_STEP = re.compile(r"\{[^}]*\}")


def _path_ids(operation: Operation, exchange: Exchange) -> Sequence[str]:
    """The texts that stand where the path of the operation has a parameter."""
    template = operation.path.split("/")
    steps = urlsplit(exchange.url).path.split("/")
    return [unquote(step) for part, step in zip(template, steps, strict=False) if _STEP.search(part)]


def now() -> datetime:
    """The time of this machine, for the day and the minutes of a recording."""
    return datetime.now(UTC)
