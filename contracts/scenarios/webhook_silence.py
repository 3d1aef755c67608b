"""A scenario with writes that cause no event: nobody who has subscribed to anything may be told of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.rules import webhooks as rules
from contracts.scenarios.actions import existing_thread
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import RecordKind, record_of
from contracts.scenarios.scenario import Scenario, on
from contracts.scenarios.webhook_tenant import WebhookTenant, webhook_tenant
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

_INBOX = "silent"
AfterWrite = Callable[[Operation, Exchange], None]


def planned(catalogue: Catalogue) -> Iterator[Scenario]:
    """A scenario for all writes without an event, if anybody can subscribe to events."""
    operations = catalogue.contract.operations
    if business_rules.SUBSCRIBE not in operations:
        return
    lives = [one.key for family in _without_events(catalogue) for one in family.operations if not one.reads]
    sent = [business_rules.SEND_SMS] if business_rules.SEND_SMS in operations else []
    if lives or sent:
        yield Scenario("webhooks-silent", "*", on(writes, catalogue), [business_rules.SUBSCRIBE, *sent, *lives])


def _without_events(catalogue: Catalogue) -> list[Family]:
    subjects = [name for name, _ in business_rules.SUBJECTS.values()]
    return [family for family in catalogue.makers if f"GET {family.path}" not in subjects]


def writes(client: ScenarioClient, catalogue: Catalogue) -> None:
    """Messages in a known thread, and the life of records that have no trigger, are delivered to nobody.

    The inbox is read once after all of them; only if it holds something, they are repeated one by one.
    """
    with webhook_tenant(client) as tenant:
        silent = _SilentWrites(tenant, catalogue, _thread(tenant, catalogue))
        for event in catalogue.contract.webhooks.values():
            tenant.subscribe(event.path, _INBOX)
        silent.run(lambda operation, exchange: None)
        if tenant.received(_INBOX):
            silent.run(_Accuser(tenant))


class _Accuser:
    """Reads the inbox after each write, and accuses the operation after which there is more."""

    def __init__(self, tenant: WebhookTenant) -> None:
        self._tenant, self._heard = tenant, len(tenant.received(_INBOX))

    def __call__(self, operation: Operation, exchange: Exchange) -> None:
        heard = len(self._tenant.received(_INBOX))
        if heard > self._heard:
            trigger, client = self._tenant.trigger(), self._tenant.client
            got = f"{heard - self._heard} deliveries, the last to a subscriber of {trigger}"
            story = self._tenant.story(_INBOX, trigger)
            client.broken(rules.SILENT, operation, *story, exchange, expected="no delivery", got=got)
        self._heard = heard


@dataclass(frozen=True)
class _SilentWrites:
    """Writes that no entry of the ledger names as the cause of an event."""

    tenant: WebhookTenant
    catalogue: Catalogue
    message: dict[str, Any]
    """A message to a thread that exists; empty if there is none."""

    def run(self, after_write: AfterWrite) -> None:
        """Send each write, and give it with its answer to ``after_write``."""
        client, send = self.tenant.client, self.catalogue.contract.operations.get(business_rules.SEND_SMS)
        if send is not None and self.message:
            after_write(send, client.accepted(client.call(send, body=self.message), send))
        for family in _without_events(self.catalogue):
            self._life(family, after_write)

    def _life(self, family: Family, after_write: AfterWrite) -> None:
        client, create = self.tenant.client, RecordKind(self.tenant.client, family).create
        made = client.accepted(client.call(create, body=client.sampler.body(create)), create)
        after_write(create, made)
        for operation in (family.update, family.delete):
            if operation is not None:
                body = client.sampler.body(operation, whole=True) if operation.body is not None else None
                done = client.call(operation, record_of(made)["id"], body=body)
                after_write(operation, client.accepted(done, operation))


def _thread(tenant: WebhookTenant, catalogue: Catalogue) -> dict[str, Any]:
    """A message in a thread that it starts itself, because a new thread is an inquiry and causes an event."""
    client, lists = tenant.client, catalogue.lists
    send = catalogue.contract.operations.get(business_rules.SEND_SMS)
    leads = next((one for one in catalogue.makers if f"GET {one.path}" == business_rules.LEADS), None)
    if send is None or leads is None or business_rules.MEMBERS not in lists:
        return {}
    user = next((item["id"] for item in whole_list(client, lists[business_rules.MEMBERS])), None)
    record, made, _ = RecordKind(client, leads).create_sample()
    tenant.note(made)
    known = {"userId": user, "leadId": tenant.note_id(record["id"], leads.path)}
    thread = existing_thread(client, lists, send, known) if user else {}
    return {**known, "message": "Suite message", **thread} if thread else {}
