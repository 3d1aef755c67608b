"""Scenarios about effects: a write changes its subject and what the ledger says, nothing else; reads change nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import beginning
from contracts.scenarios.records import Record, RecordKind, differences
from contracts.scenarios.single_reads import unread
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.written_views import by_id
from contracts.spec import business_rules
from contracts.spec.document import Operation
from contracts.spec.resources import Family, Listing
from contracts.transport.exchange import Exchange

_PAGES = 2  # of each list that are compared
_ALONE = 3  # records of each kind that are read by themselves
State = Mapping[str, Any]  # for each operation, the records that it shows


class Effects:
    """Compares everything that an organization shows before and after each write."""

    def __init__(self, client: ScenarioClient, catalogue: Catalogue) -> None:
        self._client, self._operations = client, catalogue.contract.operations
        lists = (listing for listing in catalogue.listings if not listing.operation.parameters_in("path"))
        self._lists = [listing for listing in lists if listing.whole]
        listed = {listing.key for listing in self._lists}
        self._singles = [
            operation
            for operation in self._operations.values()
            if operation.method == "GET" and operation.key not in listed and not operation.parameters_in("path")
        ]
        self._alone = [(family.listing, family.read) for family in catalogue.families if family.listing and family.read]
        self._before: State = {}

    def begin(self, *, alone: bool = False) -> bool:
        """Read everything twice: a difference comes from a read. Then return False, for no write can be judged.

        With ``alone``, some records are read by themselves in between.
        """
        self._before = self._look()
        for listing, read in self._alone if alone else ():
            self._read_alone(listing, read)
        now = self._look()
        changed = sorted(key for key in now if now[key] != self._before[key])
        for culprit in self._culprits(changed[0]) if changed else ():
            got = f"{changed[0]} has changed"
            evidence = self._client.last(culprit), self._client.last(self._operations[changed[0]])
            self._client.broken(rules.NO_OTHER, culprit, *evidence, expected="a read that changes nothing", got=got)
        return not changed

    def first_read(self, family: Family, record: Record) -> None:
        """Read a new record by itself for the first time, and accuse the read if its list is another then."""
        listing, read = family.listing, family.read
        if listing is None or read is None or not read.document.vendors or listing.key not in self._before:
            return
        exchange, now = self._client.call(read, record["id"]), beginning(self._client, listing, _PAGES)
        if now != self._before[listing.key]:
            got = f"{listing.key} has changed: {_first(self._before[listing.key], now)}"
            due = "a read that changes nothing"
            evidence = exchange, self._client.last(listing.operation)
            self._client.broken(rules.NO_OTHER, read, *evidence, expected=due, got=got, where="first-read")
        self._before = {**self._before, listing.key: now}

    def after(
        self, operation: Operation, exchange: Exchange, allowed: Sequence[str], about: Any, due: Mapping[str, int]
    ) -> None:
        """Accuse a write of changes in every list that is not ``allowed`` to change.

        In one that is, all records but the one that the write is ``about`` stay as they were, and no more are new
        than are ``due``.
        """
        now = self._look()
        for key in allowed:
            self._others(operation, exchange, key, now.get(key), about)
            self._new(operation, exchange, key, now.get(key), due.get(key))
        for key in now:
            if key not in allowed and now[key] != self._before[key]:
                got = f"{key} has changed: {_first(self._before[key], now[key])}"
                shown = self._client.last(self._operations[key])
                self._client.broken(
                    rules.NO_OTHER, operation, exchange, shown, expected=f"{key} as it was", got=got, where=key
                )
        self._before = now

    def _others(self, operation: Operation, exchange: Exchange, key: str, now: Any, about: Any) -> None:
        before = by_id(self._before.get(key, ()))
        others = [it for it in now or () if about not in (it.get("id"), it.get(business_rules.RECENT_ID))]
        odd = next((it for it in others if before.get(it.get("id"), it) != it), None)
        if odd is not None:
            due, got = f"{odd.get('id')} as it was", f"another {', '.join(differences(before[odd.get('id')], odd))}"
            evidence = exchange, self._client.last(self._operations[key])
            self._client.broken(rules.OTHERS, operation, *evidence, expected=due, got=got, where=key)

    def _new(self, operation: Operation, exchange: Exchange, key: str, now: Any, due: int | None) -> None:
        """Count the new records; in a list of which a part was read, only those before the first known one."""
        known, items = by_id(self._before.get(key, ())), list(now or ()) if isinstance(now, list) else []
        fresh = [item.get("id") not in known for item in items]
        cut = len(known) > len(items) or len(items) >= self._most(key)
        count = fresh.index(False) if cut and False in fresh else sum(fresh)
        if due is not None and count > due:
            got, shown = f"{count} new in {key}", self._client.last(self._operations[key])
            where = f"{key}: new"
            self._client.broken(rules.NO_OTHER, operation, exchange, shown, expected=f"{due} new", got=got, where=where)

    def _most(self, key: str) -> int:
        return next((_PAGES * listing.largest for listing in self._lists if listing.key == key), 0)

    def _read_alone(self, listing: Listing, read: Operation) -> None:
        """Read a few records by themselves, and each time others: a read may mark what it reads, once."""
        items = self._before.get(listing.key, ()) if read.document.vendors else ()
        for item in unread(self._client, read, items, _ALONE) if items else ():
            self._client.call(read, item["id"])

    def _culprits(self, key: str) -> Iterator[Operation]:
        """The reads that change what ``key`` shows."""
        reads: list[tuple[Operation, Callable[[], Any]]] = [
            (it, partial(self._client.get, it)) for it in (*(one.operation for one in self._lists), *self._singles)
        ]
        reads += [(read, partial(self._read_alone, listing, read)) for listing, read in self._alone]
        for operation, do in reads:
            before = self._shown(key)
            do()
            if self._shown(key) != before:
                yield operation

    def _shown(self, key: str) -> Any:
        return self._client.get(self._operations[key]).json

    def _look(self) -> State:
        shown: dict[str, Any] = {listing.key: beginning(self._client, listing, _PAGES) for listing in self._lists}
        return shown | {operation.key: self._client.get(operation).json for operation in self._singles}


def _first(before: Any, now: Any) -> str:
    """The first item of a list that is new, changed or gone."""
    if not isinstance(before, list) or not isinstance(now, list):
        return "another answer"
    odd = next((item for item in (*now, *before) if item not in before or item not in now), None)
    return f"{odd.get('id')} for one" if isinstance(odd, dict) else "another order"


def families(client: ScenarioClient, catalogue: Catalogue) -> None:
    """Create, change and delete a record of each kind, and compare everything in between.

    Before that, a record with no member at its default is made of each kind: what an earlier write has switched once
    and for all shows only in a new one.
    """
    kinds = [RecordKind(client, family) for family in catalogue.makers]
    bystanders = [(kind, record) for kind in kinds if (record := _bystander(kind)) is not None]
    effects = Effects(client, catalogue)
    for kind in kinds if effects.begin(alone=True) else ():
        _life(effects, kind, _own(catalogue, kind.family))
    for kind, record in bystanders:
        kind.gone(record)


def _bystander(kind: RecordKind) -> Record | None:
    """A record of a kind with no member at its default; None if it is refused, which another scenario judges."""
    try:
        return kind.made_unlike_defaults()[0]
    except ScenarioSkipped:
        return None


def _life(effects: Effects, kind: RecordKind, own: Sequence[str]) -> None:
    """Create, read, change and delete a record, and compare everything after each step."""
    client, family = kind.client, kind.family
    record, exchange, _ = kind.create_sample(all_members=True)
    effects.after(kind.create, exchange, own, record["id"], {own[0]: 1})
    effects.first_read(family, record)
    if family.update is not None and family.update.body is not None:
        body = client.sampler.body(family.update, whole=True)
        exchange = client.accepted(client.call(family.update, record["id"], body=body), family.update)
        effects.after(family.update, exchange, own, record["id"], {own[0]: 0})
    if family.delete is not None:
        exchange = client.accepted(client.call(family.delete, record["id"]), family.delete)
        effects.after(family.delete, exchange, own, record["id"], {own[0]: 0})


def _own(catalogue: Catalogue, family: Family) -> Sequence[str]:
    """The lists that may show records of a family: its own, those of recent items, and of others' those beside it."""
    listing = f"GET {family.path}"
    recent = [f"GET {short}" for short, long in business_rules.RECENT.items() if long == family.path]
    beside = [
        it.key for it in catalogue.listings if it.key.startswith(f"{listing}/") and not it.operation.document.vendors
    ]
    return [listing, *recent, *beside]
