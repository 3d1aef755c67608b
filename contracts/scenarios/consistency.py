"""Scenarios about different views of the same thing:

a list and its items, a lead and its inquiries, two lists of members.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.rules import consistency as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import Record, differences, record_of
from contracts.scenarios.single_reads import examine, unread
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing, bare

_SAMPLE, _MORE, _PARENTS = 12, 30, 6
_OWN = ("uuid", "guid", "uid", "sid", "gid", "key", "slug", "name", "token", "code")
"""Names of ids that an item may have of its own, as ``id``."""


def details(client: ScenarioClient, family: Family, listing: Listing, read: Operation) -> None:
    """A list and the item itself show the same data; records below an item belong to it."""
    validator = read.document.validator(read.parameters_in("path")[-1].schema)
    known = [item for item in whole_list(client, listing) if validator.is_valid(item["id"])]
    for place, item in enumerate(unread(client, read, known, _SAMPLE)):
        exchange = client.get(read, item["id"])
        record = record_of(exchange)
        if record["id"] != item["id"]:
            client.broken(
                rules.DETAIL, read, exchange, expected=f"the record {item['id']}", got=f"{record['id']}", where="id"
            )
            continue
        examine(client, listing, read, item, exchange)
        for child in family.children if place < _PARENTS else ():
            _children(client, child, item["id"])


def _children(client: ScenarioClient, listing: Listing, parent: Any) -> None:
    (parameter,) = listing.operation.parameters_in("path")
    if parameter.name == "id" or (bare(parameter.name) in _OWN and not listing.operation.document.vendors):
        return  # of an item that is its own
    for item in whole_list(client, listing, parent):
        if parameter.name in item and item[parameter.name] != parent:
            got = f"{item.get('id')} of {item[parameter.name]}"
            client.broken(
                rules.CHILD,
                listing.operation,
                client.last(listing.operation),
                expected=f"only what belongs to {parent}",
                got=got,
            )


def leads(client: ScenarioClient, lists: Mapping[str, Listing]) -> None:
    """The counters and the first and last inquiry of each lead agree with the inquiries themselves."""
    operation = lists[business_rules.LEADS].operation
    of_lead: dict[Any, list[Record]] = {}
    for inquiry in whole_list(client, lists[business_rules.INQUIRIES]):
        of_lead.setdefault(inquiry["leadId"], []).append(inquiry)
    for lead in whole_list(client, lists[business_rules.LEADS]):
        own = of_lead.pop(lead["id"], [])
        _counters(client, operation, lead, own)
        newest = own[0] if own else {}
        if lead.get("lastInquiryId") != newest.get("id") or lead.get("lastInquiryDate") != newest.get("createdAt"):
            got = f"{lead.get('lastInquiryId')} of {lead.get('lastInquiryDate')}"
            due = f"{lead['id']}: {newest.get('id')} of {newest.get('createdAt')}"
            client.broken(rules.LAST, operation, client.last(operation), expected=due, got=got)
        first = [inquiry["id"] for inquiry in own if inquiry.get("isFirstInquiry")]
        if own and first != [own[-1]["id"]]:
            inquiries = lists[business_rules.INQUIRIES].operation
            client.broken(
                rules.FIRST,
                inquiries,
                client.last(inquiries),
                expected=f"only {own[-1]['id']} of {lead['id']}",
                got=f"{first}",
            )
    if of_lead:
        got = f"an inquiry of {next(iter(of_lead))}, which is not listed"
        client.broken(
            rules.REFERENCE,
            lists[business_rules.INQUIRIES].operation,
            client.last(lists[business_rules.INQUIRIES].operation),
            expected="leads that exist",
            got=got,
        )


def _counters(client: ScenarioClient, operation: Operation, lead: Record, own: Sequence[Record]) -> None:
    unread = [inquiry["source"] for inquiry in own if not inquiry.get("isRead")]
    for source, name in business_rules.UNREAD.items():
        if name in lead and lead[name] != unread.count(source):
            due, got = f"{lead['id']}: {name} {unread.count(source)}", f"{lead[name]}"
            client.broken(rules.COUNTERS, operation, client.last(operation), expected=due, got=got, where=name)
    if own and "read" in lead and lead["read"] is not (not unread):
        client.broken(
            rules.READ,
            operation,
            client.last(operation),
            expected=f"{lead['id']}: read {not unread}",
            got=f"{lead['read']}",
        )


def lead_details(client: ScenarioClient, lists: Mapping[str, Listing], read: Operation) -> None:
    """The last inquiry that a lead carries is the inquiry itself."""
    inquiries = {item["id"]: item for item in whole_list(client, lists[business_rules.INQUIRIES])}
    listing = lists[business_rules.LEADS]
    for lead in unread(client, read, whole_list(client, listing), _MORE):
        exchange = client.get(read, lead["id"])
        examine(client, listing, read, lead, exchange)
        last, id = exchange.field("lastInquiry"), lead.get("lastInquiryId")
        if (last or {}).get("id") != id or (last and differences(last, inquiries.get(id, {}))):
            client.broken(
                rules.LAST, read, exchange, expected=f"{lead['id']}: the inquiry {id} as it is", got=f"{last}"
            )


def inquiry_details(client: ScenarioClient, listing: Listing, leads: Listing, read: Operation) -> None:
    """A call lasts from its start to its end; an e-mail that came in was not sent to its own lead."""
    items = whole_list(client, listing)
    calls = [item for item in items if item.get("source") == "CALL"]
    for item in unread(client, read, calls, _MORE):
        exchange = client.get(read, item["id"])
        examine(client, listing, read, item, exchange)
        data = exchange.field("data") or {}
        start, end, seconds = data.get("startedAt"), data.get("endedAt"), data.get("duration")
        if isinstance(start, str) and isinstance(end, str) and isinstance(seconds, int):
            real = _seconds(end) - _seconds(start)
            if abs(real - seconds) > 1:
                client.broken(rules.DURATION, read, exchange, expected=f"{real:.0f} seconds", got=f"{seconds}")
    addresses = {lead["id"]: lead.get("email") for lead in whole_list(client, leads)}
    for item in unread(client, read, [item for item in items if item.get("source") == "EMAIL"], _SAMPLE):
        exchange = client.get(read, item["id"])
        examine(client, listing, read, item, exchange)
        data, own = exchange.field("data") or {}, addresses.get(item.get("leadId"))
        if own is not None and data.get("to") == own != data.get("from"):
            client.broken(rules.INNER, read, exchange, expected=f"from: {own}", got=f"to: {own}", where="/to")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def appointments(client: ScenarioClient, lists: Mapping[str, Listing]) -> None:
    """An appointment's lead exists."""
    listing = lists[business_rules.APPOINTMENTS]
    known, member = {lead["id"] for lead in whole_list(client, lists[business_rules.LEADS])}, listing.member("leadId")
    for item in whole_list(client, listing) if member else ():
        if item.get(member) not in known:
            got = f"{item['id']} of {item.get(member)}"
            client.broken(
                rules.REFERENCE,
                listing.operation,
                client.last(listing.operation),
                expected="leads that exist",
                got=got,
                where=member,
            )


def expanded_leads(client: ScenarioClient, lists: Mapping[str, Listing]) -> None:
    """The lead that an expanded inquiry carries is the lead it names, as the leads show it."""
    listing = lists[business_rules.INQUIRIES]
    known = {lead["id"]: lead for lead in whole_list(client, lists[business_rules.LEADS])}
    for parameter in listing.expands:
        for value in parameter.schema["enum"]:
            for item in whole_list(client, listing, query={parameter.name: value}):
                lead = item.get("lead")
                if not isinstance(lead, dict):
                    continue
                due = known.get(item.get("leadId"), {})
                if lead.get("id") != item.get("leadId") or differences(lead, due):
                    got = f"{lead.get('id')} {differences(lead, due)}"
                    client.broken(
                        rules.EXPANDED,
                        listing.operation,
                        client.last(listing.operation),
                        expected=f"{item['leadId']} as it is",
                        got=got,
                        where="lead",
                    )


def members(client: ScenarioClient, lists: Mapping[str, Listing]) -> None:
    """Both lists show the same people, each known by a mail address."""
    other = lists[business_rules.MEMBERSHIPS]
    both = (other.operation, lists[business_rules.MEMBERS].operation)  # nobody can say which of them is right
    people = {item.get("email"): item for item in whole_list(client, lists[business_rules.MEMBERS])}
    seen = {(item.get("user") or {}).get("email"): item for item in whole_list(client, other)}
    if set(people) != set(seen):
        odd = sorted(map(str, set(people) ^ set(seen)))
        got = f"{', '.join(odd[:3])} in one list only"
        for blamed in both:
            client.broken(rules.MEMBERS, blamed, client.last(blamed), expected="the same people", got=got)
    for mail in people.keys() & seen.keys():
        for name in differences(people[mail], seen[mail], ("id",)):
            due, got = f"{mail}: {name} {people[mail][name]!r}", f"{seen[mail][name]!r}"
            for blamed in both:
                client.broken(rules.MEMBERS, blamed, client.last(blamed), expected=due, got=got, where=name)
