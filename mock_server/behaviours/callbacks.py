"""Callbacks: a client that gives an address with a request gets the documented events there.

An event whose name says what causes it (``orderCreated``) is sent when that happens. Any other one is sent once, after
the answer to the request, about what it asked for.
"""

import re
from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote

import orjson

from mock_server.behaviours.document_events import event_body
from mock_server.behaviours.echo import with_answer
from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.spec.event_sources import callback_addresses
from mock_server.spec.operation import Operation
from mock_server.support.exact_json import write_json
from mock_server.support.json_pointer import split
from mock_server.webhooks import subscriptions
from mock_server.webhooks.events import emit_to

_EXPRESSION = re.compile(r"\{(\$[^{}]+)\}")
_HEADER = "$request.header."
_MAX_URL_CHARACTERS = 2_048


def headers_in_callbacks(operation: Operation) -> set[str]:
    """The request headers that the callbacks of an operation use, in lower case."""
    found = (
        it
        for _, address in callback_addresses(operation.document, operation.node)
        for it in _EXPRESSION.findall(_whole(address))
    )
    return {it.removeprefix(_HEADER).lower() for it in found if it.startswith(_HEADER)}


def with_callbacks(operation: Operation, behaviour: Behaviour) -> Behaviour:
    """Wrap the behaviour: afterwards each callback of the operation with an address gets a subscription."""
    named = [(event, _whole(address)) for event, address in callback_addresses(operation.document, operation.node)]
    if not named:
        return behaviour

    @wraps(behaviour)
    def subscribing(call: OperationContext) -> OperationResult:
        result = behaviour(call)
        answer = None if result.value is None else orjson.loads(write_json(result.value))
        caused = {source.event for some in call.contract.event_sources.values() for source in some}
        for event, address in named:
            url = _EXPRESSION.sub(lambda found: _written(call, answer, found), address)
            known = event in call.contract.webhooks
            if known and url.startswith(("http://", "https://")) and len(url) <= _MAX_URL_CHARACTERS:
                subscriber = subscriptions.subscribe(call.tx, call.now, url, event)
                if event not in caused:
                    _send(call, event, answer, subscriber)
        return result

    return subscribing


def _whole(address: str) -> str:
    """The address as a template: a bare expression is one as well."""
    return f"{{{address}}}" if address.startswith("$") else address


def _send(call: OperationContext, event: str, answer: Any, subscriber: Mapping[str, Any]) -> None:
    schema = call.contract.webhooks[event]
    body = event_body(schema, event, call.chance(event, subscriber["id"]), call.now)
    body = with_answer(schema, body, call.body, call.operation.success, answer)
    emit_to(call.tx, call.ids, call.now, call.cause, event, body, subscriber)


def _written(call: OperationContext, answer: Any, found: re.Match[str]) -> str:
    """The text of a runtime expression; within an address it is encoded, unless the address begins with it."""
    value = _value(call, answer, found[1])
    text = "" if value is None or isinstance(value, dict | list) else str(value)
    return text if found.start() == 0 else quote(text, safe="/")


def _value(call: OperationContext, answer: Any, expression: str) -> Any:
    """The value of a runtime expression: `$request.body#/url`, `$response.body#/id`, `$request.header.X`, `$method`."""
    source, _, pointer = expression.partition("#")
    if source in ("$request.body", "$response.body"):
        return _at(call.body if source == "$request.body" else answer, pointer)
    if expression.startswith(_HEADER):
        return call.headers.get(expression.removeprefix(_HEADER).lower())
    if expression.startswith("$request.query."):
        return call.query.get(expression.removeprefix("$request.query."))
    if expression.startswith("$request.path."):
        named = zip((it.name for it in call.operation.path_parameters), call.path, strict=True)
        return dict(named).get(expression.removeprefix("$request.path."))
    success = call.operation.success.status
    return {"$method": call.operation.method, "$url": call.address(), "$statusCode": success}.get(expression)


def _at(value: Any, pointer: str) -> Any:
    for token in split(pointer):
        if isinstance(value, list):
            value = value[int(token)] if token.isdecimal() and len(token) < 9 and int(token) < len(value) else None
        else:
            value = value.get(token) if isinstance(value, dict) else None
    return value
