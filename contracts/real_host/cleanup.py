"""Delete the records that a ledger says exist, or may exist, and nothing else.

A record whose id is in the ledger is deleted. A creation without an answer is looked for by its mark, with documented
reads. A record with the mark is written into the ledger and then deleted.
"""

import time
from collections.abc import Callable

from contracts.errors import CannotRun
from contracts.real_host.ledger import Ledger, LedgerState, MadeRecord
from contracts.real_host.safe_records import SafeOperations
from contracts.real_host.write_gate import WriteGate
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch
from contracts.scenarios.records import record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.transport.guarded_session import TIMEOUT
from contracts.transport.network_errors import NETWORK_ERRORS, in_words

SETTLE_SECONDS = TIMEOUT + 5.0
"""Seconds after which a request in flight has arrived, or never will."""
_MAX_WALKS = 3
_MAX_PAGES = 1000


class Cleaner:
    """Deletes the records of one ledger. ``clock`` must be the ledger's clock."""

    def __init__(
        self,
        client: ScenarioClient,
        gate: WriteGate,
        ledger: Ledger,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._gate, self._ledger = client, gate, ledger
        self._clock, self._sleep = clock, sleep

    def clean(self) -> list[str]:
        """Delete all of them, and return the reason for each that stays. Raises RunStopped."""
        reasons = []
        for made in self._ledger.left:
            try:
                self._clean(made)
            except (ScenarioSkipped, CannotRun) as reason:
                reasons.append(f"{made.path} {made.mark}: {reason}")
            except NETWORK_ERRORS as fault:
                reasons.append(f"{made.path} {made.mark}: the connection broke: {in_words(fault)}")
        if not self._ledger.left:
            self._ledger.end()
        return reasons

    def _clean(self, made: MadeRecord) -> None:
        offer = self._gate.offers.get(made.path)
        if offer is None or offer.family.delete is None:
            raise CannotRun("the document has no operation to delete it", "use the document of the run: --spec")
        if made.state is LedgerState.SENT:
            self._look_for(made, offer)
        if made.state is LedgerState.ALIVE:
            exchange = self._client.call(offer.family.delete, made.id)
            if made.state is LedgerState.ALIVE:
                raise ScenarioSkipped(f"the deletion was answered {exchange.status}")

    def _look_for(self, made: MadeRecord, offer: SafeOperations) -> None:
        """Look for a record by its mark. Raises ScenarioSkipped if the list cannot be read to its end."""
        left = made.at + SETTLE_SECONDS - self._clock()
        if left > 0:
            self._sleep(left)
        for _ in range(_MAX_WALKS):
            ids, settled = self._walk(made, offer)
            if len(ids) > 1:
                raise ScenarioSkipped("several records bear its mark: look at them by hand")
            if ids:
                self._ledger.found(made, ids[0])
                return
            if settled:
                self._ledger.absent(made)
                return
        raise ScenarioSkipped("the list changes while it is read; try again")

    def _walk(self, made: MadeRecord, offer: SafeOperations) -> tuple[list[str | int], bool]:
        """The ids of the records with the mark, and whether the list stayed the same: a shrinking one hides items.

        The number of pages that a page gives is not trusted: the walk ends when no new item comes.
        """
        listing, counts, seen = offer.listing, set[int | None](), set[str]()
        for number in range(1, _MAX_PAGES):
            page = fetch(self._client, listing, page=number, size=listing.largest)
            if not isinstance(page.exchange.field(listing.items) if listing.items else page.exchange.json, list):
                raise ScenarioSkipped(f"{listing.key} answers no list where the document has one")
            if any(offer.kind.shown not in item for item in page.items):
                raise ScenarioSkipped(f"{listing.key} does not show `{offer.kind.shown}` of every record")
            ids, new = offer.ids_with(made.mark, list(page.items)), {str(id) for id in page.ids} - seen
            counts.add(page.count)
            seen |= new
            if ids or not new or not listing.paged:
                return ids, len(counts) == 1
        raise ScenarioSkipped(f"the list does not end within {_MAX_PAGES} pages")


def organization_of(client: ScenarioClient) -> str:
    """The id of the organization that the key belongs to. Raises CannotRun."""
    operation = client.contract.operations.get(business_rules.ORGANIZATION)
    if operation is None:
        raise CannotRun("the document does not tell how to ask whose key it is", "use one that does: --spec")
    exchange = client.call(operation)
    try:
        return str(record_of(exchange)["id"])
    except ScenarioSkipped:
        raise CannotRun(f"{operation.key} answered {exchange.status} and names no organization") from None
