"""Plan the scenarios that write: the life of records, bounds of bodies, actions, and agreement afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from contracts.scenarios import (
    actions,
    bounds,
    concurrency,
    effects,
    exact_messages,
    exactness,
    lead_effects,
    lifecycle,
    moments,
    protocol,
    recent_views,
    repeated_writes,
    spellings,
    unasked_members,
    webhook_reliability,
    webhooks,
    whole_changes,
)
from contracts.scenarios import deletion as ending
from contracts.scenarios import lists as pages
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.exact_messages import Messages
from contracts.scenarios.plan_reads import agreeing_views
from contracts.scenarios.records import RecordKind
from contracts.scenarios.scenario import Scenario, on
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.path_ids import knows_parents
from contracts.spec.resources import Family, Listing


def lifecycles(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about records from creation to deletion, for each family that can be created."""
    for family in catalogue.makers:
        for topic, function in (
            ("creation", lifecycle.creation),
            ("update", lifecycle.update),
            ("whole-changes", whole_changes.changes),
            ("repeats", repeated_writes.records),
            ("deletion", ending.deletion),
            ("refusals", ending.refusals),
            ("bounds", bounds.creation),
            ("bounds-of-updates", bounds.update),
            ("unasked", unasked_members.ignored),
            ("spellings", spellings.records),
            ("conflicts", ending.conflicts),
            ("concurrent-changes", concurrency.changes),
            ("concurrent-creations", concurrency.creations),
            ("concurrent-deletions", concurrency.deletions),
        ):
            yield Scenario(topic, family.path, on(function, family))
        if family.path in business_rules.UNIQUE:
            yield Scenario("concurrent-conflicts", family.path, on(concurrency.conflicts, family))
    for family in catalogue.families:
        if family.listing and (family.read or family.update or family.delete):
            yield Scenario("unknown-ids", family.path, on(ending.unknown_ids, family))
    below = {child.key for family in catalogue.families for child in family.children}
    for listing in catalogue.listings:
        alone = len(listing.operation.parameters_in("path")) == 1 and listing.key not in below
        if alone and knows_parents(catalogue.contract, listing.operation):
            yield Scenario("unknown-ids", listing.key, on(ending.unknown_parents, listing.operation))


def exact(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about awkward values, which every view must show exactly as written."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    send, call = operations.get(business_rules.SEND_SMS), operations.get(business_rules.START_CALL)
    read = operations.get(business_rules.INQUIRY)
    known = read is not None and {business_rules.MEMBERS, business_rules.INQUIRIES} <= set(lists)
    for family in catalogue.makers:
        elsewhere = [it for it in catalogue.listings if it != family.listing and (it.expands or not it.paged)]
        elsewhere = [it for it in elsewhere if not it.operation.parameters_in("path")]
        also, messages = [*_keys(family), *(it.key for it in elsewhere)], None
        if send and read and known and f"GET {family.path}" == business_rules.LEADS:
            messages, also = (send, read, lists), [*also, send.key, read.key]
        yield Scenario("exactness", family.path, partial(_exact, family, elsewhere, messages), also)
    if call and read and known:
        run = on(exact_messages.calls, lists, call, read)
        yield Scenario("exactness", call.key, run, [read.key, business_rules.INQUIRIES])
    pair = operations.get(business_rules.SUBSCRIBE), operations.get(business_rules.UNSUBSCRIBE)
    if pair[0] and pair[1]:
        yield Scenario("exactness", pair[0].key, on(exact_messages.subscriptions, *pair), [pair[1].key])


def _exact(
    family: Family,
    elsewhere: Sequence[Listing],
    messages: tuple[Operation, Operation, Mapping[str, Listing]] | None,
    client: ScenarioClient,
) -> None:
    exactness.records(client, family, elsewhere, Messages(*messages) if messages else None)


def bodies(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about bodies of operations that create no record."""
    made = [family.create for family in catalogue.makers]
    for operation in catalogue.contract.operations.values():
        if operation.body is not None and operation not in made and not operation.parameters_in("path"):
            yield Scenario("bounds", operation.key, on(bounds.action, operation, catalogue))
            yield Scenario("spellings", operation.key, on(spellings.action, operation, catalogue))


def side_effects(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about changes that a write makes beside its record."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    if catalogue.makers:
        also = [operation.key for family in catalogue.makers for operation in family.operations]
        shown = [it.key for it in operations.values() if it.method == "GET" and not it.parameters_in("path")]
        yield Scenario("effects", "*", on(effects.families, catalogue), [*also, *shown])
    activities, send = lists.get(business_rules.ACTIVITIES), operations.get(business_rules.SEND_SMS)
    leads = next((one for one in catalogue.makers if f"GET {one.path}" == business_rules.LEADS), None)
    if leads is None or send is None or not {business_rules.MEMBERS, business_rules.INQUIRIES} <= set(lists):
        return
    if activities is not None:
        run = on(lead_effects.activities_of_leads, lists, activities, leads, send)
        also = [key for key in (*_keys(leads), send.key, business_rules.START_CALL) if key in operations]
        yield Scenario("effects", activities.key, run, also)
    if business_rules.START_CALL in operations:
        call = operations[business_rules.START_CALL]
        also = [send.key, *_keys(leads), business_rules.INQUIRIES]
        yield Scenario("effects", call.key, on(lead_effects.actions, catalogue, send, call, leads), also)


def requirements(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about required parameters, one for each operation that has some beside its path."""
    for operation in catalogue.contract.operations.values():
        if any(parameter.required and parameter.place in ("query", "header") for parameter in operation.parameters):
            also = [business_rules.SUBSCRIBE] if operation.key == business_rules.UNSUBSCRIBE else []
            yield Scenario("required", operation.key, on(protocol.required, operation, catalogue), also)


def long_lists(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about lists that have more than one full page."""
    for family in catalogue.makers:
        if family.listing and family.listing.usual and family.listing.paged:
            yield Scenario("grown", family.path, on(_grow, family, family.listing))


def _grow(client: ScenarioClient, family: Family, listing: Listing) -> None:
    """Create more records than the default page has and read the pages again: only this shows a wrong default."""
    kind = RecordKind(client, family)
    missing = listing.usual + 3 - len(kind.listed())
    made = [kind.create_sample()[0] for _ in range(max(0, missing))]
    pages.paging(client, listing)
    for record in made:
        kind.gone(record)


def business_actions(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about messages, calls, subscriptions, and the deletion of a lead with all its records."""
    lists, operations = catalogue.lists, catalogue.contract.operations
    needed = business_rules.LEADS, business_rules.INQUIRIES, business_rules.APPOINTMENTS, business_rules.MEMBERS
    if not lists.keys() >= set(needed):
        return
    leads = next(family for family in catalogue.families if f"GET {family.path}" == business_rules.LEADS)
    send, call = operations.get(business_rules.SEND_SMS), operations.get(business_rules.START_CALL)
    if send and leads.create:
        also = [*_keys(leads), business_rules.INQUIRIES, business_rules.INQUIRY, business_rules.MEMBERS]
        recent = [f"GET {short}" for short in business_rules.RECENT]
        asked = [*also, *recent, business_rules.APPOINTMENTS]  # a new lead has none
        yield Scenario("message", send.key, on(actions.message, lists, send, leads), asked)
        yield Scenario("repeats", send.key, on(repeated_writes.messages, lists, send, leads), also)
    if call:
        also = [business_rules.INQUIRIES, business_rules.LEADS]
        yield Scenario("call", call.key, on(actions.call, lists, call), also)
        yield Scenario("repeats", call.key, on(repeated_writes.calls, lists, call), also)
    if business_rules.SUBSCRIBE in operations and business_rules.UNSUBSCRIBE in operations:
        run = on(actions.subscription, catalogue.contract)
        also = [business_rules.UNSUBSCRIBE, *_keys(leads)]  # a new lead shows the clock of the target
        yield Scenario("subscription", business_rules.SUBSCRIBE, run, also)
    if leads.delete:
        also = [business_rules.INQUIRIES, business_rules.INQUIRY, business_rules.APPOINTMENTS]
        yield Scenario("deletion-of-all", leads.path, on(actions.lead_with_all, lists, leads, leads.delete), also)


def _keys(family: Family) -> list[str]:
    return [operation.key for operation in family.operations]


def webhook_scenarios(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about webhooks: on a mock only, and there in an organization of their own."""
    if not {business_rules.SUBSCRIBE, business_rules.UNSUBSCRIBE} <= set(catalogue.contract.operations):
        return
    for event in catalogue.contract.webhooks.values():
        also = _of_event(catalogue, event.path)
        yield Scenario("webhooks", event.key, on(webhooks.events_reach_subscribers, catalogue, event), also)
        yield Scenario("webhooks-many", event.key, on(webhook_reliability.many, catalogue, event), also)
        yield Scenario("webhooks-repeated", event.key, on(webhooks.repeated, catalogue, event), also)
        yield Scenario(
            "webhooks-ended",
            event.key,
            on(webhooks.end_of_subscription, catalogue, event),
            [*also, business_rules.UNSUBSCRIBE],
        )
    if "WEBHOOK LEAD_CREATED" in catalogue.contract.webhooks:
        run = on(webhook_reliability.foreign, catalogue)
        yield Scenario("webhooks-foreign", business_rules.UNSUBSCRIBE, run, [business_rules.SUBSCRIBE])
    for family in catalogue.makers:
        if f"GET {family.path}" in (name for name, _ in business_rules.SUBJECTS.values()):
            run = on(webhooks.refused, catalogue, family)
            yield Scenario("webhooks-refused", family.path, run, [business_rules.SUBSCRIBE])


def _of_event(catalogue: Catalogue, event: str) -> list[str]:
    """The operations that cause an event, or that show its subject."""
    kind = event.partition("_")[0]
    leads = [
        key for family in catalogue.makers if f"GET {family.path}" == business_rules.LEADS for key in _keys(family)
    ]
    caused = {"LEAD": leads, "INQUIRY": [*leads, business_rules.SEND_SMS, business_rules.MEMBERS]}.get(kind, [])
    return [business_rules.SUBSCRIBE, *business_rules.SUBJECTS.get(kind, ()), *caused]


def consistency_after_writes(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about data that must still agree after all the writing."""
    yield from agreeing_views(catalogue, "aftermath")
    yield from _changed_leads(catalogue)
    yield from moments.planned(catalogue)


def _changed_leads(catalogue: Catalogue) -> Iterator[Scenario]:
    """A scenario about the other lists that show a lead, once it has been changed."""
    lists, reads = catalogue.lists, [business_rules.INQUIRY, business_rules.LEAD]
    pairs = {f"GET {short}": f"GET {long}" for short, long in business_rules.RECENT.items()}
    known = {*pairs, *pairs.values()} <= set(lists) and set(reads) <= set(catalogue.contract.operations)
    for family in catalogue.makers if known else ():
        if f"GET {family.path}" == business_rules.LEADS and family.update:
            views = [(lists[short], lists[long]) for short, long in pairs.items()]
            run = on(recent_views.changed, family.update, views, lists[business_rules.LEADS], reads)
            yield Scenario("wording-after", family.update.key, run, [*pairs, *pairs.values(), *reads])
