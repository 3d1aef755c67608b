"""Scenarios about records of a collection below another record: each of their operations is seen to work."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import record_of
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.path_ids import in_order_of_parameters
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange


def lives(catalogue: Catalogue) -> Iterator[Scenario]:
    """Scenarios for each collection below a record, in which records can be created."""
    for family in catalogue.nested:
        operations = [operation.key for operation in family.operations]
        yield Scenario("nested", family.path, partial(_life, catalogue, family), operations)


def _life(catalogue: Catalogue, family: Family, client: ScenarioClient) -> None:
    """Create a record below another one, read it, change it and delete it."""
    if family.create is None:
        return
    parents = catalogue.existing_ids(client, family.create)
    record = record_of(_accepted(client, family.create, parents))
    if "id" not in record:
        raise ScenarioSkipped(f"{family.path}: its records have no `id`")
    for operation in (family.read, family.update, family.delete):
        if operation is not None:
            _accepted(client, operation, [*parents, record["id"]])


def _accepted(client: ScenarioClient, operation: Operation, ids: Sequence[Any]) -> Exchange:
    """Call an operation with a valid body; ``ids`` are in the order of the path. Raises ScenarioSkipped."""
    body = client.sampler.body(operation) if operation.body is not None else None
    return client.accepted(client.call(operation, *in_order_of_parameters(operation, ids), body=body), operation)
