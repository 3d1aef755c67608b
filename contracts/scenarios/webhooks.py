"""Subscribe, cause, and see what is delivered: once, valid, true; again when it failed; nothing when it must not be."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.rules import webhooks as rules
from contracts.rules.first_violations import first_problems
from contracts.rules.rule import Rule
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient, ScenarioSkipped
from contracts.scenarios.deletion import spoilt
from contracts.scenarios.records import RecordKind
from contracts.scenarios.webhook_causes import Causes, WebhookCause
from contracts.scenarios.webhook_tenant import ReceivedDelivery, WebhookTenant, office
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_ONE, _TWO = "one", "two"
_NO_KEY = {"Content-Type": "application/json"}


def events_reach_subscribers(probe: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """Both subscribers of an event are told once, what it is about; subscribers of other events are not.

    Then once more: the second time the same record changes, it must be told as it is then.
    """
    others = [other for other in catalogue.contract.webhooks.values() if other != event]
    with office(probe) as desk:
        causes = Causes(desk, catalogue)
        causes.prepare(event.path)
        for inbox in (_ONE, _TWO):
            desk.subscribe(event.path, inbox)
        for other in others:
            desk.subscribe(other.path, other.path)
        cause = causes.make(event.path)
        ids = {letter.id for letter in _round(desk, catalogue, event, cause, 0)}
        for other in others if cause.alone else ():
            _stray(desk, event, other, ids)
        causes.prepare(event.path)
        _round(desk, catalogue, event, causes.make(event.path), 1)


def _round(
    desk: WebhookTenant, catalogue: Catalogue, event: Operation, cause: WebhookCause, before: int
) -> Sequence[ReceivedDelivery]:
    letters: Sequence[ReceivedDelivery] = ()
    for inbox in (_ONE, _TWO):
        letters = desk.received(inbox)[before:]
        if len(letters) != 1:
            desk.probe.broken(rules.ONCE, event, "one delivery", f"{len(letters)} deliveries", *desk.story(inbox))
        for letter in letters:
            _judge(desk, inbox, event, letter)
            if len(letters) == 1:  # of several nobody can say which one is about this
                _agree(desk, inbox, catalogue, event, cause, letter)
    return letters


def _judge(desk: WebhookTenant, inbox: str, event: Operation, letter: ReceivedDelivery) -> None:
    probe, kind = desk.probe, letter.headers.get("content-type", "").partition(";")[0]
    if kind != "application/json":
        probe.broken(rules.BODY, event, "application/json", kind, *desk.story(inbox), where="content-type")
    for error in first_problems(event.document, event.body or {}, letter.body):
        where = "/" + "/".join("*" if isinstance(part, int) else str(part) for part in error.instance_path)
        probe.broken(rules.BODY, event, error.message[:300], "another body", *desk.story(inbox), where=where)


def _agree(
    desk: WebhookTenant,
    inbox: str,
    catalogue: Catalogue,
    event: Operation,
    cause: WebhookCause,
    letter: ReceivedDelivery,
) -> None:
    """Against the record as the API shows it, and against the item of the recent list, which it is."""
    body = letter.body if isinstance(letter.body, dict) else {}
    record = cause.record

    def broken(due: str, got: str, where: str = "") -> None:
        desk.probe.broken(rules.AGREES, event, due, got, *desk.story(inbox), where=where)

    if body.get("originalId") != str(record["id"]):
        broken(f"a delivery about {record['id']}", f"{body.get('originalId')}", "originalId")
        return
    for name in (*business_rules.RECENT_SHARED, "createdAt", "source", "tag", "summary", "isFirstInquiry", "leadId"):
        if name in body and name in record and body[name] != record[name]:
            broken(f"{name}: {record[name]!r}", f"{body[name]!r}", name)
    for item in _recent(desk, catalogue, event) if cause.listed else ():
        if item.get("originalId") == body["originalId"] and item != body:
            names = sorted(name for name in {*item, *body} if item.get(name) != body.get(name))
            broken("the item of the recent list", f"another {', '.join(names)}")


def _recent(desk: WebhookTenant, catalogue: Catalogue, event: Operation) -> Sequence[dict[str, Any]]:
    _, name = business_rules.SUBJECTS.get(event.path.partition("_")[0], ("", ""))
    operation = catalogue.contract.operations.get(name)
    shown = desk.probe.get(operation).json if operation else []
    return [item for item in shown if isinstance(item, dict)] if isinstance(shown, list) else []


def _stray(desk: WebhookTenant, event: Operation, other: Operation, ids: set[str]) -> None:
    """The deliveries of another event: of one that is known, or of one that did not happen."""
    letters = desk.received(other.path)
    if letters:
        probe, same = desk.probe, bool({letter.id for letter in letters} & ids)
        blamed = probe.contract.operations[business_rules.SUBSCRIBE] if same else other
        got = f"{len(letters)} deliveries to a subscriber of {other.path}"
        probe.broken(rules.ONLY, blamed, f"nothing but {event.path}", got, *desk.story(other.path))


def repeated(probe: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """A failed delivery comes again with the same id and body, and no more once it was taken; other events differ."""
    with office(probe) as desk:
        causes = Causes(desk, catalogue)
        causes.prepare(event.path)
        desk.subscribe(event.path, _ONE)
        desk.answer_with(_ONE, 503)
        causes.make(event.path)
        first = desk.received(_ONE)
        desk.answer_with(_ONE, 200)
        if len(first) != 1:
            raise ScenarioSkipped(f"{event.path} was delivered {len(first)} times")
        _repeat(desk, event)
        letters = _alike(first[0], desk.received(_ONE))

        def broken(rule: Rule, due: str, got: str, where: str = "") -> None:
            desk.probe.broken(rule, event, due, got, *desk.story(_ONE), where=where)

        if len(letters) != 2:
            broken(rules.AGAIN, "the failed delivery once more", f"{len(letters) - 1} more")
        if any(letter.id != first[0].id for letter in letters):
            broken(rules.ID, f"{first[0].id} again", f"{[letter.id for letter in letters]}")
        if any(letter.body != first[0].body for letter in letters):
            broken(rules.AGREES, "the same body again", "another", "repeat")
        desk.advance(30)
        everything = desk.received(_ONE)
        more = len(_alike(first[0], everything)) - len(letters)
        if more:
            broken(rules.AGAIN, "nothing after it was taken", f"{more} more", "end")
        causes.prepare(event.path)
        causes.make(event.path)
        others = desk.received(_ONE)[len(everything) :]
        if first[0].id and any(letter.id == first[0].id for letter in others):
            broken(rules.ID, "another id for another event", first[0].id, "another")


def _alike(first: ReceivedDelivery, letters: Sequence[ReceivedDelivery]) -> list[ReceivedDelivery]:
    """The deliveries of one event: time that passes brings others of its kind."""
    return [letter for letter in letters if letter.body == first.body or (first.id and letter.id == first.id)]


def _repeat(desk: WebhookTenant, event: Operation) -> None:
    """Let the time of the repeat come; a mock that repeats nothing by itself is told to."""
    if desk.repeats() or desk.state() == "pending":
        desk.advance(1)
    else:
        desk.repeat_by_hand()


def ended(probe: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """Nothing is delivered after unsubscribing, and nothing after the subscriber answered 410."""
    unsubscribe = catalogue.contract.operations[business_rules.UNSUBSCRIBE]
    with office(probe) as desk:
        causes = Causes(desk, catalogue)
        id = desk.subscribe(event.path, _ONE)
        desk.subscribe(event.path, _TWO)
        desk.answer_with(_TWO, 410)
        causes.prepare(event.path)
        causes.make(event.path)
        before = {inbox: len(desk.received(inbox)) for inbox in (_ONE, _TWO)}
        desk.note(probe.accepted(desk.probe.call(unsubscribe, body={"hookId": id}), unsubscribe), _ONE)
        desk.answer_with(_TWO, 200)
        causes.prepare(event.path)
        causes.make(event.path)
        desk.advance(30)
        for inbox, rule, blamed in ((_ONE, rules.ENDED, unsubscribe), (_TWO, rules.GONE, event)):
            more = len(desk.received(inbox)) - before[inbox]
            if more:
                desk.probe.broken(rule, blamed, "no delivery any more", f"{more} deliveries", *desk.story(inbox))


def refused(probe: ScenarioClient, catalogue: Catalogue, family: Family) -> None:
    """Calls that are refused tell nobody: invalid ones, clashes, unknown ids, calls without a key."""
    with office(probe) as desk:
        kind = RecordKind(desk.probe, family)
        record, exchange, body = kind.made_anyhow(all_members=True)
        desk.note(exchange)
        desk.made(record["id"], family.path)
        for event in catalogue.contract.webhooks.values():
            desk.subscribe(event.path, _ONE)
        heard = 0
        for operation, ids, sent in _refusable(kind, record["id"], body):
            for content in sent:
                exchange = desk.probe.call(operation, *ids, body=content)
                if exchange.succeeded:  # another run's matter
                    return
            without = desk.probe.call(operation, *ids, body=next(iter(sent), None), headers=_NO_KEY)
            count = len(desk.received(_ONE))
            if count > heard and not without.succeeded:
                story = _culprit(desk, operation, ids, sent)
                desk.probe.broken(rules.REFUSED, operation, "no delivery", f"{count - heard} deliveries", *story)
                count = len(desk.received(_ONE))
            heard = count


def _culprit(desk: WebhookTenant, operation: Operation, ids: Sequence[Any], sent: Sequence[Any]) -> Sequence[Exchange]:
    """Repeat each of the refused calls alone, to show which of them causes a delivery."""
    for body, headers in (*((content, None) for content in sent), (next(iter(sent), None), _NO_KEY)):
        before = len(desk.received(_ONE))
        exchange = desk.probe.call(operation, *ids, body=body, headers=headers)
        if len(desk.received(_ONE)) > before:
            desk.note(exchange)
            return desk.story(_ONE, desk.trigger())
    return desk.story(_ONE)


def _refusable(
    kind: RecordKind, known: Any, body: dict[str, Any]
) -> Iterator[tuple[Operation, Sequence[Any], list[Any]]]:
    """(operation, ids, bodies that must be refused)."""
    family, nothing = kind.family, kind.family.nobody(known)
    yield kind.create, (), [*(wrong for wrong, _ in spoilt(kind.create, body)), *_clashing(family, body)]
    if family.update is not None:
        yield family.update, (known,), [wrong for wrong, _ in spoilt(family.update, body, lacking=False)]
        yield family.update, (nothing,), [body]
    if family.delete is not None:
        yield family.delete, (nothing,), [None]


def _clashing(family: Family, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [body] if business_rules.UNIQUE.get(family.path) else []
