"""Scenarios with a wrong key, or another organization's, about actions and about lists below a record."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.rules import access as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.records import record_shape
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.identities import identities
from contracts.spec.resources import Listing
from contracts.spec.shown_values import shown_values


def other_children(client: ScenarioClient, operation: Operation, known: Sequence[Any]) -> None:
    """Another organization's key finds nothing below these records, which only this one has."""
    if not client.target.other_key:
        raise ScenarioSkipped("no key of a second organization (SOPHIIE_OTHER_API_KEY)")
    for id in known:
        exchange = client.call(operation, id, key=client.target.other_key)
        own = client.call(operation, id)
        if exchange.succeeded and own.succeeded and exchange.json == own.json and _tells(operation, own.json):
            client.broken(rules.OTHERS_ITEM, operation, own, exchange, expected="404", got=exchange.answer())


def _tells(operation: Operation, value: Any) -> bool:
    """Tell whether there is more in a value than numbers and the document's examples, which everybody may have."""
    document, items = operation.document, value if isinstance(value, list) else [value]
    records = [item for item in items if isinstance(item, Mapping)]
    if document.vendors or not records:
        return True
    return bool(identities(document, record_shape(operation).schema, records, shown_values(document.raw)))


def refused_action(client: ScenarioClient, operation: Operation, shown: Listing, body: Any) -> None:
    """An action that is requested with a wrong key has no effect."""
    before = whole_list(client, shown)
    for authorization in ("", "Bearer sk_test_suite_wrong_000000"):
        sent = {"Content-Type": "application/json", **({"Authorization": authorization} if authorization else {})}
        exchange = client.call(operation, body=body, headers=sent)
        if whole_list(client, shown) != before:
            got = f"another list of {shown.key}"
            client.broken(rules.NO_EFFECT, operation, exchange, expected="the list as it was", got=got)
            before = whole_list(client, shown)
