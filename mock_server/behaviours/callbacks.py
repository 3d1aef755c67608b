"""Callbacks: a client that gives an address with a request gets the documented events there."""

import re
from functools import wraps
from typing import Any

from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.spec.event_sources import callback_addresses
from mock_server.spec.operation import Operation
from mock_server.webhooks import subscriptions

_EXPRESSION = re.compile(r"\{(\$[^{}]+)\}")
_MAX_URL_CHARACTERS = 2_048


def with_callbacks(operation: Operation, behaviour: Behaviour) -> Behaviour:
    """Wrap the behaviour: afterwards each callback of the operation with an address gets a subscription."""
    named = callback_addresses(operation.node)
    if not named:
        return behaviour

    @wraps(behaviour)
    def subscribing(call: OperationContext) -> OperationResult:
        result = behaviour(call)
        for event, expression in named:
            url = _EXPRESSION.sub(lambda found: str(_value(call, found[1]) or ""), expression)
            known = event in call.contract.webhooks
            if known and url.startswith(("http://", "https://")) and len(url) <= _MAX_URL_CHARACTERS:
                subscriptions.subscribe(call.tx, call.now, url, event)
        return result

    return subscribing


def _value(call: OperationContext, expression: str) -> Any:
    """The value of a runtime expression in the request: `$request.body#/url`, `$request.query.url`."""
    if expression.startswith("$request.query."):
        return call.query.get(expression.removeprefix("$request.query."))
    found: Any = call.body
    if not expression.startswith("$request.body#/"):
        return None
    for token in expression.removeprefix("$request.body#/").split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found
