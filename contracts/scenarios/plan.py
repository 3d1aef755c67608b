"""All scenarios of a run, in the order to run them: reads first, deletions of what was there last."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from contracts.scenarios import (
    named_records,
    nested_collections,
    plan_access,
    plan_reads,
    plan_writes,
    rate_limit,
    shared_limit,
    webhook_company,
    webhook_silence,
)
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.shared_limit import limited_client
from contracts.spec.document import Contract, Operation
from mock_server.config.rates import RATE_LIMIT_PER_MINUTE

_READS = (
    plan_reads.lists,
    plan_reads.singles,
    plan_reads.agreeing_views,
    plan_reads.inner_views,
    plan_reads.histories,
    plan_reads.requests,
    plan_access.keys,
    plan_access.tenancy,
)
_WRITES = (
    plan_writes.side_effects,
    plan_writes.lifecycles,
    nested_collections.lives,
    named_records.planned,
    nested_collections.shallow_lives,
    plan_writes.exact,
    plan_writes.bodies,
    plan_writes.requirements,
    plan_writes.long_lists,
    plan_writes.business_actions,
)


def all_scenarios(contract: Contract, *, on_mock: bool = False) -> list[Scenario]:
    """The scenarios for these documents. The command and the pytest face take the same list.

    Only a mock shows deliveries, and makes an organization with the documented rate limit.
    """
    catalogue = Catalogue(contract)
    found = [scenario for part in _READS for scenario in part(catalogue)]
    wrote = [scenario for part in _WRITES for scenario in part(catalogue)]
    names = tuple(scenario.name for scenario in wrote)
    found += [
        *wrote,
        *(replace(scenario, builds_on=names) for scenario in plan_writes.consistency_after_writes(catalogue)),
    ]
    if on_mock:
        found += plan_writes.webhook_scenarios(catalogue)
        found += [*webhook_silence.planned(catalogue), *webhook_company.planned(catalogue)]
        lists = [listing.operation for listing in catalogue.listings if not listing.operation.parameters_in("path")]
        found += [Scenario(rate_limit.TOPIC, o.key, partial(_window, o)) for o in lists if o.answer(429) is not None][
            :1
        ]
        limited = [operation for operation in contract.operations.values() if operation.answer(429) is not None]
        if len(limited) > 1:
            run = partial(_shared, limited)
            found.append(Scenario(rate_limit.TOPIC, "*", run, [operation.key for operation in limited]))
    return found


def _window(operation: Operation, client: ScenarioClient) -> None:
    with limited_client(client, RATE_LIMIT_PER_MINUTE) as limited:
        rate_limit.window(limited, operation, partial(limited_client, client, RATE_LIMIT_PER_MINUTE))


def _shared(operations: Sequence[Operation], client: ScenarioClient) -> None:
    shared_limit.counted(partial(limited_client, client), operations)
