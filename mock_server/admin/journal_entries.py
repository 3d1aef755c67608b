"""How the journal shows an exchange, and the steps that led to its answer. Credentials are masked here."""

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import parse_qsl

import orjson

from mock_server.api.exchange import Exchange, Headers
from mock_server.api.stage import Stage
from mock_server.api.stored_exchange import StoredExchange, shown_headers
from mock_server.stubbing.request_pattern import Body, PatternRequest
from mock_server.support.exact_json import NotJson, read_json, write_json
from mock_server.support.masked_json import shown_body
from mock_server.support.redaction import Redactor
from mock_server.world.clock import stamp

_BODY, _ANSWER = 1, 2  # bits of Exchange.clean


def entry(exchange: Exchange) -> dict[str, Any]:
    """The whole exchange as plain data. ``at`` is the workspace's time, ``ms`` the real duration."""
    redactor = exchange.redactor
    return {
        **exchange.to_dict(),
        "at": stamp(exchange.at) if exchange.at else None,
        "endedAt": exchange.stage.value,
        "findings": list(exchange.findings),
        "preferred": exchange.preferred or None,
        "rateLimit": _allowance(exchange),
        "events": [{name: event[name] for name in ("id", "type", "recordId")} for event in exchange.events],
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": _headers(exchange.headers, redactor),
            "body": _shown(exchange, exchange.body, _BODY),
            "bodyCut": len(exchange.body) < exchange.body_size,
        },
        "response": {
            "status": exchange.status,
            "headers": _headers(exchange.answered, redactor),
            "body": _shown(exchange, exchange.answer, _ANSWER),
            "bodyCut": len(exchange.answer) < exchange.answer_size,
        },
    }


def to_pattern_request(exchange: Exchange) -> PatternRequest:
    """An exchange in the form for request patterns: as it was sent, not masked, unless it came from another server."""
    pairs = parse_qsl(exchange.plain_query, keep_blank_values=True)
    body = Body(exchange.body, cut=len(exchange.body) < exchange.body_size)
    return PatternRequest(exchange.plain_method, exchange.plain_path, pairs, body, _key(exchange), _masked(exchange))


def as_shown(exchange: Exchange) -> PatternRequest:
    """An exchange in the form for request patterns, as the journal shows it: secrets are masked."""
    pairs = parse_qsl(exchange.query, keep_blank_values=True)
    shown = shown_body(exchange.body, exchange.redactor)
    raw = b"" if shown is None else shown.encode() if isinstance(shown, str) else write_json(shown)
    body = Body(raw, cut=len(exchange.body) < exchange.body_size)
    return PatternRequest(exchange.method, exchange.path, pairs, body, _key(exchange))


def _masked(exchange: Exchange) -> Collection[str]:
    return exchange.masked if isinstance(exchange, StoredExchange) else ()


def _key(exchange: Exchange) -> str | None:
    return exchange.operation.key if exchange.operation else None


def steps(exchange: Exchange) -> list[dict[str, str]]:
    """The stages of a request in order, up to the one at which it ended."""
    shown: list[dict[str, str]] = []
    for stage, says in _steps(exchange):
        ended = stage == exchange.stage and stage is not Stage.ANSWER
        why = "; ".join(exchange.findings or exchange.explain) if ended else ""
        shown.append({"step": stage.value, "says": why or says})
        if ended:
            break
    return [*shown, {"step": Stage.ANSWER.value, "says": _outcome(exchange)}]


def _outcome(exchange: Exchange) -> str:
    if exchange.status:
        return f"{exchange.status}, {exchange.answer_size:,} bytes"
    return "none: the connection ended" if exchange.over else "none yet: it is under way"


def _steps(exchange: Exchange) -> Iterator[tuple[Stage, str]]:
    yield Stage.AUTHENTICATION, _entered(exchange)
    yield Stage.RATE_LIMIT, _limited(exchange)
    if exchange.fault:
        yield Stage.FAULT, exchange.fault
    if exchange.mapping:
        yield Stage.OVERRIDE, f"stub {exchange.mapping} answers, not the program"
    operation = exchange.operation
    if operation is None or exchange.stage in (Stage.AUTHENTICATION, Stage.RATE_LIMIT):
        if exchange.stage == Stage.ROUTE:
            yield Stage.ROUTE, ""
        return
    yield Stage.ROUTE, f"{operation.key}: {operation.summary or 'no summary'} ({operation.provenance})"
    yield Stage.VALIDATION, "the request keeps the contract"
    if exchange.preferred:
        yield Stage.PREFERENCE, f"Prefer: {exchange.preferred}"
    if any(wish in exchange.preferred for wish in ("code=", "example=", "dynamic=true")):
        return  # the answer is the document's: nothing happened in the workspace
    yield Stage.BEHAVIOUR, "; ".join(exchange.explain) or f"done in {exchange.ms} ms"
    yield Stage.SELF_CHECK, "our answer keeps the contract" + (f"; then {exchange.evolved}" if exchange.evolved else "")
    for event in exchange.events:
        yield Stage.EVENT, f"{event['type']} {event['id']}, about {event['recordId']}"


def _entered(exchange: Exchange) -> str:
    where = exchange.workspace.id if exchange.workspace else "-"
    return f"the key opens workspace {where}" if exchange.key else f"no key is asked for: workspace {where}"


def _limited(exchange: Exchange) -> str:
    allowance = exchange.allowance
    if allowance is None:
        return "there is none"
    left = f"{allowance.over} over" if allowance.over else f"{allowance.remaining} left"
    return f"{allowance.limit} a minute, {left}, the window ends in {allowance.reset} s"


def _allowance(exchange: Exchange) -> dict[str, int] | None:
    allowance = exchange.allowance
    if allowance is None:
        return None
    return {name: getattr(allowance, name) for name in ("limit", "remaining", "over", "reset")}


def _headers(headers: Headers, redactor: Redactor) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, text in shown_headers(headers, redactor):
        shown[name] = f"{shown[name]}, {text}" if name in shown else text
    return shown


def _shown(exchange: Exchange, body: bytes, which: int) -> Any:
    """One body of an exchange with secrets masked. A body without secrets is not searched again."""
    if exchange.clean & which:
        return orjson.Fragment(body)
    shown = shown_body(body, exchange.redactor)
    if isinstance(shown, orjson.Fragment):
        exchange.clean |= which
    return shown


def body_of(exchange: Exchange) -> Any:
    """The stored part of a body: its JSON value, or its text; None if there is none."""
    if not exchange.body:
        return None
    try:
        return read_json(exchange.body)
    except NotJson:
        return exchange.body.decode("utf-8", "replace")
