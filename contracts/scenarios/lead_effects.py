"""Scenarios about what calls, messages and changes leave behind at a lead: its activities, its last inquiry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.rules import consistency as agreement
from contracts.rules import lifecycle as rules
from contracts.scenarios import moments
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import NONE, ScenarioClient
from contracts.scenarios.effects import Effects
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record, RecordKind, record_of
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing
from contracts.transport.exchange import Exchange


def activities_of_leads(
    client: ScenarioClient, lists: Mapping[str, Listing], activities: Listing, leads: Family, send: Operation
) -> None:
    """A lead's activities report its creation and each change and message once, when it happens; reading adds none."""
    kind = RecordKind(client, leads)
    lead, made, _ = kind.create_sample(all_members=True)
    seen = list[str]()

    def events(operation: Operation, exchange: Exchange, due: Sequence[str], sent: Record = NONE) -> None:
        shown = whole_list(client, activities, lead["id"])
        now = [str(item.get("event")) for item in shown]
        new = sorted(now[: len(now) - len(seen)])
        _as_asked(client, activities.operation, operation, exchange, shown[: len(now) - len(seen)], sent)
        if new != sorted(due):
            for blamed in (operation, activities.operation):
                got = f"{', '.join(new) or 'none'}"
                client.broken(
                    rules.CAUSED, blamed, exchange, client.last(activities.operation),
                    expected=f"{', '.join(due) or 'no'} activities", got=got, where="activities",
                )  # fmt: skip
        seen[:] = now

    _each_step(client, lists, leads, lead["id"], send, made, events)
    marker, _, _ = kind.create_sample()
    moments.of_children(client, activities, lead, str(marker.get("createdAt", "")))
    kind.gone(marker)
    kind.gone(lead)


def _as_asked(
    client: ScenarioClient,
    view: Operation,
    operation: Operation,
    exchange: Exchange,
    new: Sequence[Record],
    sent: Record,
) -> None:
    """Accuse activities that name another user or lead than was sent."""
    for item in new:
        for name in sent.keys() & item.keys():
            if name.endswith("Id") and item[name] not in (None, sent[name]):
                for blamed in (operation, view):
                    client.broken(
                        rules.CAUSED, blamed, exchange, client.last(view), expected=f"{name} {sent[name]}, as sent",
                        got=f"{item.get('event')}: {item[name]}", where=f"activities/{name}",
                    )  # fmt: skip


def _each_step(
    client: ScenarioClient,
    lists: Mapping[str, Listing],
    leads: Family,
    lead: Any,
    send: Operation,
    made: Exchange,
    events: Callable[..., None],
) -> None:
    create, read, update = leads.create, leads.read, leads.update
    if create is not None:
        events(create, made, ["LEAD_CREATED"])
    if read is not None:
        events(read, client.get(read, lead), [])
    if update is not None:
        body, changed = client.sampler.body(update, whole=True), ["LEAD_UPDATED"]
        events(update, client.accepted(client.call(update, lead, body=body), update), changed)
        for name in body:  # each member alone is a change as well
            events(
                update, client.accepted(client.call(update, lead, body=_alone(client, update, name)), update), changed
            )
        events(update, client.call(update, lead, body=[]), [])
    user = next((item["id"] for item in whole_list(client, lists[business_rules.MEMBERS])), None)
    if user is not None:
        sent = {"userId": user, "leadId": lead, "message": "Suite message"}
        due = ["INQUIRY_CREATED", "SMS_SENT"]
        events(send, client.accepted(client.call(send, body=sent), send), due, sent)
    call, phone = _call_to(client, read, lead)
    if call is not None and phone:
        body = {**client.sampler.body(call), "phoneNumber": phone}
        due = ["CALL_INITIATED", "INQUIRY_CREATED"]
        events(call, client.accepted(client.call(call, body=body), call), due)


def _call_to(client: ScenarioClient, read: Operation | None, lead: Any) -> tuple[Operation | None, Any]:
    """The operation that starts a call, and the number of a lead; None for what there is not."""
    call = client.contract.operations.get(business_rules.START_CALL)
    return call, client.get(read, lead).field("phone") if call is not None and read is not None else None


def _alone(client: ScenarioClient, update: Operation, name: str) -> Mapping[str, Any]:
    """A body that changes this member only."""
    return {name: client.sampler.body(update, whole=True)[name]}


def actions(client: ScenarioClient, catalogue: Catalogue, send: Operation, call: Operation, leads: Family) -> None:
    """A message and a call change the inquiries and the lead's data about the last one, and nothing else."""
    kind, lists = RecordKind(client, leads), catalogue.lists
    lead, _, _ = kind.create_sample(all_members=True)
    user = next((item["id"] for item in whole_list(client, lists[business_rules.MEMBERS])), None)
    recent = [f"GET {short}" for short in business_rules.RECENT]
    allowed = [business_rules.INQUIRIES, business_rules.LEADS, *recent]
    effects = Effects(client, catalogue)
    if not effects.begin():
        return
    phone = {"phoneNumber": lead["phone"]} if lead.get("phone") else {}
    bodies = [(send, {"userId": user, "leadId": lead["id"], "message": "Suite message"})] if user else []
    bodies.append((call, {**client.sampler.body(call), **phone}))
    for operation, body in bodies:
        before = kind.shown(lead["id"])
        exchange = client.accepted(client.call(operation, body=body), operation)
        # Who is called by the number of a lead is that lead, and no new one.
        due = {business_rules.INQUIRIES: 1, business_rules.LEADS: 0 if operation is send or phone else 1}
        effects.after(operation, exchange, allowed, lead["id"], due)
        _same_lead(client, operation, exchange, before, kind.shown(lead["id"]))
        _last_inquiry(kind, lists[business_rules.INQUIRIES], lead["id"], exchange, operation)
    busy = next((item for item in kind.listed() if item.get("lastInquiryId") and item["id"] != lead["id"]), None)
    if busy is not None and user is not None:  # a lead that shows an inquiry already
        kind.shown(busy["id"])
        exchange = client.call(send, body={"userId": user, "leadId": busy["id"], "message": "Suite message"})
        _last_inquiry(kind, lists[business_rules.INQUIRIES], busy["id"], exchange, send)
    kind.gone(lead)


def _last_inquiry(kind: RecordKind, inquiries: Listing, lead: Any, sent: Exchange, cause: Operation) -> None:
    """The list and the item show the newest inquiry of a lead as its last one.

    If they do not, either the view is old, or what caused the inquiry did not tell the lead of it.
    """
    client, family = kind.client, kind.family
    newest = [item for item in fetch(client, inquiries, page=1, size=5).items if item.get("leadId") == lead][:1]
    listed = [item for item in kind.listed() if item.get("id") == lead]
    views = [(family.listing.operation, item) for item in listed] if family.listing else []
    exchange = kind.read(lead)
    if family.read is not None and exchange is not None and exchange.succeeded:
        views.append((family.read, record_of(exchange)))
    for operation, view in views if newest else ():
        inner, due = view.get("lastInquiry"), newest[0]["id"]
        shown = [view.get("lastInquiryId"), inner.get("id") if isinstance(inner, dict) else None]
        if any(id not in (None, due) for id in shown):
            evidence = sent, client.last(inquiries.operation), client.last(operation)
            for blamed in (operation, cause):
                client.broken(
                    agreement.LAST, blamed, *evidence, expected=f"{due}, the newest", got=f"{shown}",
                    where="after a message",
                )  # fmt: skip


def _same_lead(
    client: ScenarioClient,
    operation: Operation,
    exchange: Exchange,
    before: Sequence[Mapping[str, Any]],
    now: Sequence[Mapping[str, Any]],
) -> None:
    for one, other in zip(before, now, strict=False):
        for name in one:
            if one[name] != other.get(name) and not business_rules.OF_INQUIRIES.match(name):
                client.broken(
                    rules.NO_OTHER, operation, exchange, expected=f"{name}: {one[name]!r}", got=f"{other.get(name)!r}",
                    where=f"lead: {name}",
                )  # fmt: skip
