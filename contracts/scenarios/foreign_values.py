"""Scenarios in which one organization's requests name what another has: a lead, a unique value, the organization."""

from contracts.rules import access as rules
from contracts.scenarios.access import other_key, own_identities
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import RecordKind
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.identities import identity_of
from contracts.spec.resources import Family, Listing, bare

_ORGANIZATION = frozenset({"orgid", "organizationid"})
"""Names, as ``bare`` has them, of a parameter that names the organization."""


def other_single(client: ScenarioClient, operation: Operation) -> None:
    """A resource of which each organization has one of its own is another one with another organization's key."""
    other = other_key(client)
    own, exchange = client.get(operation), client.get(operation, key=other)
    id = own.field("id")
    if isinstance(id, str) and exchange.field("id") == id:
        client.broken(rules.OTHERS_ITEM, operation, own, exchange, expected="its own", got=f"{id}, this one's")


def organization_parameter(listing: Listing) -> str:
    """The name of the parameter that names the organization; empty if a list has none."""
    found = (one.name for one in listing.operation.parameters_in("query") if bare(one.name) in _ORGANIZATION)
    return next(found, "")


def named_organization(client: ScenarioClient, listing: Listing, organization: Operation) -> None:
    """Another organization's id in a parameter opens nothing: the key says whose data it is."""
    other = other_key(client)
    name, id = organization_parameter(listing), client.get(organization, key=other).field("id")
    theirs = own_identities(listing, whole_list(client, listing, key=other))
    if not isinstance(id, str) or not theirs:
        raise ScenarioSkipped(f"{listing.key}: the other organization has no id, or nothing tells its items")
    exchange = client.call(listing.operation, query={name: id})
    items = exchange.field(listing.items) if listing.items else exchange.json
    shown = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    both = [identity_of(item) for item in shown if identity_of(item) in theirs]
    if exchange.succeeded and both:
        got = f"{len(both)} items for {name}={id}"
        client.broken(
            rules.OTHERS_LIST, listing.operation, exchange, expected="nothing of the other's", got=got, where=name
        )


def other_creates(client: ScenarioClient, family: Family) -> None:
    """A record that the other organization creates does not appear here, and does not clash with what is here."""
    other, kind = other_key(client), RecordKind(client, family)
    own, made, body = None, None, client.sampler.some_body(kind.create)
    if family.path in business_rules.UNIQUE:
        own, made, body = kind.create_sample(all_members=True)
    before = kind.listed()
    exchange = client.call(kind.create, body=body, key=other)
    if made is not None and exchange.status == 409:
        due, got = "success: the values are another organization's", exchange.answer()
        client.broken(rules.OTHERS_WRITE, kind.create, made, exchange, expected=due, got=got, where="unique")
    else:
        client.accepted(exchange, kind.create)
    if kind.listed() != before:
        client.broken(rules.OTHERS_WRITE, kind.create, exchange, expected="the list as it was", got="another list")
    if own is not None:
        kind.gone(own)


def other_message(
    client: ScenarioClient, operation: Operation, leads: Listing, members: Listing, inquiries: Listing
) -> None:
    """Another organization's key sends no message to this one's leads, and none in the name of its members."""
    other = other_key(client)
    lead, user = (next((item["id"] for item in whole_list(client, listing)), None) for listing in (leads, members))
    if lead is None or user is None:
        raise ScenarioSkipped("there is no lead or no member")
    before = whole_list(client, inquiries)
    theirs = next((item["id"] for item in fetch(client, leads, key=other, page=1, size=1).items), None)
    for named, where in ((lead, ""), (theirs, "userId")):
        if named is None:
            continue
        exchange = client.call(operation, body={"userId": user, "leadId": named, "message": "Suite"}, key=other)
        if exchange.status != 404:
            got = exchange.answer()
            client.broken(rules.OTHERS_ITEM, operation, exchange, expected="404", got=got, where=where)
    if whole_list(client, inquiries) != before:
        client.broken(rules.OTHERS_WRITE, operation, exchange, expected="the inquiries as they were", got="others")
