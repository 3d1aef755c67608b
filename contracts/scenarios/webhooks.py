"""Scenarios that subscribe, cause events and check deliveries: once, valid, true, repeated after a failure."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.rules import webhooks as rules
from contracts.rules.first_violations import first_problems
from contracts.rules.rule import Rule
from contracts.scenarios import recent_views
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.deletion import invalid_bodies
from contracts.scenarios.records import RecordKind
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.webhook_causes import Causes, WebhookCause
from contracts.scenarios.webhook_tenant import ReceivedDelivery, WebhookTenant, webhook_tenant
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_ONE, _TWO = "one", "two"
_NO_KEY = {"Content-Type": "application/json"}


def events_reach_subscribers(client: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """Both subscribers of an event get it once, with its record; subscribers of other events get nothing.

    When the same record changes a second time, the delivery shows its new state.
    """
    others = [other for other in catalogue.contract.webhooks.values() if other != event]
    with webhook_tenant(client) as tenant:
        causes = Causes(tenant, catalogue)
        causes.prepare(event.path)
        for inbox in (_ONE, _TWO):
            tenant.subscribe(event.path, inbox)
        for other in others:
            tenant.subscribe(other.path, other.path)
        cause = causes.make(event.path)
        ids = {delivery.id for delivery in _round(tenant, catalogue, event, cause, 0)}
        for other in others if cause.alone else ():
            _stray(tenant, event, other, ids)
        causes.prepare(event.path)
        _round(tenant, catalogue, event, causes.make(event.path), 1)


def _round(
    tenant: WebhookTenant, catalogue: Catalogue, event: Operation, cause: WebhookCause, before: int
) -> Sequence[ReceivedDelivery]:
    deliveries: Sequence[ReceivedDelivery] = ()
    for inbox in (_ONE, _TWO):
        deliveries = tenant.received(inbox)[before:]
        if len(deliveries) != 1:
            tenant.client.broken(
                rules.ONCE, event, *tenant.story(inbox), expected="one delivery", got=f"{len(deliveries)} deliveries"
            )
        for delivery in deliveries:
            _judge(tenant, inbox, event, delivery)
            if len(deliveries) == 1:  # of several nobody can say which one is about this
                _agree(tenant, inbox, catalogue, event, cause, delivery)
    return deliveries


def _judge(tenant: WebhookTenant, inbox: str, event: Operation, delivery: ReceivedDelivery) -> None:
    client, kind = tenant.client, delivery.headers.get("content-type", "").partition(";")[0]
    if kind != "application/json":
        client.broken(
            rules.BODY, event, *tenant.story(inbox), expected="application/json", got=kind, where="content-type"
        )
    for error in first_problems(event.document, event.body or {}, delivery.body):
        where = "/" + "/".join("*" if isinstance(part, int) else str(part) for part in error.instance_path)
        client.broken(
            rules.BODY, event, *tenant.story(inbox), expected=error.message[:300], got="another body", where=where
        )


def _agree(
    tenant: WebhookTenant, inbox: str, catalogue: Catalogue, event: Operation, cause: WebhookCause,
    delivery: ReceivedDelivery,
) -> None:  # fmt: skip
    """Compare a delivery with the record in the API, and with the item of the recent list."""
    body = delivery.body if isinstance(delivery.body, dict) else {}
    record = cause.record

    def broken(due: str, got: str, where: str = "") -> None:
        tenant.client.broken(rules.AGREES, event, *tenant.story(inbox), expected=due, got=got, where=where)

    if body.get("originalId") != str(record["id"]):
        broken(f"a delivery about {record['id']}", f"{body.get('originalId')}", "originalId")
        return
    for name in recent_views.repeated(body, record):
        if body[name] != record[name]:
            broken(f"{name}: {record[name]!r}", f"{body[name]!r}", name)
    for name, due, shown in recent_views.words(body, record):
        broken(f"{name}: {due!r}", f"{shown!r}", name)
    for item in _recent(tenant, catalogue, event) if cause.listed else ():
        if item.get("originalId") == body["originalId"] and item != body:
            names = sorted(name for name in {*item, *body} if item.get(name) != body.get(name))
            broken("the item of the recent list", f"another {', '.join(names)}")


def _recent(tenant: WebhookTenant, catalogue: Catalogue, event: Operation) -> Sequence[dict[str, Any]]:
    _, name = business_rules.SUBJECTS.get(event.path.partition("_")[0], ("", ""))
    operation = catalogue.contract.operations.get(name)
    shown = tenant.client.get(operation).json if operation else []
    return [item for item in shown if isinstance(item, dict)] if isinstance(shown, list) else []


def _stray(tenant: WebhookTenant, event: Operation, other: Operation, ids: set[str]) -> None:
    """The deliveries of the wrong event: a known other one, or one that did not happen."""
    deliveries = tenant.received(other.path)
    if deliveries:
        client, same = tenant.client, bool({delivery.id for delivery in deliveries} & ids)
        blamed = client.contract.operations[business_rules.SUBSCRIBE] if same else other
        got = f"{len(deliveries)} deliveries to a subscriber of {other.path}"
        client.broken(rules.ONLY, blamed, *tenant.story(other.path), expected=f"nothing but {event.path}", got=got)


def repeated(client: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """A failed delivery is repeated with the same id and body until it succeeds; other events have other ids."""
    with webhook_tenant(client) as tenant:
        causes = Causes(tenant, catalogue)
        causes.prepare(event.path)
        tenant.subscribe(event.path, _ONE)
        tenant.answer_with(_ONE, 503)
        causes.make(event.path)
        first = tenant.received(_ONE)
        tenant.answer_with(_ONE, 200)
        if len(first) != 1:
            raise ScenarioSkipped(f"{event.path} was delivered {len(first)} times")
        _repeat(tenant, event)
        deliveries = _alike(first[0], tenant.received(_ONE))

        def broken(rule: Rule, due: str, got: str, where: str = "") -> None:
            tenant.client.broken(rule, event, *tenant.story(_ONE), expected=due, got=got, where=where)

        if len(deliveries) != 2:
            broken(rules.AGAIN, "the failed delivery once more", f"{len(deliveries) - 1} more")
        if any(delivery.id != first[0].id for delivery in deliveries):
            broken(rules.ID, f"{first[0].id} again", f"{[delivery.id for delivery in deliveries]}")
        if any(delivery.body != first[0].body for delivery in deliveries):
            broken(rules.AGREES, "the same body again", "another", "repeat")
        tenant.advance(30)
        everything = tenant.received(_ONE)
        more = len(_alike(first[0], everything)) - len(deliveries)
        if more:
            broken(rules.AGAIN, "nothing after it was taken", f"{more} more", "end")
        causes.prepare(event.path)
        causes.make(event.path)
        others = tenant.received(_ONE)[len(everything) :]
        if first[0].id and any(delivery.id == first[0].id for delivery in others):
            broken(rules.ID, "another id for another event", first[0].id, "another")


def _alike(first: ReceivedDelivery, deliveries: Sequence[ReceivedDelivery]) -> list[ReceivedDelivery]:
    """The deliveries of one event, without others of its kind that passing time causes."""
    return [
        delivery for delivery in deliveries if delivery.body == first.body or (first.id and delivery.id == first.id)
    ]


def _repeat(tenant: WebhookTenant, event: Operation) -> None:
    """Let time pass until the retry; a mock without retries is told to repeat."""
    if tenant.repeats() or tenant.state() == "pending":
        tenant.advance(1)
    else:
        tenant.repeat_by_hand()


def end_of_subscription(client: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """Nothing is delivered after unsubscribing, or after the subscriber answered 410."""
    unsubscribe = catalogue.contract.operations[business_rules.UNSUBSCRIBE]
    with webhook_tenant(client) as tenant:
        causes = Causes(tenant, catalogue)
        id = tenant.subscribe(event.path, _ONE)
        tenant.subscribe(event.path, _TWO)
        tenant.answer_with(_TWO, 410)
        causes.prepare(event.path)
        causes.make(event.path)
        before = {inbox: len(tenant.received(inbox)) for inbox in (_ONE, _TWO)}
        tenant.note(client.accepted(tenant.client.call(unsubscribe, body={"hookId": id}), unsubscribe), _ONE)
        tenant.answer_with(_TWO, 200)
        causes.prepare(event.path)
        causes.make(event.path)
        tenant.advance(30)
        for inbox, rule, blamed in ((_ONE, rules.ENDED, unsubscribe), (_TWO, rules.GONE, event)):
            more = len(tenant.received(inbox)) - before[inbox]
            if more:
                tenant.client.broken(
                    rule, blamed, *tenant.story(inbox), expected="no delivery any more", got=f"{more} deliveries"
                )


def refused(client: ScenarioClient, catalogue: Catalogue, family: Family) -> None:
    """Refused calls cause no delivery: invalid ones, conflicts, unknown ids, calls without a key."""
    with webhook_tenant(client) as tenant:
        kind = RecordKind(tenant.client, family)
        record, exchange, body = kind.create_sample(all_members=True)
        tenant.note(exchange)
        tenant.note_id(record["id"], family.path)
        for event in catalogue.contract.webhooks.values():
            tenant.subscribe(event.path, _ONE)
        heard = 0
        for operation, ids, sent in _refusable(kind, record["id"], body):
            for content in sent:
                exchange = tenant.client.call(operation, *ids, body=content)
                if exchange.succeeded:  # another run's matter
                    return
            without = tenant.client.call(operation, *ids, body=next(iter(sent), None), headers=_NO_KEY)
            count = len(tenant.received(_ONE))
            if count > heard and not without.succeeded:
                story = _culprit(tenant, operation, ids, sent)
                tenant.client.broken(
                    rules.REFUSED, operation, *story, expected="no delivery", got=f"{count - heard} deliveries"
                )
                count = len(tenant.received(_ONE))
            heard = count


def _culprit(
    tenant: WebhookTenant, operation: Operation, ids: Sequence[Any], sent: Sequence[Any]
) -> Sequence[Exchange]:
    """Repeat each refused call alone, to find the one that causes a delivery."""
    for body, headers in (*((content, None) for content in sent), (next(iter(sent), None), _NO_KEY)):
        before = len(tenant.received(_ONE))
        exchange = tenant.client.call(operation, *ids, body=body, headers=headers)
        if len(tenant.received(_ONE)) > before:
            tenant.note(exchange)
            return tenant.story(_ONE, tenant.trigger())
    return tenant.story(_ONE)


def _refusable(
    kind: RecordKind, known: Any, body: dict[str, Any]
) -> Iterator[tuple[Operation, Sequence[Any], list[Any]]]:
    """Calls that must be refused: operation, ids and bodies."""
    family, nothing = kind.family, kind.family.unused_id(known)
    yield kind.create, (), [*(wrong for wrong, _ in invalid_bodies(kind.create, body)), *_clashing(family, body)]
    if family.update is not None:
        yield family.update, (known,), [wrong for wrong, _ in invalid_bodies(family.update, body, lacking=False)]
        yield family.update, (nothing,), [body]
    if family.delete is not None:
        yield family.delete, (nothing,), [None]


def _clashing(family: Family, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [body] if business_rules.UNIQUE.get(family.path) else []
