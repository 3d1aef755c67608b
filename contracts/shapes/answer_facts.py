"""The facts of an answer beside its shape: its text, its pages, its order."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

from contracts.shapes.exchanges import Fact, Order
from contracts.shapes.text_classes import TextFormat, text_class
from contracts.spec.document import Operation
from contracts.spec.resources import id_prefix
from contracts.transport.exchange import Exchange


def answer_facts(operation: Operation | None, exchange: Exchange) -> set[Fact]:
    """The facts of one answer. ``operation`` is None where the path is none of the contract."""
    value = exchange.json
    if not isinstance(value, dict):
        return set()
    if exchange.status >= 400:
        return _error_facts(operation, exchange, value)
    return {*_page_facts(exchange, value), *(_id_facts(operation, exchange) if operation else ())}


def _error_facts(operation: Operation | None, exchange: Exchange, value: Mapping[str, Any]) -> set[Fact]:
    facts, error = set(), value.get("error")
    texts = {it for it in (value.get("message"), _member(error, "message")) if isinstance(it, str)}
    known = documented_texts(operation, exchange.status) if operation else frozenset()
    if known and texts:
        facts.add(Fact.TEXT_AS_DOCUMENTED if texts <= known else Fact.TEXT_OTHER)
    status = _member(error, "status")
    if status is not None:
        facts.add(Fact.STATUS_REPEATED if status == exchange.status else Fact.STATUS_OTHER)
    return facts


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def documented_texts(operation: Operation, status: int) -> frozenset[str]:
    """The messages that the document's examples have for a status of an operation."""
    raw = operation.document.raw
    item = operation.document.resolve(raw.get("paths", {}).get(operation.path, {}))
    responses = operation.document.resolve(item.get(operation.method.lower(), {})).get("responses", {})
    answer = operation.document.resolve(responses.get(str(status), {}))
    found = set()
    for content in answer.get("content", {}).values():
        examples = [content.get("example"), *_values(operation, content.get("examples", {}))]
        for example in examples:
            found |= {example.get("message"), _member(example.get("error"), "message")} if example else set()
    return frozenset(text for text in found if isinstance(text, str))


def _values(operation: Operation, examples: Any) -> Iterator[Any]:
    for example in examples.values() if isinstance(examples, Mapping) else ():
        value = operation.document.resolve(example).get("value")
        if isinstance(value, Mapping):
            yield value


def _page_facts(exchange: Exchange, value: Mapping[str, Any]) -> Iterator[Fact]:
    total, pages, page = (value.get(name) for name in ("totalCount", "totalPages", "currentPage"))
    asked = parse_qs(exchange.query)
    if not isinstance(total, int) or not isinstance(pages, int):
        return
    limits = [text for text in asked.get("limit", []) if text.isdecimal() and int(text)]
    if total == 0:
        yield Fact.NO_PAGE_WHEN_EMPTY if pages == 0 else Fact.ONE_PAGE_WHEN_EMPTY
    elif limits and (total > 100 or int(limits[-1]) <= 100):  # else one page, however a large limit is taken
        yield Fact.PAGES_ROUNDED_UP if pages == -(-total // int(limits[-1])) else Fact.PAGES_OTHER
    if isinstance(page, int) and page > max(pages, 1):
        yield Fact.PAST_THE_END


def _id_facts(operation: Operation, exchange: Exchange) -> Iterator[Fact]:
    """Tell whether the ids of records begin as the examples of the document have it."""
    answer = operation.answer(exchange.status)
    if answer is None or answer.schema is None:
        return
    document = operation.document
    holders = [(answer.schema, exchange.json)]
    for name, schema in document.properties(answer.schema).items():
        member = exchange.json.get(name)
        first = member[0] if isinstance(member, list) and member else member
        plain = document.resolve(schema)
        holders.append((plain.get("items", plain) if isinstance(plain, Mapping) else {}, first))
    for schema, value in holders:
        shown = _member(value, "id")
        described = document.resolve(document.properties(schema).get("id", {})) if isinstance(shown, str) else {}
        prefix = id_prefix(described) if isinstance(described, Mapping) and described else ""
        if prefix:
            yield Fact.DEFINITE_ID if shown.startswith(prefix) else Fact.OTHER_ID


def list_orders(value: Any) -> Mapping[str, Order]:
    """How the moments of each member follow each other in the list of an answer, where at least two differ."""
    lists = [value] if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else []
    rows = next((it for it in lists if isinstance(it, list) and len(it) > 1 and isinstance(it[0], dict)), [])
    found = {}
    for name in rows[0] if rows else ():
        values = [row.get(name) for row in rows if isinstance(row, dict)]
        texts = [text for text in values if isinstance(text, str) and text_class(text)[0] in _MOMENTS]
        if len(texts) == len(rows) and len({*texts}) > 1:
            found[name] = _order(texts)
    return found


_MOMENTS = (TextFormat.MOMENT, TextFormat.OTHER_MOMENT, TextFormat.DATE)


def _order(texts: Sequence[str]) -> Order:
    if all(one >= other for one, other in pairwise(texts)):
        return Order.NEWEST_FIRST
    return Order.OLDEST_FIRST if all(one <= other for one, other in pairwise(texts)) else Order.MIXED
