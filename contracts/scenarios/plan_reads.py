"""Plan the scenarios that read: lists, single resources, agreement of views, query values."""

from collections.abc import Iterator
from functools import partial

from contracts.scenarios import consistency, lead_history, protocol, recent_lists, recent_views
from contracts.scenarios import inner_views as inner
from contracts.scenarios import lists as pages
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch
from contracts.scenarios.scenario import Scenario, on, with_ids
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation, blank
from contracts.spec.resources import Listing

_MAX_PARENTS = 25


def lists(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about the pages, filters and expansions of each list."""
    for listing in catalogue.listings:
        if listing.operation.parameters_in("path"):
            if listing.paged:
                yield Scenario("pages", listing.key, partial(_below, catalogue, listing))
        elif listing.paged:
            yield Scenario("pages", listing.key, on(pages.paging, listing))
        elif listing.items:
            yield Scenario("catalogue", listing.key, on(pages.catalogue, listing))
        if listing.filters and not listing.operation.parameters_in("path"):
            yield Scenario("filters", listing.key, on(pages.filtering, listing))
        if listing.expands and not listing.operation.parameters_in("path"):
            yield Scenario("expansion", listing.key, on(pages.expansion, listing))


def singles(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios that read resources of which there is only one."""
    for operation in catalogue.contract.operations.values():
        if operation.method == "GET" and operation.key not in catalogue.lists and not operation.parameters_in("path"):
            yield Scenario("single", operation.key, on(pages.single, operation))


def _below(catalogue: Catalogue, listing: Listing, client: ScenarioClient) -> None:
    """The longest list of its kind among the first parents."""
    parent = listing.operation.key.partition(" ")[2].partition("/{}")[0]
    above = catalogue.lists.get(f"GET {parent}")
    if above is None:
        known = catalogue.parents(client, listing.operation)[:_MAX_PARENTS]
        sizes = {id: fetch(client, listing, id).count or 0 for id in known}
        pages.paging(client, listing, max(known, key=lambda id: sizes[id]))
        return
    parents = [item["id"] for item in fetch(client, above).items if "id" in item][:_MAX_PARENTS]
    if not parents:
        raise ScenarioSkipped(f"nothing under {parent}")
    lengths = {id: fetch(client, listing, id).count or 0 for id in parents}
    pages.paging(client, listing, max(parents, key=lambda id: lengths[id]))


def agreeing_views(catalogue: Catalogue, topic: str = "agreement") -> Iterator[Scenario]:
    """Scenarios about data that several operations show."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    for family in catalogue.families:
        if family.listing and family.read:
            below = [family.listing.key, *(child.key for child in family.children)]
            yield Scenario(topic, family.read.key, on(consistency.details, family, family.listing, family.read), below)
    for name, other, judged in (
        (business_rules.LEADS, business_rules.INQUIRIES, consistency.leads),
        (business_rules.INQUIRIES, business_rules.LEADS, consistency.expanded_leads),
        (business_rules.APPOINTMENTS, business_rules.LEADS, consistency.appointments),
        (business_rules.MEMBERS, business_rules.MEMBERSHIPS, consistency.members),
    ):
        if {name, business_rules.LEADS, business_rules.INQUIRIES, business_rules.MEMBERSHIPS} <= set(lists):
            yield Scenario(topic, name, on(judged, lists), [other])
    if business_rules.LEAD in operations and business_rules.INQUIRIES in lists:
        run = on(consistency.lead_details, lists, operations[business_rules.LEAD])
        yield Scenario(f"{topic}-last", business_rules.LEAD, run, [business_rules.INQUIRIES, business_rules.LEADS])
    needed = [business_rules.INQUIRIES, business_rules.LEADS]
    if business_rules.INQUIRY in operations and set(needed) <= set(lists):
        run = on(consistency.inquiry_details, *(lists[name] for name in needed), operations[business_rules.INQUIRY])
        yield Scenario(f"{topic}-calls", business_rules.INQUIRY, run, needed)
    for short, long in business_rules.RECENT.items():
        if f"GET {short}" in lists and f"GET {long}" in lists:
            pair = lists[f"GET {short}"], lists[f"GET {long}"]
            yield Scenario(f"{topic}-recent", f"GET {short}", on(recent_lists.recent, *pair), [f"GET {long}"])


def inner_views(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about answers that must make sense by themselves, and about what they refer to."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    whole = [listing for listing in catalogue.listings if not listing.operation.parameters_in("path")]
    for listing in whole:
        yield Scenario("within", listing.key, on(inner.items, listing))
        if listing.key in business_rules.GROUP_KINDS:
            yield Scenario("groups", listing.key, on(inner.groups, listing, business_rules.GROUP_KINDS[listing.key]))
    for family in catalogue.families:
        if family.listing and family.read:
            run = on(inner.details, family.listing, family.read, business_rules.INNER)
            yield Scenario("details", family.read.key, run, [family.listing.key])
    if whole:
        yield Scenario("references", "*", on(inner.references, whole), [listing.key for listing in whole])
    hours = operations.get(business_rules.AVAILABILITY), operations.get(business_rules.ORGANIZATION)
    if hours[0] and hours[1]:
        yield Scenario("week", hours[0].key, on(inner.week, *hours), [hours[1].key])
    pair = lists.get(business_rules.APPOINTMENTS), lists.get(business_rules.SERVICES)
    if pair[0] and pair[1]:
        yield Scenario("services", pair[0].key, on(inner.services, *pair), [pair[1].key])


def histories(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about other views of a lead: its activities, its notes, the recent lists."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    needed = [business_rules.LEADS, business_rules.INQUIRIES, business_rules.APPOINTMENTS, business_rules.MEMBERS]
    if not set(needed) <= set(lists):
        return
    below = lists.get(business_rules.ACTIVITIES), lists.get(business_rules.NOTES)
    if below[0] and below[1]:
        yield Scenario("history", below[0].key, on(lead_history.history, lists, *below), [below[1].key, *needed])
    reads = [operations[name] for name in (business_rules.INQUIRY, business_rules.LEAD) if name in operations]
    for short, long in business_rules.RECENT.items():
        pair = lists.get(f"GET {short}"), lists.get(f"GET {long}")
        if pair[0] and pair[1] and len(reads) == 2:
            run = on(recent_views.wording, *pair, lists[business_rules.LEADS], *reads)
            also = [key for key in (*needed, business_rules.RECENT_LEADS) if key in lists]
            yield Scenario("wording", pair[0].key, run, [*also, *(read.key for read in reads)])
    notes = lists.get(business_rules.COMPANY_NOTES)
    if notes:
        run = partial(_company_notes, catalogue, notes, lists[business_rules.MEMBERS])
        yield Scenario("notes", notes.key, run, [business_rules.MEMBERS])


def _company_notes(catalogue: Catalogue, notes: Listing, members: Listing, client: ScenarioClient) -> None:
    lead_history.company_notes(client, notes, catalogue.parents(client, notes.operation), members)


def requests(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about requests that the document does not describe."""
    of_path: dict[str, list[Operation]] = {}
    for operation in catalogue.contract.operations.values():
        of_path.setdefault(blank(operation.path), []).append(operation)  # names of parameters tell no paths apart
        known = partial(catalogue.existing_ids, operation=operation)
        if operation.reads and f"HEAD {blank(operation.path)}" not in catalogue.contract.operations:
            yield Scenario("heads", operation.key, partial(with_ids, protocol.heads, operation, known))
        if operation.body is not None:
            yield Scenario("bodies", operation.key, partial(with_ids, protocol.bodies, operation, known))
        elif operation.parameters_in("query") and operation.reads:
            yield Scenario("queries", operation.key, partial(with_ids, protocol.queries, operation, known))
    for operations in of_path.values():
        known = partial(catalogue.existing_or_invented_ids, operation=operations[0])
        also = [operation.key for operation in operations]
        yield Scenario("methods", operations[0].key, partial(with_ids, protocol.methods, operations, known), also)
