"""Scenarios about answers that must be consistent in themselves, and lists that must agree with their references."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.rules import consistency as rules
from contracts.rules import inner_agreement as judgements
from contracts.rules.lifecycle import NO_OTHER
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import beginning, whole_list
from contracts.scenarios.records import Record, differences, record_of
from contracts.scenarios.single_reads import accuse, examine, unread
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.written_views import by_id
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing, id_prefix

_MAX_RECORDS = 60
"""Most records that are read one by one: enough to find a fault that one in ten has."""
_MAX_OF_A_KIND, _MAX_OF_A_KIND_FAR_AWAY = 26, 16
"""Most records with one value of an enumeration, on this machine and on a host that others share."""
_PREFIX = re.compile(r"[a-z]{2,5}_")


def items(client: ScenarioClient, listing: Listing) -> None:
    """Each item of a list is consistent in itself, and ids and numbers are unique."""
    shown = beginning(client, listing)
    evidence = [client.last(listing.operation)]
    accuse(client, judgements.within(shown), evidence, listing.operation)
    names = business_rules.DISTINCT.get(listing.key, ())
    accuse(client, judgements.distinct(shown, names), evidence, listing.operation)


def details(client: ScenarioClient, listing: Listing, read: Operation, inner: str) -> None:
    """Many items, read one by one, agree with their list and are consistent in themselves."""
    inner_ids: dict[Any, Any] = {}
    validator = read.document.validator(read.parameters_in("path")[-1].schema)
    shown = [item for item in beginning(client, listing) if validator.is_valid(item["id"])]
    chosen = _of_each_kind(client, listing, read, shown)
    for item in chosen:
        exchange = client.get(read, item["id"])
        record = record_of(exchange)
        if read.key == business_rules.INQUIRY:  # elsewhere what is inside may be of several records
            accuse(client, judgements.own_id(inner_ids, record, record.get(inner)), [exchange], read)
        for name in business_rules.ONCE.get(read.key, ()):
            accuse(client, judgements.once(record.get(name), name), [exchange], read)
        examine(client, listing, read, item, exchange)
    if client.target.local and read.document.vendors:  # elsewhere others may change what they like meanwhile
        _only_read(client, listing, read, chosen)


def _only_read(client: ScenarioClient, listing: Listing, read: Operation, chosen: Sequence[Record]) -> None:
    """The list shows records as before, though they have been read by themselves."""
    now = by_id(beginning(client, listing))
    changed = [(item, names) for item in chosen if (names := differences(item, now.get(item["id"], item)))]
    for item, names in changed[:1]:
        due, got = f"{item['id']} as it was before it was read", f"another {', '.join(names)} in the list"
        evidence = client.last(read), client.last(listing.operation)
        client.broken(NO_OTHER, read, *evidence, expected=due, got=got, where="read-by-itself")


def _of_each_kind(client: ScenarioClient, listing: Listing, read: Operation, items: Sequence[Record]) -> list[Record]:
    """Some items with each value of an enumeration, which decides what is inside; some of all if there is none."""
    document = listing.operation.document
    schemas = {name: document.resolve(schema) for name, schema in listing.item_properties().items()}
    kind = next((name for name, schema in schemas.items() if schema.get("enum")), None)
    groups: dict[str, list[Record]] = {}
    for item in items:
        groups.setdefault(str(item.get(kind)) if kind else "", []).append(item)
    most = _MAX_OF_A_KIND if client.target.local else _MAX_OF_A_KIND_FAR_AWAY
    each = _MAX_RECORDS if len(groups) < 2 else most
    return [item for group in groups.values() for item in unread(client, read, group, each)]


def references(client: ScenarioClient, lists: Sequence[Listing]) -> None:
    """Ids in the items of any list lead to existing records, if their kind can be listed."""
    homes = {id_prefix(listing.item_properties().get("id", {})): listing for listing in reversed(lists)}
    known = {prefix: by_id(whole_list(client, home)) for prefix, home in homes.items() if prefix}
    for listing in lists:
        for item in whole_list(client, listing):
            lost(client, listing.operation, item, known)


def lost(client: ScenarioClient, operation: Operation, item: Record, known: Mapping[str, Mapping[Any, Record]]) -> None:
    """Accuse the operation whose item refers to a record that no list has, or that belongs to another lead."""
    for name, value in item.items():
        prefix = _PREFIX.match(value) if isinstance(value, str) and name.lower().endswith("id") else None
        if prefix is None or name == "id" or prefix[0] not in known:
            continue
        got, evidence, other = f"{item.get('id')}: {name} {value}", client.last(operation), known[prefix[0]].get(value)
        if other is None:
            client.broken(rules.REFERENCE, operation, evidence, expected="a record that exists", got=got, where=name)
            continue
        due, owner = item.get(business_rules.OWNER), other.get(business_rules.OWNER)
        if due is not None and owner is not None and due != owner and any(owner in home for home in known.values()):
            due, where = f"{item.get('id')}: a record of {due}", f"{name}/{business_rules.OWNER}"
            got = f"{name} {value} of {owner}"
            client.broken(rules.REFERENCE, operation, evidence, expected=due, got=got, where=where)


def week(client: ScenarioClient, availability: Operation, organization: Operation) -> None:
    """The opening hours cover a week, in the time zone of the organization."""
    shown, own = client.get(availability), client.get(organization)
    days = [day for day in shown.field("days") or () if isinstance(day, dict)]
    accuse(client, judgements.week(days), [shown], availability)
    accuse(client, judgements.within(days), [shown], availability)
    start, names = own.field("weekStart"), [day.get("day") for day in days]
    if isinstance(start, str) and start not in names:
        client.broken(
            rules.WEEK, organization, shown, own, expected=f"one of {names}", got=start, where="weekStart"
        )  # fmt: skip
    zone, due = shown.field("timeZone"), own.field("timeZone")
    if zone != due:
        for blamed in (availability, organization):
            client.broken(
                rules.WEEK,
                blamed,
                own,
                shown,
                expected=f"{due}, as the organization has",
                got=f"{zone}",
                where="timeZone",
            )


def groups(client: ScenarioClient, listing: Listing, kind: str) -> None:
    """The entries of a catalogue belong to their group."""
    exchange = client.get(listing.operation)
    shown = [group for group in exchange.field(listing.items) or () if isinstance(group, dict)]
    accuse(client, judgements.groups(shown, kind), [exchange], listing.operation)


def services(client: ScenarioClient, listing: Listing, catalogue: Listing) -> None:
    """The service of an appointment is in the catalogue, under the same name."""
    exchange = client.get(catalogue.operation)
    entries = [one for group in exchange.field(catalogue.items) or () for one in group.get("services", ())]
    names = {entry.get("id"): entry.get("name") for entry in entries}
    if not names:
        raise ScenarioSkipped("there is no service")
    for item in whole_list(client, listing):
        service = item.get("tradeService")
        if isinstance(service, dict) and names.get(service.get("id"), ...) != service.get("name"):
            due, got = f"{names.get(service.get('id'), 'a service of the catalogue')}", f"{service}"
            for blamed in (listing.operation, catalogue.operation):
                client.broken(
                    rules.REFERENCE, blamed, client.last(blamed), expected=due, got=f"{item['id']}: {got}",
                    where="tradeService",
                )  # fmt: skip
