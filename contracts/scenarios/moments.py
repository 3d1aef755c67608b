"""Times that cannot be: a change before the creation, anything later than now, an end before its start."""

from collections.abc import Iterator, Sequence
from functools import partial

from contracts.rules import consistency as rules
from contracts.rules import lifecycle
from contracts.rules.rule import Rule
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import Record, RecordKind, is_change_time
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Listing


def planned(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios about the times in each list, and one about the times inside and below the items of all lists."""
    also = [operation.key for family in catalogue.makers for operation in family.operations]
    for listing in catalogue.listings:
        if "createdAt" in listing.item_properties() and not listing.operation.parameters_in("path"):
            yield Scenario("moments", listing.key, partial(_listed, catalogue, listing), also)
    groups = [listing for listing in catalogue.listings if listing.key in business_rules.GROUP_KINDS]
    below = [it for it in catalogue.listings if it.operation.parameters_in("path") and it.operation.document.vendors]
    if groups or below:
        keys = [listing.key for listing in (*groups, *below)]
        yield Scenario("moments", "*", partial(_deeper, catalogue, groups, below), [*also, *keys])


def _listed(catalogue: Catalogue, listing: Listing, client: ScenarioClient) -> None:
    of_list(client, listing, _now(client, catalogue))


def _deeper(catalogue: Catalogue, groups: Sequence[Listing], below: Sequence[Listing], client: ScenarioClient) -> None:
    now = _now(client, catalogue)
    for listing in groups:
        of_groups(client, listing, now)
    for listing in below:
        seen_below(client, listing, now)


def _now(client: ScenarioClient, catalogue: Catalogue) -> str:
    """The present moment, as a new record has it. Raises ScenarioSkipped if none can be created."""
    for family in catalogue.makers:
        kind = RecordKind(client, family)
        record, _, _ = kind.create_sample()
        kind.gone(record)
        if isinstance(record.get("createdAt"), str):
            return str(record["createdAt"])
    raise ScenarioSkipped("nothing can be created that would say what time it is")


def of_groups(client: ScenarioClient, listing: Listing, now: str) -> None:
    """Nothing in the groups of a list was changed before its creation, or created later than ``now``."""
    for group in whole_list(client, listing):
        for item in (item for value in group.values() if isinstance(value, list) for item in value):
            if isinstance(item, dict):
                _of_item(client, listing.operation, item, now)


def seen_below(client: ScenarioClient, listing: Listing, now: str) -> None:
    """Nothing that any scenario has seen below a record was created later than ``now``."""
    for (key, *_, id), created in client.created.items():
        if key == listing.key and str(created) > now:
            got = f"{id}: createdAt {created}"
            _broken(client, lifecycle.FUTURE, listing.operation, f"nothing later than {now}", got)


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
