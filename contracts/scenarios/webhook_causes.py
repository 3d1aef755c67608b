"""Cause events: by a call of the API if there is one, otherwise by a simulated contact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import Record, RecordKind
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.webhook_tenant import WebhookTenant
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family


@dataclass(frozen=True)
class WebhookCause:
    """One event that was caused, with its record afterwards (or before, if it was deleted).

    ``alone`` means that nothing else happened at the same time.
    """

    record: Record
    alone: bool = True
    listed: bool = True


class Causes:
    """Causes events in an organization of its own."""

    def __init__(self, tenant: WebhookTenant, catalogue: Catalogue) -> None:
        self._tenant = tenant
        self._client = tenant.client
        self._lists = catalogue.lists
        self._operations = catalogue.contract.operations
        self._lead: Record = {}
        found = (family for family in catalogue.makers if f"GET {family.path}" == business_rules.LEADS)
        self._leads: Family | None = next(found, None)

    def make(self, trigger: str) -> WebhookCause:
        """Cause ``trigger`` once. Raises ScenarioSkipped for an event that nothing here can cause."""
        causes: dict[str, Callable[[], WebhookCause]] = {
            "LEAD_CREATED": self._created,
            "LEAD_UPDATED": self._updated,
            "LEAD_DELETED": self._deleted,
            "INQUIRY_CREATED": self._written,
            "APPOINTMENT_CREATED": lambda: self._visit("book"),
            "APPOINTMENT_UPDATED": lambda: self._visit("move"),
            "APPOINTMENT_CANCELLED": lambda: self._visit("cancel"),
        }
        if trigger not in causes:
            raise ScenarioSkipped(f"nothing is known that causes {trigger}")
        return causes[trigger]()

    def prepare(self, trigger: str) -> None:
        """Create the records that the event needs, because their creation causes events too."""
        if trigger == "LEAD_DELETED" or (trigger in ("LEAD_UPDATED", "INQUIRY_CREATED") and not self._lead):
            self._lead = self._made()
        elif trigger in ("APPOINTMENT_UPDATED", "APPOINTMENT_CANCELLED"):
            self._tenant.simulate(kind="appointment", action="book")

    def _kind(self) -> RecordKind:
        if self._leads is None:
            raise ScenarioSkipped("there are no leads to make")
        return RecordKind(self._client, self._leads)

    def _made(self) -> Record:
        kind = self._kind()
        record, exchange, _ = kind.create_sample(all_members=True)
        self._tenant.note(exchange)
        self._tenant.note_id(record["id"], kind.family.path)
        return record

    def _done(self, operation: Operation, *ids: Any, body: Any = None) -> None:
        """Check that a call succeeded. Raises ScenarioSkipped if it was refused."""
        exchange = self._client.accepted(self._client.call(operation, *ids, body=body), operation)
        self._tenant.note(exchange)

    def _created(self) -> WebhookCause:
        return WebhookCause(self._made())

    def _updated(self) -> WebhookCause:
        kind, update = self._kind(), self._kind().family.update
        if update is None:
            raise ScenarioSkipped("a lead cannot be changed")
        body = self._client.sampler.body(update, whole=True)
        self._done(update, self._lead["id"], body=body)
        return WebhookCause(next(iter(kind.found(self._lead["id"])), self._lead))

    def _deleted(self) -> WebhookCause:
        family = self._kind().family
        if family.delete is None:
            raise ScenarioSkipped("a lead cannot be deleted")
        self._done(family.delete, self._lead["id"])
        return WebhookCause(self._lead, listed=False)

    def _written(self) -> WebhookCause:
        send, members = self._operations.get(business_rules.SEND_SMS), self._lists.get(business_rules.MEMBERS)
        if send is None or members is None:
            raise ScenarioSkipped("no message can be sent")
        user = whole_list(self._client, members)[0]["id"]
        body = {"userId": user, "leadId": self._lead["id"], "message": "Suite message"}
        self._done(send, body=body)
        return WebhookCause(self._newest(business_rules.INQUIRIES, {"leadId": self._lead["id"]}))

    def _visit(self, action: str) -> WebhookCause:
        listing = self._lists[business_rules.APPOINTMENTS]
        before = {item["id"]: item for item in whole_list(self._client, listing)}
        self._tenant.simulate(kind="appointment", action=action)
        changed = [item for item in whole_list(self._client, listing) if before.get(item["id"]) != item]
        if len(changed) != 1:
            raise ScenarioSkipped(f"{len(changed)} appointments instead of one were touched")
        return WebhookCause(changed[0], alone=False)

    def _newest(self, name: str, wanted: Mapping[str, Any]) -> Record:
        items = [item for item in whole_list(self._client, self._lists[name]) if wanted.items() <= item.items()]
        if not items:
            raise ScenarioSkipped(f"{name} does not show what was made")
        return items[0]
