"""Exchanges for a HAR file: the same operations, names, types and order, with made-up values."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import orjson

from contracts.proxy.made_up_values import MadeUpValues, moments_of
from contracts.shapes.answer_facts import answer_facts, documented_texts
from contracts.shapes.exchanges import Fact
from contracts.shapes.observer import answer_like
from contracts.shapes.shaping import Place
from contracts.shapes.vocabulary import Vocabulary, header_names, media_type
from contracts.spec.document import Contract, Operation
from contracts.transport.exchange import NOT_JSON, Exchange
from mock_server.support.redaction import MASK

_NOT_KEPT = b"not kept"
_PLAIN_HEADERS = ("allow", "date", "retry-after")
_UNPACKED = ("content-encoding", "content-length", "transfer-encoding")


class MadeUpExchanges:
    """Replaces every value of an exchange. ``asked`` has the members whose words gaps ask for."""

    def __init__(self, contract: Contract, asked: Mapping[str, Collection[str]], origin: str) -> None:
        self._contract, self._origin = contract, origin
        self._values, self._vocabulary = MadeUpValues(contract), Vocabulary(contract, asked)
        self._fixed = {step for it in contract.operations.values() for step in it.path.split("/") if "{" not in step}

    def replaced(self, exchange: Exchange) -> Exchange:
        """The exchange with made-up values."""
        operation = self._contract.find(exchange.method, exchange.path)
        sent = Exchange("", "", {}, b"", 0, {}, exchange.sent_body).json
        moments = moments_of(it for it in (sent, exchange.json) if it is not NOT_JSON)
        keeps = documented_texts(operation, exchange.status) if operation else frozenset()
        answer = answer_like(operation, exchange.status) if operation else None
        body = exchange.json
        if body is not NOT_JSON:
            body = self._values.json(body, self._place(operation, answer.schema if answer else None), moments, keeps)
            _keep_facts(body, exchange, answer_facts(operation, exchange))
        if sent is not NOT_JSON:
            sent = self._values.json(sent, self._place(operation, operation.body if operation else None), moments)
        return Exchange(
            exchange.method,
            self._url(operation, exchange),
            _headers(exchange.sent_headers),
            _written(exchange.sent_body, sent),
            exchange.status,
            _headers(exchange.headers),
            _written(exchange.body, body),
            operation.key if operation else "",
            exchange.seconds,
        )

    def _place(self, operation: Operation | None, schema: Any, name: str = "") -> Place:
        document = operation.document if operation else self._contract.documents[0]
        return Place(document, schema or {}, self._vocabulary, operation.key if operation else "", name)

    def _url(self, operation: Operation | None, exchange: Exchange) -> str:
        known = {it.name: it.schema for it in operation.parameters_in("query")} if operation else {}
        template = operation.path.split("/") if operation else ()
        steps = exchange.path.split("/")
        fixed = [step if "{" not in step else "" for step in template] or [it for it in steps if it in self._fixed]
        path = "/".join(step if step in fixed else quote(self._values.text(unquote(step)), safe="") for step in steps)
        query = [
            (name, self._parameter(operation, name, value, known.get(name, {})))
            for text, value in parse_qsl(exchange.query, keep_blank_values=True)
            for name in [str(self._vocabulary.name(text, known, closed=True)).replace("*", self._values.name(text))]
        ]
        return f"{self._origin}{path}" + (f"?{urlencode(query)}" if query else "")

    def _parameter(self, operation: Operation | None, name: str, value: str, schema: Any) -> str:
        """A number of a page or of its items stays, because what follows is only right with it."""
        if value.isdecimal() and len(value) <= 3:
            return value
        return self._values.text(value, self._place(operation, schema, name))


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    found = {str(name): MASK for name in sorted(header_names(headers)) if name not in _UNPACKED}
    for name, value in headers.items():
        if name in _PLAIN_HEADERS or name.startswith("x-ratelimit-"):
            found[name] = value
        elif name in ("content-type", "accept") and (kind := media_type(value.partition(";")[0].strip().lower())):
            found[name] = str(kind)
    return found


def _written(raw: bytes, value: Any) -> bytes:
    if value is NOT_JSON:
        return _NOT_KEPT if raw else b""
    return orjson.dumps(value)


def _keep_facts(body: Any, exchange: Exchange, facts: set[Fact]) -> None:
    """Make up the numbers of pages and the status in an error so that the facts of the answer stay true."""
    if not isinstance(body, dict):
        return
    error, shown = body.get("error"), exchange.field("error")
    if isinstance(error, dict) and isinstance(shown, dict) and isinstance(shown.get("status"), int):
        error["status"] = exchange.status if Fact.STATUS_REPEATED in facts else 400 + (exchange.status == 400)
    total, pages, page = (exchange.field(name) for name in ("totalCount", "totalPages", "currentPage"))
    if not isinstance(total, int) or not isinstance(pages, int):
        return
    body["totalCount"] = min(total, 1)
    body["totalPages"] = 99 if Fact.PAGES_OTHER in facts else min(pages, 1)
    if isinstance(page, int):
        body["currentPage"] = 1000 if Fact.PAST_THE_END in facts else min(page, 1)
