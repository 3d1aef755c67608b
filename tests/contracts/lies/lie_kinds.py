"""Kinds of lies, and the words to tell one: each stands between a client and the mock in memory."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
from in_memory import CONTRACT, Ask, Call

from contracts.transport.exchange import Exchange

Lie = Callable[[Call, Ask], Exchange]


def honest(call: Call, ask: Ask) -> Exchange:
    return ask(call)


def with_json(exchange: Exchange, body: Any) -> Exchange:
    return replace(exchange, body=orjson.dumps(body))


def says(operation: str, change: Callable[[Any, Call], Any]) -> Lie:
    """Another body in successful answers of an operation; None leaves one as it is."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation != operation or not exchange.succeeded:
            return exchange
        changed = change(exchange.json, call)
        return exchange if changed is None else with_json(exchange, changed)

    return lie


def hears(operation: str, change: Callable[[Call], Call]) -> Lie:
    """Another request than was sent reaches an operation."""
    return lambda call, ask: ask(change(call)) if call.operation == operation else ask(call)


def _documented_text(operation: str, status: int) -> str:
    """The text of an error as the document has it, so that the text is no second lie."""
    known = CONTRACT.operations.get(operation)
    answer = known.answer(status) if known else None
    example = answer.example if answer else None
    return str(example["message"]) if isinstance(example, dict) and "error" in example else "No"


def answers(
    operation: str, status: int = 200, body: Any = None, *, when: Callable[[Call], bool] = lambda call: True
) -> Lie:
    """Another status and body, that of an error without any, and nothing is done."""
    text = _documented_text(operation, status)
    error = {"success": False, "message": text, "error": {"status": status, "message": text}}

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != operation or not when(call):
            return ask(call)
        sent = {name.lower(): value for name, value in call.headers.items()}
        headers = {"content-type": "application/json"}
        content = orjson.dumps(error if body is None else body)
        return Exchange(call.method, call.url, sent, call.body, status, headers, content, call.operation)

    return lie


def record(**members: Any) -> Callable[[Any, Call], Any]:
    """Other members in a record, wrapped or not, for ``says``."""

    def change(body: Any, call: Call) -> Any:
        if "id" in body:
            return {**body, **members}
        return {name: {**value, **members} if isinstance(value, dict) else value for name, value in body.items()}

    return change


def instead(operation: str, method: str, path: str) -> Lie:
    """An operation does what another request would, of the owner: ``{}`` is the first id of the list."""

    def lie(call: Call, ask: Ask) -> Exchange:
        if call.operation != operation:
            return ask(call)
        listed = ask(call.to("GET", path.partition("/{}")[0])).json
        id = next(value for value in listed.values() if isinstance(value, list))[0]["id"]
        other = ask(call.to(method, path.format(id)))
        return replace(other, method=call.method, url=call.url, operation=operation)

    return lie


def also(operation: str, more: Callable[[Call, Exchange, Ask], None]) -> Lie:
    """Something else happens after an operation was answered, whatever the answer was."""

    def lie(call: Call, ask: Ask) -> Exchange:
        exchange = ask(call)
        if call.operation == operation:
            more(call, exchange, ask)
        return exchange

    return lie


def items_of(name: str, change: Callable[[list[Any], Call], list[Any]]) -> Callable[[Any, Call], Any]:
    """A change of the items of a list, for ``says``."""
    return lambda body, call: {**body, name: change(body[name], call)}


def each(name: str, change: Callable[[Any], Any]) -> Callable[[Any, Call], Any]:
    """A change of each item of a list, for ``says``."""
    return items_of(name, lambda items, call: [change(item) for item in items])


def only(condition: Callable[[Call], bool], change: Callable[[Any, Call], Any]) -> Callable[[Any, Call], Any]:
    """A change for ``says`` of the answers to some requests."""
    return lambda body, call: change(body, call) if condition(call) else None


def from_the(turn: int, change: Callable[[Any, Call], Any]) -> Callable[[Any, Call], Any]:
    """A change for ``says`` that begins with the answer of this number."""
    numbers = itertools.count(1)
    return lambda body, call: change(body, call) if next(numbers) >= turn else None


def page(call: Call) -> int:
    return int(call.query.get("page", 1))


def size(call: Call) -> int:
    return int(call.query.get("limit", 50))


def after(operation: str, lie: Lie, before: Callable[[Exchange], None] = lambda exchange: None) -> Lie:
    """A lie that begins once an operation has succeeded. ``before`` is shown the answers until then."""
    done: list[Call] = []

    def later(call: Call, ask: Ask) -> Exchange:
        exchange = lie(call, ask) if done else ask(call)
        if call.operation == operation and exchange.succeeded:
            done.append(call)
        if not done:
            before(exchange)
        return exchange

    return later


# --- what is asserted -------------------------------------------------------------------------------------------
