"""The gate for writes to a real host. It is part of the guard, below all code that writes, and writes the ledger.

It admits only what it can compute itself: the next record of a safe kind with its whole body; the one change of a
record of this ledger; the deletion of a record of this ledger. Each is written down before it is sent.
"""

import time
from collections.abc import Callable, Iterable
from urllib.parse import unquote

import orjson

from contracts.errors import RequestRefused
from contracts.real_host.ledger import Ledger, MadeRecord
from contracts.real_host.safe_records import SafeOperations
from contracts.transport.exchange import Exchange


class WriteGate:
    """Admits writes; closed until it has a ledger. ``deletes_only`` is for cleaning up."""

    def __init__(
        self,
        offers: Iterable[SafeOperations],
        ledger: Ledger | None = None,
        *,
        deletes_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.offers = {offer.path: offer for offer in offers}
        self.ledger = ledger
        self.deletes_only = deletes_only
        self._clock = clock

    def check(self, method: str, path: str, body: bytes) -> None:
        """Check a write. Raises RequestRefused."""
        self._meant(method, path, body)

    def sending(self, method: str, path: str, body: bytes) -> None:
        """Write the request into the ledger, on disk, before it goes out."""
        ledger, made = self._meant(method, path, body)
        ledger.before(method, path, made, self._clock())

    def answered(self, exchange: Exchange) -> None:
        """Write the answer into the ledger, with the id of the record if the answer shows it to be ours."""
        if self.ledger is None:
            return
        offer = self.offers.get(exchange.path)
        ours = offer.ids_with(self.ledger.made[-1].mark, exchange.json) if offer and exchange.succeeded else []
        self.ledger.after(exchange.status, ours[0] if len(ours) == 1 else None)

    def _meant(self, method: str, path: str, body: bytes) -> tuple[Ledger, MadeRecord | None]:
        """The record that a write is about; None for a new one. Raises RequestRefused."""
        if self.ledger is None:
            raise RequestRefused(f"{method} {path}: nothing may be written before the organization is confirmed")
        offer = self.offers.get(path)
        if method == "POST" and offer and not self.deletes_only and _is(body, offer.body(self.ledger.next_mark)):
            return self.ledger, None
        collection, _, last = path.rpartition("/")
        made, offer = self.ledger.alive(collection, unquote(last)), self.offers.get(collection)
        if made and offer and offer.family.delete and method == "DELETE" and not body:
            return self.ledger, made
        update = offer.family.update if offer and not self.deletes_only else None
        if made and offer and update and method == update.method and _is(body, offer.change()):
            return self.ledger, made
        raise RequestRefused(f"{method} {path}: neither harmless and next in turn, nor about a record of this run")


def _is(body: bytes, meant: object) -> bool:
    try:
        return bool(meant) and bool(orjson.loads(body) == meant)
    except orjson.JSONDecodeError:
        return False
