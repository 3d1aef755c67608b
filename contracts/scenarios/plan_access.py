"""Runs about keys: without one, with a wrong one, with another organization's."""

from collections.abc import Iterator
from functools import partial

from contracts.scenarios import access
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.scenario import Scenario, on, with_ids
from contracts.spec import business_rules


def keys(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about missing and wrong keys: one for each operation that needs a key."""
    yield Scenario("unknown-paths", "*", access.unknown_paths)
    for operation in catalogue.contract.operations.values():
        if operation.by_bearer:
            known = partial(catalogue.existing_or_invented_ids, operation=operation)
            yield Scenario("keys", operation.key, partial(with_ids, access.keys, operation, known))
    for family in catalogue.makers:
        if any(operation.by_bearer and not operation.reads for operation in family.operations):
            yield Scenario("refused-keys", family.path, on(access.refused_writes, family))


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
        yield Scenario("foreign-writes", family.path, on(access.other_creates, family))
    lists, send = catalogue.lists, catalogue.contract.operations.get(business_rules.SEND_SMS)
    needed = [
        lists[name]
        for name in (business_rules.LEADS, business_rules.MEMBERS, business_rules.INQUIRIES)
        if name in lists
    ]
    if send is not None and len(needed) == 3:
        also = [listing.key for listing in needed]
        yield Scenario("foreign-message", send.key, on(access.other_message, send, *needed), also)
