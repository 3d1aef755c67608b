"""All units of a run, in the order to run them: reads first, deletions of what was there last."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from contracts.agenda import keys, reads, writes
from contracts.agenda.unit import Unit
from contracts.catalogue import Catalogue
from contracts.document import Contract, Operation
from contracts.probe import Probe
from contracts.sequences import limits

RATE = 60
"""Requests a minute that the vendor documents."""

_PARTS = (
    *(reads.lists, reads.singles, reads.agreed, reads.requests, keys.keys, keys.tenancy),
    *(writes.lives, writes.bodies, writes.grown, writes.deeds, writes.aftermath),
)


def units(contract: Contract, limited: Callable[[], AbstractContextManager[Probe]] | None = None) -> list[Unit]:
    """The units for these documents. The command and the pytest face take the same list.

    ``limited`` starts a target with the documented rate limit; it is given for a mock, which also shows deliveries.
    """
    catalogue = Catalogue(contract)
    found = [unit for part in _PARTS for unit in part(catalogue)]
    if limited is not None:
        found += writes.hooks(catalogue)
        plain = next(listing.operation for listing in catalogue.listings if not listing.operation.of("path"))
        found.append(Unit("limits", plain.key, partial(_window, limited, plain)))
    return found


def _window(limited: Callable[[], AbstractContextManager[Probe]], operation: Operation, probe: Probe) -> None:
    with limited() as other:
        limits.window(other, operation, RATE)
        for finding in other.findings.values():
            probe.add(finding)
