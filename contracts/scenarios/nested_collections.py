"""Scenarios about records of a collection below another record: each of their operations is seen to work."""

from collections.abc import Iterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import record_of
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation, blank
from contracts.spec.path_ids import in_order_of_parameters
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange


def lives(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios for each collection below a record, in which records can be created."""
    known, posts = {family.path for family in catalogue.nested}, catalogue.contract.operations
    lists = {blank(it.operation.path): it.operation for it in catalogue.listings if it.operation.parameters_in("path")}
    creates = {path: posts.get(f"POST {path}") for path in lists if path not in known and not path.endswith("}")}
    alone = [Family(path, None, it) for path, it in creates.items() if it is not None and it.speaks_json]
    for family in (*catalogue.nested, *alone):
        operations = [operation.key for operation in family.operations]
        yield Scenario("nested", family.path, partial(_life, catalogue, family), operations)


def shallow_lives(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios for records that are created below another one and have a path of their own: `/apps/{}`."""
    operations = catalogue.contract.operations
    for create in operations.values():
        above, _, word = blank(create.path).rpartition("/{}/")
        items = f"{above.rpartition('/')[0]}/{word}"
        known = [operations.get(f"{method} {items}/{{}}") for method in ("GET", "PUT", "PATCH", "DELETE")]
        is_own = f"POST {items}" not in operations  # else the records below are perhaps only references to others
        if create.method == "POST" and above and "{}" not in f"{above}{word}" and any(known) and is_own:
            family = Family(items, None, create, known[0], known[1] or known[2], known[3])
            used = [operation.key for operation in family.operations]
            yield Scenario("nested", items, partial(_life, catalogue, family, is_shallow=True), used)


def _life(catalogue: Catalogue, family: Family, client: ScenarioClient, *, is_shallow: bool = False) -> None:
    """Create a record below another one, read it, change it and delete it."""
    if family.create is None:
        return
    above = blank(family.create.path).partition("/{}")[0]
    supplied = any(blank(it.path) == above for it in catalogue.contract.operations.values())
    invented = is_shallow and client.target.is_mock and not supplied  # it may have parents at first sight
    if invented:
        document, parameters = family.create.document, family.create.parameters_in("path")
        parents = [client.sampler.value(document, parameter.schema) for parameter in parameters]
    else:
        parents = catalogue.existing_ids(client, family.create)
    record = record_of(_accepted(client, family.create, parents, invented=invented))
    if not (family.read or family.update or family.delete):
        return
    if "id" not in record:
        raise ScenarioSkipped(f"{family.path}: its records have no `id`")
    for operation in (family.read, family.update, family.delete):
        if operation is not None:
            _accepted(client, operation, [record["id"]] if is_shallow else [*parents, record["id"]])


def _accepted(client: ScenarioClient, operation: Operation, ids: Sequence[Any], *, invented: bool = False) -> Exchange:
    """Call an operation with a valid body; ``ids`` are in the order of the path. Raises ScenarioSkipped.

    Where a parent was ``invented``, its absence is no fault.
    """
    if not operation.speaks_json:
        raise ScenarioSkipped(f"{operation.key} takes {operation.body_types[0]}")
    body = client.sampler.body(operation) if operation.body is not None else None
    exchange = client.call(operation, *in_order_of_parameters(operation, ids), body=body)
    if invented and exchange.status == HTTPStatus.NOT_FOUND:
        raise ScenarioSkipped(f"{operation.key}: nothing supplies the record above")
    return client.accepted(exchange, operation)
