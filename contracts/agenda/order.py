"""All units of a run, in the order to run them: reads first, deletions of what was there last."""

from dataclasses import replace
from functools import partial

from contracts.agenda import keys, reads, writes
from contracts.agenda.unit import Unit
from contracts.catalogue import Catalogue
from contracts.document import Contract, Operation
from contracts.neighbour import Neighbour
from contracts.probe import Abandoned, Probe
from contracts.sequences import limits

_READS = (reads.lists, reads.singles, reads.agreed, reads.requests, keys.keys, keys.tenancy)
_WRITES = (writes.lives, writes.bodies, writes.grown, writes.deeds)


def units(contract: Contract, *, on_mock: bool = False) -> list[Unit]:
    """The units for these documents. The command and the pytest face take the same list.

    Only a mock shows deliveries, and makes an organization with the documented rate limit.
    """
    catalogue = Catalogue(contract)
    found = [unit for part in _READS for unit in part(catalogue)]
    wrote = [unit for part in _WRITES for unit in part(catalogue)]
    names = tuple(unit.name for unit in wrote)
    found += [*wrote, *(replace(unit, builds_on=names) for unit in writes.aftermath(catalogue))]
    if on_mock:
        found += writes.hooks(catalogue)
        lists = [listing.operation for listing in catalogue.listings if not listing.operation.of("path")]
        found += [Unit(limits.TOPIC, o.key, partial(_window, o)) for o in lists if o.answer(429) is not None][:1]
    return found


def _window(operation: Operation, probe: Probe) -> None:
    limited = Neighbour(b'{"rateLimit": %d}' % limits.RATE)
    limited.move_in(probe)
    if not limited.key:
        raise Abandoned("the mock makes no organization with a rate limit")
    told = partial(limited.told, known_as=probe.target.other_key)
    try:
        limits.window(probe.elsewhere(limited.key, told), operation)
    finally:
        limited.move_out(probe)
