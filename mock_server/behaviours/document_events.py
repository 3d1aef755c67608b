"""The events of a document that is not Sophiie's: the changes of records that their names mean cause them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.behaviours.registry import ActionContext
from mock_server.spec.event_sources import CREATED, DELETED, Source, holder
from mock_server.spec.families import Family
from mock_server.spec.generation import generate
from mock_server.spec.kept_parts import projection
from mock_server.spec.names import plain
from mock_server.spec.projection import filled
from mock_server.spec.regex_samples import RandomSource
from mock_server.spec.schema import Schema
from mock_server.store.base import Record, Row
from mock_server.webhooks import outbox, subscriptions
from mock_server.webhooks.events import emit_documented

_ADDRESS = ("url", "target", "targeturl", "hookurl", "webhookurl", "callbackurl", "endpoint", "endpointurl", "address")
_LISTS = ("events", "eventtypes", "enabledevents", "triggers", "topics", "event", "eventtype", "trigger", "topic")
_SUBSCRIBING = ("webhook", "hook", "subscription", "listener", "callback", "endpoint")
_TYPES = frozenset({"type", "event", "eventtype", "eventname", "action", "topic", "trigger", "name"})
_TIMES = frozenset({"created", "createdat", "timestamp", "occurredat", "time", "date", "sentat"})


def changed(call: ActionContext, family: Family, row: Row, verb: str, before: Record | None = None) -> None:
    """Send the document's own events to subscribers, and update subscriptions that are records of the document."""
    for source in call.contract.event_sources.get(family.kind, ()):
        if source.verb == verb or _has_become(source, row.record, before):
            body = event_body(
                source.schema, source.event, call.chance(source.event, str(row.id)), call.now, family, row
            )
            emit_documented(call.tx, call.ids, call.now, call.cause, source.event, row.id, body)
    if any(word in plain(family.kind.rpartition("/")[2]) for word in _SUBSCRIBING):
        _subscribe(call, family, row, verb)


def event_body(
    schema: Schema, event: str, chance: RandomSource, now: str, family: Family | None = None, row: Row | None = None
) -> Any:
    """The body of an event: the record if the schema has a place for it, and made-up values for the rest."""
    body = generate(schema, chance)
    if not isinstance(body, dict):
        return body
    body = {**body, **_heading(schema, event, now)}
    way = holder(schema, family) if family and row else None
    if way is not None and row is not None:
        body = _put(body, way, row.record)
    return projection(schema)(filled(body, schema, chance))


def _heading(schema: Schema, event: str, now: str) -> dict[str, Any]:
    """The fields with the name and the time of the event."""
    found: dict[str, Any] = {}
    for name, part in schema.properties.items():
        if plain(name) in _TYPES and part.accepts(event):
            found[name] = event
        elif plain(name) in _TIMES and part.accepts(now):
            found[name] = now
    return found


def _put(body: Mapping[str, Any], way: Sequence[str], record: Record) -> dict[str, Any]:
    if not way:
        return dict(record)
    inner = body.get(way[0])
    return {**body, way[0]: _put(inner if isinstance(inner, dict) and way[1:] else {}, way[1:], record)}


def _has_become(source: Source, record: Record, before: Record | None) -> bool:
    """True if a state of the record is now the one in the event's name: ``invoice.paid``."""
    if before is None or source.verb in (CREATED, DELETED):
        return False
    new = [value for name, value in record.items() if isinstance(value, str) and before.get(name) != value]
    return any(plain(value) == plain(source.verb) for value in new)


def _subscribe(call: ActionContext, family: Family, row: Row, verb: str) -> None:
    """Subscribe the address in a record, for as long as the record exists."""
    mark = f"{family.kind}/{row.id}"
    for known in call.tx.find(subscriptions.KIND, {"record": mark}):
        subscriptions.unsubscribe(call.tx, int(known.id))
        outbox.cancel_all(call.tx, int(known.id), "unsubscribed")
    spelt = {plain(name): value for name, value in row.record.items()}
    url = next((spelt[name] for name in _ADDRESS if isinstance(spelt.get(name), str)), "")
    if verb == DELETED or not url.startswith(("http://", "https://")):
        return
    wanted: Any = next((spelt[name] for name in _LISTS if spelt.get(name)), [])
    names = {plain(str(name)) for name in (wanted if isinstance(wanted, list) else [wanted])}
    for event in call.contract.webhooks:
        if plain(event) in names or not names or "" in names:  # `*` has no letters
            subscriptions.subscribe(call.tx, call.now, url, event, record=mark)
