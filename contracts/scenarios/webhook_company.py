"""A scenario about subscriptions in company: two of one URL, and a lead that is deleted with its appointments."""

from collections.abc import Iterator
from typing import Any

from contracts.rules import webhooks as rules
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch
from contracts.scenarios.records import RecordKind
from contracts.scenarios.scenario import Scenario, on
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.webhook_tenant import WebhookTenant, webhook_tenant
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family

_TWICE, _OTHERS = "twice", "others"
_EVENT = "WEBHOOK LEAD_DELETED"
_NEEDED = {business_rules.SUBSCRIBE, business_rules.UNSUBSCRIBE}


def planned(catalogue: Catalogue) -> Iterator[Scenario]:
    """A scenario for the deletion of leads, if anybody can subscribe to it."""
    contract = catalogue.contract
    leads = next((one for one in catalogue.makers if f"GET {one.path}" == business_rules.LEADS), None)
    known = _EVENT in contract.webhooks and set(contract.operations) >= _NEEDED
    if known and leads is not None and leads.delete is not None and business_rules.APPOINTMENTS in catalogue.lists:
        also = [business_rules.APPOINTMENTS, *_NEEDED, *(one.key for one in leads.operations)]
        run = on(deletions, catalogue, leads, leads.delete)
        yield Scenario("webhooks-company", _EVENT, run, also)


def deletions(client: ScenarioClient, catalogue: Catalogue, leads: Family, delete: Operation) -> None:
    """Both subscriptions of one URL are told of a deletion, those to other events of nothing; each ends by itself."""
    event = catalogue.contract.webhooks[_EVENT]
    unsubscribe = catalogue.contract.operations[business_rules.UNSUBSCRIBE]
    with webhook_tenant(client) as tenant:
        lead = _with_an_appointment(tenant, catalogue)
        ids = [tenant.subscribe(event.path, _TWICE) for _ in range(2)]
        for other in catalogue.contract.webhooks.values():
            if other != event:
                tenant.subscribe(other.path, _OTHERS)
        _deleted(tenant, delete, lead)
        heard = _told_twice(tenant, event, catalogue.contract.operations[business_rules.SUBSCRIBE])
        _no_other_event(tenant, delete)
        gone = client.accepted(tenant.client.call(unsubscribe, body={"hookId": ids[0]}), unsubscribe)
        tenant.note(gone, _TWICE)
        record, made, _ = RecordKind(tenant.client, leads).create_sample()
        tenant.note(made)
        _deleted(tenant, delete, tenant.note_id(record["id"], leads.path))
        more = len(tenant.received(_TWICE)) - heard
        if heard == 2 and more != 1:
            due = "one delivery, for the subscription that is left"
            tenant.client.broken(
                rules.ONE_ENDED, unsubscribe, *tenant.story(_TWICE), gone, expected=due, got=f"{more} deliveries"
            )


def _with_an_appointment(tenant: WebhookTenant, catalogue: Catalogue) -> Any:
    """The lead of an appointment that somebody books. Raises ScenarioSkipped if none is shown."""
    tenant.simulate(kind="appointment", action="book")
    listed = fetch(tenant.client, catalogue.lists[business_rules.APPOINTMENTS], page=1, size=5).items
    if not listed:
        raise ScenarioSkipped("no appointment is shown after one was booked")
    return tenant.note_id(listed[0].get(business_rules.OWNER), business_rules.LEADS.partition(" ")[2])


def _deleted(tenant: WebhookTenant, delete: Operation, lead: Any) -> None:
    tenant.note(tenant.client.accepted(tenant.client.call(delete, lead), delete))


def _told_twice(tenant: WebhookTenant, event: Operation, subscribe: Operation) -> int:
    """The number of deliveries to two subscriptions of one URL, which must be two."""
    count = len(tenant.received(_TWICE))
    for operation in (event, subscribe) if count != 2 else ():  # either may take two subscriptions for one
        tenant.client.broken(
            rules.ONCE, operation, *tenant.story(_TWICE), expected="a delivery for each of two subscriptions",
            got=f"{count} deliveries", where="one-url",
        )  # fmt: skip
    return count


def _no_other_event(tenant: WebhookTenant, delete: Operation) -> None:
    others = tenant.received(_OTHERS)
    if others:
        due = "nothing but a deleted lead, whatever goes with it"
        got = f"{len(others)} deliveries to subscribers of other events"
        tenant.client.broken(rules.SILENT, delete, *tenant.story(_OTHERS), expected=due, got=got, where="its-records")
