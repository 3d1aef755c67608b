"""Times that cannot be: a change before the creation, anything later than now, an end before its start."""

from contracts.rules import consistency as rules
from contracts.rules import lifecycle
from contracts.rules.rule import Rule
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import Record, is_change_time
from contracts.spec.document import Operation
from contracts.spec.resources import Listing


def of_list(client: ScenarioClient, listing: Listing, now: str) -> None:
    """No record of a list was changed before its creation, or created later than ``now``."""
    for item in whole_list(client, listing):
        _of_item(client, listing.operation, item, now)


def of_children(client: ScenarioClient, listing: Listing, parent: Record, now: str) -> None:
    """Nothing below a record is older than the record, which was new, or later than ``now``."""
    born = parent.get("createdAt")
    if not isinstance(born, str) or not now:
        return
    for item in whole_list(client, listing, parent["id"]):
        _of_item(client, listing.operation, item, now)
        if str(item.get("createdAt", born)) < born:
            got = f"{item.get('id')}: createdAt {item['createdAt']}"
            _broken(client, lifecycle.ORDER, listing.operation, f"nothing before {parent['id']} of {born}", got)


def _of_item(client: ScenarioClient, operation: Operation, item: Record, now: str) -> None:
    created = item.get("createdAt")
    for name in item:
        if is_change_time(name) and isinstance(created, str) and str(item[name]) < created:
            got = f"{item['id']}: {name} {item[name]}, created {created}"
            _broken(client, lifecycle.ORDER, operation, "a change after the creation", got)
        if (is_change_time(name) or name == "createdAt") and str(item[name]) > now:
            got = f"{item['id']}: {name} {item[name]}"
            _broken(client, lifecycle.FUTURE, operation, f"nothing later than {now}", got)
    if isinstance(item.get("start"), str) and item["start"] >= str(item.get("end", "~")):
        _broken(client, rules.SPAN, operation, "an end after the start", f"{item['start']} {item['end']}")


def _broken(client: ScenarioClient, rule: Rule, operation: Operation, expected: str, got: str) -> None:
    client.broken(rule, operation, client.last(operation), expected=expected, got=got)
