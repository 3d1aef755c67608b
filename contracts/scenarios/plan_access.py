"""Plan the scenarios about keys: without one, with a wrong one, with another organization's."""

from collections.abc import Iterator
from functools import partial

from contracts.scenarios import access, access_to_actions, foreign_values, key_spellings
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.scenario import Scenario, on, with_ids
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Document, Operation
from contracts.spec.resources import Listing

_MAX_PARENTS = 5


def keys(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about missing and wrong keys: one for each operation that needs a key."""
    yield Scenario("unknown-paths", "*", access.unknown_paths)
    for operation in catalogue.contract.operations.values():
        if operation.by_bearer:
            known = partial(catalogue.existing_or_invented_ids, operation=operation)
            yield Scenario("keys", operation.key, partial(with_ids, access.keys, operation, known))
    for operation in _first_reads(catalogue):
        yield Scenario("schemes", operation.key, on(key_spellings.schemes, operation))
    for family in catalogue.makers:
        if any(operation.by_bearer and not operation.reads for operation in family.operations):
            yield Scenario("refused-keys", family.path, on(access.refused_writes, family))


def _first_reads(catalogue: Catalogue) -> Iterator[Operation]:
    """The first read of each document that needs a key and no id: one part of a server reads all keys of a document."""
    seen: list[Document] = []
    for operation in catalogue.contract.operations.values():
        fits = operation.by_bearer and operation.reads and not operation.parameters_in("path")
        if fits and operation.document not in seen:
            seen.append(operation.document)
            yield operation


def tenancy(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about the key of another organization, for each list and family."""
    made = {family.listing.key for family in catalogue.makers if family.listing}
    for listing in catalogue.listings:
        if not listing.operation.parameters_in("path"):
            run = partial(access.other_lists, listing=listing, makes=listing.key in made)
            yield Scenario("foreign-lists", listing.key, run)
            if listing.filters:
                yield Scenario("foreign-filters", listing.key, on(access.other_filter, listing))
    for family in catalogue.families:
        if family.listing and (family.read or family.update or family.delete):
            yield Scenario("foreign-items", family.path, on(access.other_items, family))
    for family in catalogue.makers:
        yield Scenario("foreign-writes", family.path, on(foreign_values.other_creates, family))
    below = {child.key for family in catalogue.families for child in family.children}
    for listing in catalogue.listings:
        if len(listing.operation.parameters_in("path")) == 1 and listing.key not in below:
            yield Scenario("foreign-items", listing.key, partial(_below, catalogue, listing.operation))
    single = catalogue.contract.operations.get(business_rules.ORGANIZATION)
    if single is not None:
        yield Scenario("foreign-single", single.key, on(foreign_values.other_single, single))
        for listing in catalogue.listings:
            if foreign_values.organization_parameter(listing) and not listing.operation.parameters_in("path"):
                named = on(foreign_values.named_organization, listing, single)
                yield Scenario("foreign-organization", listing.key, named, [single.key])
    lists, send = catalogue.lists, catalogue.contract.operations.get(business_rules.SEND_SMS)
    needed = [
        lists[name]
        for name in (business_rules.LEADS, business_rules.MEMBERS, business_rules.INQUIRIES)
        if name in lists
    ]
    if send is not None and len(needed) == 3:
        also = [listing.key for listing in needed]
        yield Scenario("foreign-message", send.key, on(foreign_values.other_message, send, *needed), also)
        yield Scenario("refused-keys", send.key, on(_refused_message, send, *needed), also)
    call = catalogue.contract.operations.get(business_rules.START_CALL)
    if call is not None and business_rules.INQUIRIES in lists:
        yield Scenario("refused-keys", call.key, on(_refused_call, call, lists[business_rules.INQUIRIES]))


def _below(catalogue: Catalogue, operation: Operation, client: ScenarioClient) -> None:
    access_to_actions.other_children(client, operation, catalogue.parents(client, operation)[:_MAX_PARENTS])


def _refused_message(
    client: ScenarioClient, send: Operation, leads: Listing, members: Listing, inquiries: Listing
) -> None:
    lead, user = (next((item["id"] for item in whole_list(client, listing)), None) for listing in (leads, members))
    if lead is None or user is None:
        raise ScenarioSkipped("there is no lead or no member")
    body = {"userId": user, "leadId": lead, "message": "Suite"}
    access_to_actions.refused_action(client, send, inquiries, body)


def _refused_call(client: ScenarioClient, call: Operation, inquiries: Listing) -> None:
    access_to_actions.refused_action(client, call, inquiries, client.sampler.body(call))
