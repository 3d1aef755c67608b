"""Scenarios about requests that say the same in other words: clients spell types and escape texts in several ways."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from contracts.rules import input
from contracts.scenarios.accepted import is_accepted
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient, fill
from contracts.scenarios.records import RecordKind, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_JSON = "application/json"
_FIRST_LETTER = re.compile('"([A-Za-z])')
Body = Mapping[str, Any]


def records(client: ScenarioClient, family: Family) -> None:
    """A record can be created and changed with each spelling of a valid request."""
    kind = RecordKind(client, family)
    for turn in range(_COUNT):
        body = client.sampler.body(kind.create, whole=True)
        exchange = _sent(client, kind.create, (), body, turn)
        if not exchange.succeeded:
            continue
        record = record_of(exchange)
        if family.update is not None and family.update.body is not None:
            _sent(client, family.update, (record["id"],), client.sampler.body(family.update), turn)
        kind.gone(record)


def action(client: ScenarioClient, operation: Operation, catalogue: Catalogue) -> None:
    """An action takes each spelling of a valid request. Records that it refers to exist."""
    known = catalogue.references(client, operation)
    body = {**client.sampler.body(operation), **known}
    if operation.method != "POST" or any(name.endswith("Id") and name not in known for name in body):
        raise ScenarioSkipped(f"{operation.key} needs a record that is not known")
    for turn in range(_COUNT):  # with other values each time: two records must perhaps not have the same name
        _sent(client, operation, (), {**client.sampler.body(operation), **known}, turn)


def _sent(client: ScenarioClient, operation: Operation, ids: Sequence[Any], body: Body, turn: int) -> Exchange:
    """Send a valid request in the spelling of a turn, and note a refusal."""
    usual = client.headers(operation, with_body=True)
    if usual["Content-Type"] != _JSON:  # of other types it is not known that they may have parameters
        raise ScenarioSkipped(f"{operation.key} takes {usual['Content-Type']}")
    name, headers, content = [*_spellings(usual, json.dumps(body))][turn]
    url, query = client.target.origin + fill(operation, ids), client.needed(operation, "query")
    exchange = client.send(operation.method, url, headers, content.encode(), query)
    taken = (
        exchange.status == HTTPStatus.CONFLICT and not operation.document.vendors
    )  # another record has a value of it
    if not is_accepted(operation, exchange) and not taken:
        client.broken(input.ACCEPTED, operation, exchange, expected="success", got=exchange.answer(), where=name)
    return exchange


def _spellings(usual: Mapping[str, str], content: str) -> Iterator[tuple[str, Mapping[str, str], str]]:
    """Words for reports, headers and a body, for each spelling."""
    escaped = _FIRST_LETTER.sub(lambda found: f'"\\u{ord(found[1]):04x}', content)
    yield "charset, escaped letters", {**usual, "Content-Type": f"{_JSON}; charset=utf-8"}, escaped
    capitals = {"Content-Type": "Application/JSON", "Accept": f"{_JSON}, text/plain, */*"}
    yield "type in capitals, any answer", {**usual, **capitals}, content


_COUNT = len([*_spellings({}, "")])
