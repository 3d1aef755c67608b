"""Short lists of what is new, before and after the deletion of a lead: they show nothing of it."""

from collections.abc import Mapping
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing

Lists = Mapping[str, Listing]


def look(client: ScenarioClient, lists: Lists) -> None:
    """Read the short lists: an answer that a server remembers would show later what is deleted then."""
    for name in _recent(lists):
        fetch(client, lists[name])


def judge(client: ScenarioClient, lists: Lists, delete: Operation, lead: Any) -> None:
    """Accuse a short list that shows a deleted lead or an inquiry of it, both of which were the newest."""
    gone = client.last(delete)
    for name in _recent(lists):
        listed = lists[name].operation
        named = ((item.get(business_rules.OWNER), item.get(business_rules.RECENT_ID), item)
                 for item in fetch(client, lists[name]).items)  # fmt: skip
        left = [item for owner, id, item in named if lead in (owner, id)]
        for blamed in (listed, delete) if left else ():
            client.broken(
                rules.CHILDREN, blamed, gone, client.last(listed), expected="nothing of a deleted lead",
                got=f"{len(left)} items of {lead}", where="recent",
            )  # fmt: skip


def _recent(lists: Lists) -> list[str]:
    return [f"GET {short}" for short in business_rules.RECENT if f"GET {short}" in lists]
