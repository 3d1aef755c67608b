"""The life of one marked record on a real host: created, read, changed, read, deleted, looked for.

Other people work in the same organization at the same time, so nothing that they could change is judged: no totals, no
order, no other records. A finding names the member that differs and no value.
"""

from collections.abc import Mapping
from typing import Any

from contracts.real_host.safe_records import SafeOperations
from contracts.real_host.write_gate import WriteGate
from contracts.rules import lifecycle as rules
from contracts.rules.collections import page_of
from contracts.rules.rule import Rule
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.records import differences, holds, is_change_time, record_of
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange

Record = Mapping[str, Any]


def requests_of(offer: SafeOperations) -> list[str]:
    """The requests of one record's life, in order."""
    family = offer.family
    look = family.read or offer.listing.operation
    wanted = [family.create, look, *([family.update, look] if _changes(offer) else []), family.delete, look]
    return [f"{operation.method} {operation.path}" for operation in wanted if operation]


def _changes(offer: SafeOperations) -> bool:
    return offer.family.update is not None and bool(offer.change())


class RecordLifecycle:
    """One record of one kind."""

    def __init__(self, client: ScenarioClient, offer: SafeOperations, gate: WriteGate) -> None:
        self._client, self._offer, self._gate = client, offer, gate

    def live(self) -> None:
        """Run the record's life.

        Raises ScenarioSkipped if it cannot continue; the end of the run deletes what was made.
        """
        family, ledger = self._offer.family, self._gate.ledger
        if ledger is None or family.create is None or family.delete is None:
            raise ScenarioSkipped("nothing may be written")
        mark = ledger.next_mark
        body = self._offer.body(mark)
        exchange = self._client.accepted(self._client.call(family.create, body=body), family.create)
        made = ledger.made[-1]
        if made.id is None:
            raise ScenarioSkipped(f"{family.create.key} does not answer with the record; it is looked for at the end")
        record = record_of(exchange)
        self._holds(record, body, exchange, family.create, rules.AS_SENT)
        self._reads(made.id, record, exchange, family.create)
        if family.update is not None and _changes(self._offer):
            record = self._changed(family.update, made.id, record)
        self._ended(family.delete, made.id)

    def _changed(self, update: Operation, id: Any, before: Record) -> Record:
        body = self._offer.change()
        exchange = self._client.accepted(self._client.call(update, id, body=body), update)
        record = record_of(exchange)
        self._holds(record, body, exchange, update, rules.APPLIED)
        for name in differences(before, record, tuple(body)):
            if not is_change_time(name):
                self._broken(rules.KEEPS, update, exchange, name)
        self._reads(id, record, exchange, update)
        return record

    def _holds(self, record: Record, body: Record, exchange: Exchange, operation: Operation, rule: Rule) -> None:
        for name, value in body.items():
            if name in record and not holds(record[name], value):
                self._broken(rule, operation, exchange, name)

    def _reads(self, id: Any, record: Record, cause: Exchange, operation: Operation) -> None:
        shown, exchange = self._shown(id)
        if shown is None:
            return
        if not shown:
            self._client.broken(
                rules.READ_BACK, operation, cause, exchange, expected="the record", got=exchange.answer()
            )
        for name in differences(record, shown):
            self._broken(rules.READ_BACK, operation, exchange, name)

    def _ended(self, delete: Operation, id: Any) -> None:
        cause = self._client.accepted(self._client.call(delete, id), delete)
        shown, exchange = self._shown(id)
        if shown:
            where = "item" if self._offer.family.read else "list"
            self._client.broken(
                rules.GONE, delete, cause, exchange, expected="not there any more", got="still there", where=where
            )

    def _shown(self, id: Any) -> tuple[Record | None, Exchange]:
        """The record as it reads; empty if it is gone; None if one page of its list cannot tell."""
        family, listing = self._offer.family, self._offer.listing
        if family.read is not None:
            exchange = self._client.call(family.read, id)
            return (record_of(exchange) if exchange.succeeded else {}), exchange
        query = {} if listing.size is None else {listing.size.name: listing.largest}
        page = page_of(listing, self._client.get(listing.operation, query=query))
        found = next((item for item in page.items if item.get("id") == id), None)
        whole = page.count is not None and len(page.items) >= page.count
        return (found if found is not None else {} if whole else None), page.exchange

    def _broken(self, rule: Rule, operation: Operation, exchange: Exchange, name: str) -> None:
        self._client.broken(
            rule, operation, exchange, expected=f"{name} as it was written", got="another value", where=name
        )
