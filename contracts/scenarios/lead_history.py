"""Scenarios about a lead's activities: they report each of its records once, with the moment of its creation."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.rules import consistency as rules
from contracts.rules import inner_agreement as judgements
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.inner_views import lost
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record
from contracts.scenarios.single_reads import accuse, some
from contracts.scenarios.written_views import by_id
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing

_LEADS = 14
_MANY_LEADS = 150
Lists = Mapping[str, Listing]


def history(client: ScenarioClient, lists: Lists, activities: Listing, notes: Listing) -> None:
    """Compare the activities of some leads with the leads, their inquiries, appointments and notes."""
    leads = whole_list(client, lists[business_rules.LEADS])
    of = {name: whole_list(client, lists[name]) for name in (business_rules.INQUIRIES, business_rules.APPOINTMENTS)}
    known = {"ld_": by_id(leads), "usr_": by_id(whole_list(client, lists[business_rules.MEMBERS]))}
    known |= {"in_": by_id(of[business_rules.INQUIRIES]), "apt_": by_id(of[business_rules.APPOINTMENTS])}
    busy = sorted(leads, key=lambda lead: str(lead.get("lastInquiryDate")))
    looked_at = some(busy, _LEADS)
    for lead in looked_at:
        shown, written = whole_list(client, activities, lead["id"]), whole_list(client, notes, lead["id"])
        due = [("LEAD_CREATED", lead, lists[business_rules.LEADS].operation)]
        due += [("NOTE_CREATED", note, notes.operation) for note in written]
        for name, event in ((business_rules.INQUIRIES, "INQUIRY"), (business_rules.APPOINTMENTS, "APPOINTMENT")):
            own = (item for item in of[name] if item.get("leadId") == lead["id"])
            due += [(f"{event}_CREATED", item, lists[name].operation) for item in own]
        accuse(client, judgements.within(shown), [client.last(activities.operation)], activities.operation)
        accuse(client, judgements.within(written), [client.last(notes.operation)], notes.operation)
        for event, record, operation in due:
            _look_up(client, activities.operation, shown, event, record, operation)
        for listing, items in ((activities, shown), (notes, written)):
            for item in items:
                lost(client, listing.operation, item, known)
            _belongs(client, listing, items, lead["id"])
    seen = {lead["id"] for lead in looked_at}
    _other_notes(client, notes, [lead for lead in leads[:_MANY_LEADS] if lead["id"] not in seen], known)


def _other_notes(
    client: ScenarioClient, notes: Listing, leads: list[Record], known: Mapping[str, Mapping[Any, Record]]
) -> None:
    """The first notes of all these leads make sense: of ten notes one may be wrong, and most leads have none."""
    for lead in leads:
        written = fetch(client, notes, lead["id"], page=1, size=notes.largest).items
        accuse(client, judgements.within(written), [client.last(notes.operation)], notes.operation)
        for note in written:
            lost(client, notes.operation, note, known)
        _belongs(client, notes, written, lead["id"])


def _look_up(
    client: ScenarioClient, activities: Operation, shown: list[Record], event: str, record: Record, operation: Operation
) -> None:
    """A new record is the reference of exactly one activity with the right name and moment."""
    about = [item for item in shown if item.get("event") == event and item.get("referenceId") == str(record["id"])]
    moments = [item.get("createdAt") for item in about]
    if moments != [record.get("createdAt")]:
        due, got = f"one {event} of {record['id']} at {record.get('createdAt')}", f"{moments}"
        for blamed in (activities, operation):
            client.broken(
                rules.HISTORY,
                blamed,
                client.last(operation),
                client.last(activities),
                expected=due,
                got=got,
                where=event,
            )


def company_notes(client: ScenarioClient, notes: Listing, parents: list[Any], members: Listing) -> None:
    """Notes of each company belong to it, are by members, and did not change before they were written."""
    known = {"usr_": by_id(whole_list(client, members))}
    for parent in parents:
        written = whole_list(client, notes, parent)
        accuse(client, judgements.within(written), [client.last(notes.operation)], notes.operation)
        for note in written:
            lost(client, notes.operation, note, known)
        _belongs(client, notes, written, parent)


def _belongs(client: ScenarioClient, listing: Listing, items: Iterable[Record], parent: Any) -> None:
    """Check that items below a record name that record as their own, not another that exists as well."""
    (parameter,) = listing.operation.parameters_in("path")
    for item in items:
        if item.get(parameter.name, parent) != parent:
            due, got = f"only what belongs to {parent}", f"{item.get('id')} of {item[parameter.name]}"
            client.broken(rules.CHILD, listing.operation, client.last(listing.operation), expected=due, got=got)
