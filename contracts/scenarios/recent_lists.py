"""Scenarios that compare lists of recent items with the lists that the items come from."""

from contracts.rules import consistency as rules
from contracts.rules.collections import page_of
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.recent_views import repeated
from contracts.spec import business_rules
from contracts.spec.resources import Listing


def recent(client: ScenarioClient, listing: Listing, source: Listing) -> None:
    """A recent list has the newest items of its source list, newest first and unchanged."""
    operation, exchange = listing.operation, client.get(listing.operation)
    newest = sorted(whole_list(client, source), key=lambda item: str(item.get("createdAt")), reverse=True)
    ids = [item["id"] for item in newest[: business_rules.RECENT_COUNT]]
    items = page_of(listing, exchange).items
    shown = [item.get("originalId") for item in items]
    if shown != ids:
        client.broken(rules.RECENT, operation, exchange, expected=f"{ids}", got=f"{shown}")
    known = {item["id"]: item for item in newest}
    # Where no item can be read by itself, there is no third view to say which of the two is right.
    alone = [] if f"{source.key}/{{}}" in client.contract.operations else [source.operation]
    for item in items:
        origin = known.get(item.get("originalId"), {})
        for name in repeated(item, origin):
            if item[name] != origin[name]:
                due, got = f"{item.get('originalId')}: {name} {origin[name]!r}", f"{item[name]!r}"
                for blamed in (operation, *alone):
                    client.broken(rules.RECENT_SAME, blamed, exchange, expected=due, got=got, where=name)
        if not str(item.get("id", "")).startswith(f"{item.get('originalId')} - "):
            due, got = f"{item.get('originalId')} - …", f"{item.get('id')}"
            client.broken(rules.RECENT_SAME, operation, exchange, expected=due, got=got, where="id")
