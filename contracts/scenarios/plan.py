"""All units of a run, in the order to run them: reads first, deletions of what was there last."""

from dataclasses import replace
from functools import partial

from contracts.scenarios import plan_access, plan_reads, plan_writes, rate_limit
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient, ScenarioSkipped
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.second_tenant import SecondTenant
from contracts.spec.document import Contract, Operation

_READS = (
    plan_reads.lists,
    plan_reads.singles,
    plan_reads.agreed,
    plan_reads.requests,
    plan_access.keys,
    plan_access.tenancy,
)
_WRITES = (plan_writes.lives, plan_writes.bodies, plan_writes.grown, plan_writes.deeds)


def units(contract: Contract, *, on_mock: bool = False) -> list[Scenario]:
    """The units for these documents. The command and the pytest face take the same list.

    Only a mock shows deliveries, and makes an organization with the documented rate limit.
    """
    catalogue = Catalogue(contract)
    found = [unit for part in _READS for unit in part(catalogue)]
    wrote = [unit for part in _WRITES for unit in part(catalogue)]
    names = tuple(unit.name for unit in wrote)
    found += [*wrote, *(replace(unit, builds_on=names) for unit in plan_writes.aftermath(catalogue))]
    if on_mock:
        found += plan_writes.hooks(catalogue)
        lists = [listing.operation for listing in catalogue.listings if not listing.operation.of("path")]
        found += [Scenario(rate_limit.TOPIC, o.key, partial(_window, o)) for o in lists if o.answer(429) is not None][
            :1
        ]
    return found


def _window(operation: Operation, client: ScenarioClient) -> None:
    limited = SecondTenant(b'{"rateLimit": %d}' % rate_limit.RATE)
    limited.move_in(client)
    if not limited.key:
        raise ScenarioSkipped("the mock makes no organization with a rate limit")
    told = partial(limited.told, known_as=client.target.other_key)
    try:
        rate_limit.window(client.elsewhere(limited.key, told), operation)
    finally:
        limited.move_out(client)
