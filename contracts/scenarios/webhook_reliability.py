"""Scenarios with many events of every cause: each is delivered once, unchanged, to its own organization only."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.rules import webhooks as rules
from contracts.rules.first_difference import Difference, first_difference
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.delivery_order import DueDelivery, out_of_order
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record, RecordKind, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.webhook_tenant import ReceivedDelivery, WebhookTenant, webhook_tenant
from contracts.scenarios.written_views import by_id
from contracts.spec import business_rules
from contracts.spec.awkward_values import AwkwardBodies
from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange

_INBOX = "many"
_EVENTS = 40
"""Events of one kind: enough to notice if one in five is lost, and mostly one in twenty."""
_FEWER = 20
_SPARSE = 4
"""One lead in so many has no member that may be left out: a fault may be about leads without an e-mail address."""
_OF_INQUIRY = ("summary", "source", "leadId", "tag", "isFirstInquiry")
_CONTACTS = ("call", "sms", "email", "chat", "webform")
Cause = tuple[Operation, Record, Mapping[str, Any]]
"""The operation that caused an event, the record that it is about, and the written values."""


@dataclass(frozen=True)
class ManyCauses:
    """Causes many events in an organization. Each step returns an event's subject, and the values in it."""

    tenant: WebhookTenant
    catalogue: Catalogue

    @property
    def _client(self) -> ScenarioClient:
        return self.tenant.client

    def _kind(self) -> RecordKind:
        found = (one for one in self.catalogue.makers if f"GET {one.path}" == business_rules.LEADS)
        family = next(found, None)
        if family is None:
            raise ScenarioSkipped("there are no leads to make")
        return RecordKind(self._client, family)

    def leads(self, count: int) -> Iterator[Cause]:
        """Create leads with awkward values, and some with nothing but what is required."""
        kind = self._kind()
        made = AwkwardBodies(self._client.sampler, kind.create, business_rules.UNIQUE.get(kind.family.path, ()))
        for turn in range(count):
            body = self._client.sampler.body(kind.create) if turn % _SPARSE == 1 else made.body(turn)
            exchange = self._client.accepted(self._client.call(kind.create, body=body), kind.create)
            yield kind.create, record_of(exchange), body

    def changes(self, count: int) -> Iterator[Cause]:
        """Change one lead to awkward values, then one member at a time, then each to null."""
        update = self._kind().family.update
        if update is None:
            raise ScenarioSkipped("a lead cannot be changed")
        _, lead, _ = next(self.leads(1))
        made = AwkwardBodies(self._client.sampler, update, business_rules.UNIQUE.get(self._kind().family.path, ()))
        names = [*made.body(0)]
        for turn in range(count):
            if turn < 3:  # an item that has changed has another identity for a client that sorts out what it has seen
                self.tenant.control("POST", "/clock/advance", {"seconds": 1})
            whole = made.body(turn)
            alone = names[turn - count] if turn >= count - len(names) else None
            body = whole if alone is None else {name: value for name, value in whole.items() if name == alone}
            exchange = self._client.accepted(self._client.call(update, lead["id"], body=body), update)
            yield update, record_of(exchange), body
        validator = update.document.validator(update.body or {})
        for cleared in ({name: None} for name in names if validator.is_valid({name: None})):
            exchange = self._client.accepted(self._client.call(update, lead["id"], body=cleared), update)
            yield update, record_of(exchange), cleared

    def deletions(self, count: int) -> Iterator[Cause]:
        """Create leads and delete them."""
        delete = self._kind().family.delete
        if delete is None:
            raise ScenarioSkipped("a lead cannot be deleted")
        for _, lead, body in list(self.leads(count)):
            self._client.accepted(self._client.call(delete, lead["id"]), delete)
            yield delete, lead, body

    def inquiries(self, count: int) -> Iterator[Cause]:
        """Send messages and start calls, in turn; then simulate a contact of each kind."""
        operations, lists = self.catalogue.contract.operations, self.catalogue.lists
        send, call = operations.get(business_rules.SEND_SMS), operations.get(business_rules.START_CALL)
        leads = [lead for _, lead, _ in self.leads(2)]
        user = next((item["id"] for item in whole_list(self._client, lists[business_rules.MEMBERS])), None)
        known = {item["id"] for item in whole_list(self._client, lists[business_rules.INQUIRIES])}
        for turn in range(count):
            operation = send if turn % 2 == 0 and user else call
            if operation is None:
                continue
            sent = {"userId": user, "leadId": leads[turn // 2 % 2]["id"], "message": f"Suite <{turn}> & more"}
            body = sent if operation is send else self._client.sampler.body(operation)
            self._client.accepted(self._client.call(operation, body=body), operation)
            yield from self._new(known, operation)
        for contact in _CONTACTS:
            self.tenant.simulate(kind=contact)
            yield from self._new(known, lists[business_rules.INQUIRIES].operation)

    def _new(self, known: set[Any], operation: Operation) -> Iterator[Cause]:
        """Inquiries that did not exist before."""
        for item in fetch(self._client, self.catalogue.lists[business_rules.INQUIRIES], page=1, size=5).items:
            if item["id"] not in known:
                known.add(item["id"])
                yield operation, item, {name: item[name] for name in _OF_INQUIRY}

    def visits(self, count: int, action: str) -> Iterator[Cause]:
        """Let somebody book, move or cancel a visit. What a turn changed is seen from one reading to the next."""
        listing = self.catalogue.lists[business_rules.APPOINTMENTS]
        for _ in range(count if action != "book" else 0):
            self.tenant.simulate(kind="appointment", action="book")
        before = by_id(whole_list(self._client, listing))
        for _ in range(count):
            self.tenant.simulate(kind="appointment", action=action)
            after = by_id(whole_list(self._client, listing))
            yield from ((listing.operation, item, {}) for id, item in after.items() if before.get(id) != item)
            before = after


def many(client: ScenarioClient, catalogue: Catalogue, event: Operation) -> None:
    """Make an event happen many times; each is delivered once and says what was written."""
    with webhook_tenant(client) as tenant:
        causes = ManyCauses(tenant, catalogue)
        steps: Mapping[str, Callable[[], Iterator[Cause]]] = {
            "LEAD_CREATED": lambda: causes.leads(_EVENTS),
            "LEAD_UPDATED": lambda: causes.changes(_EVENTS),
            "LEAD_DELETED": lambda: causes.deletions(_EVENTS),
            "INQUIRY_CREATED": lambda: causes.inquiries(_FEWER),
            "APPOINTMENT_CREATED": lambda: causes.visits(_FEWER, "book"),
            "APPOINTMENT_UPDATED": lambda: causes.visits(_FEWER, "move"),
            "APPOINTMENT_CANCELLED": lambda: causes.visits(_FEWER, "cancel"),
        }
        if event.path not in steps:
            raise ScenarioSkipped(f"nothing is known that causes {event.path}")
        tenant.subscribe(event.path, _INBOX)
        caused = list(steps[event.path]())
        received = tenant.received(_INBOX)
        _counted(tenant, event, caused, received)
        _as_written(tenant, event, caused, received)


def _counted(
    tenant: WebhookTenant, event: Operation, caused: Sequence[Cause], received: Sequence[ReceivedDelivery]
) -> None:
    """Compare deliveries with events, record by record. If no event of one cause is delivered, name that cause."""
    due = Counter(str(record["id"]) for _, record, _ in caused)
    got = Counter(str(one.body.get(business_rules.RECENT_ID)) for one in received if isinstance(one.body, dict))
    wrong = [id for id in due if due[id] != got[id]]
    if not wrong and len(received) == len(caused):
        return
    blamed = [event]
    for operation in {operation.key: operation for operation, _, _ in caused}.values():
        own = {str(record["id"]) for cause, record, _ in caused if cause is operation}
        if own <= set(wrong) and len(own) < len(due):
            blamed.append(operation)
    for operation in blamed:
        got_words = f"{len(received)} deliveries, {len(wrong)} records with too few or too many"
        tenant.client.broken(
            rules.ONCE, operation, *_story(tenant), expected=f"{len(caused)} deliveries, one of each event",
            got=got_words, where="many",
        )  # fmt: skip


def _as_written(
    tenant: WebhookTenant, event: Operation, caused: Sequence[Cause], received: Sequence[ReceivedDelivery]
) -> None:
    """Each delivery has the written values exactly, in the order of events; different events have different ids."""
    bodies = [one.body for one in received if isinstance(one.body, dict)]
    if len(bodies) != len(caused):
        return
    for place, (_, record, written) in enumerate(caused):
        about = [body for body in bodies if body.get(business_rules.RECENT_ID) == str(record["id"])]
        due = {**written, **{name: record[name] for name in ("createdAt",) if name in record}}
        odd = [next(_differences(due, body), None) for body in about]
        if about and all(odd):  # those of one record may come in any order
            name, found = odd[min(place, len(odd) - 1)] or ("", Difference("", "", ""))
            tenant.client.broken(
                rules.AGREES, event, *_story(tenant), expected=f"{name}: {found.sent}", got=f"{name}: {found.got}",
                where=f"{name}, exactly",
            )  # fmt: skip
    due_order = [DueDelivery(str(record["id"]), written) for _, record, written in caused]
    for expected, got in out_of_order(due_order, bodies):
        tenant.client.broken(rules.IN_ORDER, event, *_story(tenant), expected=expected, got=got)
    moments = {str(body.get("updatedAt")) for body in bodies}
    ids = {str(body.get("id")) for body in bodies}
    if len(ids) < len(moments):
        tenant.client.broken(
            rules.ID, event, *_story(tenant), expected=f"{len(moments)} items, each with an id of its own",
            got=f"{len(ids)} ids", where="items",
        )  # fmt: skip


def _differences(written: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, Difference]]:
    for name, value in written.items():
        if name in body and (found := first_difference(value, body[name], f"/{name}")):
            yield name, found


def _story(tenant: WebhookTenant) -> Sequence[Exchange]:
    return tenant.story(_INBOX)


def foreign(client: ScenarioClient, catalogue: Catalogue) -> None:
    """A subscription gets no event of another organization, and another organization cannot end it."""
    operations = catalogue.contract.operations
    subscribe, unsubscribe = operations[business_rules.SUBSCRIBE], operations[business_rules.UNSUBSCRIBE]
    with webhook_tenant(client) as tenant:
        url = f"{client.target.origin}/__admin/inbox/{tenant.workspace}/{_INBOX}"
        body = {"hookUrl": url, "trigger": "LEAD_CREATED"}
        made = client.accepted(client.call(subscribe, body=body), subscribe)
        event = catalogue.contract.webhooks["WEBHOOK LEAD_CREATED"]
        tenant.subscribe(event.path, "own")  # what is delivered to nobody may reach nobody else either
        next(ManyCauses(tenant, catalogue).leads(1))
        if tenant.received(_INBOX):
            client.broken(rules.ONLY, event, made, expected="nothing of another organization", got="a delivery")
        ended = tenant.client.call(unsubscribe, body={"hookId": made.field("id")})
        lead = RecordKind(client, next(one for one in catalogue.makers if f"GET {one.path}" == business_rules.LEADS))
        before = len(tenant.received(_INBOX))
        record, _, _ = lead.create_sample()
        client.send(
            "POST", f"{client.target.origin}/__admin/webhooks/drain", {"Content-Type": "application/json"}, b"{}"
        )
        if ended.succeeded or len(tenant.received(_INBOX)) == before:
            got = f"{ended.status}, and {len(tenant.received(_INBOX)) - before} deliveries after it"
            client.broken(
                rules.FOREIGN_END, unsubscribe, made, ended, expected="404, and deliveries that go on", got=got
            )
        lead.gone(record)
        client.call(unsubscribe, body={"hookId": made.field("id")})
