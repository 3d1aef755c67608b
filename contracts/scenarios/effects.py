"""Scenarios about effects: a write changes its subject and what the ledger says, nothing else; reads change nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contracts.rules import consistency as agreement
from contracts.rules import lifecycle as rules
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import beginning, fetch, whole_list
from contracts.scenarios.records import RecordKind, differences, record_of
from contracts.scenarios.written_views import by_id
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing
from contracts.transport.exchange import Exchange

State = Mapping[str, Any]  # for each operation, the records that it shows


class Effects:
    """Compares everything that an organization shows before and after each write."""

    def __init__(self, client: ScenarioClient, catalogue: Catalogue) -> None:
        self._client, self._operations = client, catalogue.contract.operations
        self._lists = [listing for listing in catalogue.listings if not listing.operation.parameters_in("path")]
        listed = {listing.key for listing in self._lists}
        self._singles = [
            operation
            for operation in self._operations.values()
            if operation.method == "GET" and operation.key not in listed and not operation.parameters_in("path")
        ]
        self._before: State = {}

    def begin(self) -> bool:
        """Read everything twice: a difference comes from a read. Then return False, for no write can be judged."""
        self._before = self._look()
        now = self._look()
        changed = sorted(key for key in now if now[key] != self._before[key])
        for culprit in self._culprits(changed[0]) if changed else ():
            got = f"{changed[0]} has changed"
            evidence = self._client.last(culprit), self._client.last(self._operations[changed[0]])
            self._client.broken(rules.NO_OTHER, culprit, *evidence, expected="a read that changes nothing", got=got)
        return not changed

    def after(self, operation: Operation, exchange: Exchange, allowed: Sequence[str], about: Any = None) -> None:
        """Accuse a write of changes in every list that is not ``allowed`` to change.

        In one that is, all records but the one that the write is ``about`` stay as they were.
        """
        now = self._look()
        for key in allowed if about is not None else ():
            self._others(operation, exchange, key, now.get(key), about)
        for key in now:
            if key not in allowed and now[key] != self._before[key]:
                got = f"{key} has changed: {_first(self._before[key], now[key])}"
                shown = self._client.last(self._operations[key])
                self._client.broken(
                    rules.NO_OTHER, operation, exchange, shown, expected=f"{key} as it was", got=got, where=key
                )
        self._before = now

    def _others(self, operation: Operation, exchange: Exchange, key: str, now: Any, about: Any) -> None:
        before = by_id(self._before.get(key, ()))
        others = [it for it in now or () if about not in (it.get("id"), it.get(business_rules.RECENT_ID))]
        odd = next((it for it in others if before.get(it.get("id"), it) != it), None)
        if odd is not None:
            due, got = f"{odd.get('id')} as it was", f"another {', '.join(differences(before[odd.get('id')], odd))}"
            evidence = exchange, self._client.last(self._operations[key])
            self._client.broken(rules.OTHERS, operation, *evidence, expected=due, got=got, where=key)

    def _culprits(self, key: str) -> Iterator[Operation]:
        """The reads that change what ``key`` shows."""
        for operation in (*(listing.operation for listing in self._lists), *self._singles):
            before = self._shown(key)
            self._client.get(operation)
            if self._shown(key) != before:
                yield operation

    def _shown(self, key: str) -> Any:
        return self._client.get(self._operations[key]).json

    def _look(self) -> State:
        shown: dict[str, Any] = {listing.key: beginning(self._client, listing, 2) for listing in self._lists}
        return shown | {operation.key: self._client.get(operation).json for operation in self._singles}


def _first(before: Any, now: Any) -> str:
    """The first item of a list that is new, changed or gone."""
    if not isinstance(before, list) or not isinstance(now, list):
        return "another answer"
    odd = next((item for item in (*now, *before) if item not in before or item not in now), None)
    return f"{odd.get('id')} for one" if isinstance(odd, dict) else "another order"


def families(client: ScenarioClient, catalogue: Catalogue) -> None:
    """Create, change and delete a record of each kind, and compare everything in between."""
    effects = Effects(client, catalogue)
    if not effects.begin():
        return
    for family in catalogue.makers:
        kind, own = RecordKind(client, family), _own(catalogue, family)
        record, exchange, _ = kind.create_sample(all_members=True)
        effects.after(kind.create, exchange, own, record["id"])
        if family.update is not None and family.update.body is not None:
            body = client.sampler.body(family.update, whole=True)
            exchange = client.accepted(client.call(family.update, record["id"], body=body), family.update)
            effects.after(family.update, exchange, own, record["id"])
        if family.delete is not None:
            exchange = client.accepted(client.call(family.delete, record["id"]), family.delete)
            effects.after(family.delete, exchange, own, record["id"])


def _own(catalogue: Catalogue, family: Family) -> Sequence[str]:
    """The lists that may show records of a family, by their items' members or by the lists that supply them."""
    listing = f"GET {family.path}"
    recent = [f"GET {short}" for short, long in business_rules.RECENT.items() if long == family.path]
    return [listing, *recent]


def activities_of_leads(
    client: ScenarioClient, lists: Mapping[str, Listing], activities: Listing, leads: Family, send: Operation
) -> None:
    """A lead's activities report its creation and each change and message once; reading adds none."""
    kind = RecordKind(client, leads)
    lead, made, _ = kind.create_sample(all_members=True)
    seen = list[str]()

    def events(operation: Operation, exchange: Exchange, due: Sequence[str]) -> None:
        now = [str(item.get("event")) for item in whole_list(client, activities, lead["id"])]
        new = sorted(now[: len(now) - len(seen)])
        if new != sorted(due):
            for blamed in (operation, activities.operation):
                got = f"{', '.join(new) or 'none'}"
                client.broken(
                    rules.CAUSED, blamed, exchange, client.last(activities.operation),
                    expected=f"{', '.join(due) or 'no'} activities", got=got, where="activities",
                )  # fmt: skip
        seen[:] = now

    _each_step(client, lists, leads, lead["id"], send, made, events)
    kind.gone(lead)


def _each_step(
    client: ScenarioClient,
    lists: Mapping[str, Listing],
    leads: Family,
    lead: Any,
    send: Operation,
    made: Exchange,
    events: Callable[[Operation, Exchange, Sequence[str]], None],
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
        events(send, client.accepted(client.call(send, body=sent), send), due)
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
        effects.after(operation, exchange, allowed)
        _same_lead(client, operation, exchange, before, kind.shown(lead["id"]))
        _last_inquiry(kind, lists[business_rules.INQUIRIES], lead["id"])
    busy = next((item for item in kind.listed() if item.get("lastInquiryId") and item["id"] != lead["id"]), None)
    if busy is not None and user is not None:  # a lead that shows an inquiry already
        kind.shown(busy["id"])
        client.call(send, body={"userId": user, "leadId": busy["id"], "message": "Suite message"})
        _last_inquiry(kind, lists[business_rules.INQUIRIES], busy["id"])
    kind.gone(lead)


def _last_inquiry(kind: RecordKind, inquiries: Listing, lead: Any) -> None:
    """The list and the item show the newest inquiry of a lead as its last one."""
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
            evidence = client.last(inquiries.operation), client.last(operation)
            client.broken(
                agreement.LAST, operation, *evidence, expected=f"{due}, the newest", got=f"{shown}",
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
