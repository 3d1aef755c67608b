"""Reading one kind of record wherever it can be read, and comparing what is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

Record = Mapping[str, Any]
_CHANGED = re.compile(r"(?i)(updated|modified|changed)(_?at|on|date)?")


def is_change_time(name: str) -> bool:
    """Tell whether a member, by its name, is the time of the last change."""
    return bool(_CHANGED.fullmatch(name))


def record_of(exchange: Exchange) -> Record:
    """The record in an answer, wrapped (``{"lead": {…}}``) or not. Raises ScenarioSkipped when there is none."""
    value = exchange.json
    if isinstance(value, dict) and "id" not in value:
        inner = [member for member in value.values() if isinstance(member, dict) and "id" in member]
        value = inner[0] if len(inner) == 1 else value
    if not isinstance(value, dict) or not isinstance(value.get("id"), str | int):
        raise ScenarioSkipped(f"{exchange.operation} answered no record")
    return value


def differences(one: Record, other: Record, ignore: Sequence[str] = ()) -> list[str]:
    """Members that both have, with different values."""
    return sorted(name for name in one if name in other and name not in ignore and one[name] != other[name])


def holds(value: Any, sent: Any) -> bool:
    """Tell whether ``value`` is what was sent, possibly with members added to its objects."""
    if isinstance(sent, dict):
        return isinstance(value, dict) and all(name in value and holds(value[name], sent[name]) for name in sent)
    if isinstance(sent, list):
        return isinstance(value, list) and len(value) == len(sent) and all(map(holds, value, sent))
    return bool(value == sent) and isinstance(value, bool) == isinstance(sent, bool)


@dataclass(frozen=True)
class RecordKind:
    """A family whose records can be made and listed."""

    client: ScenarioClient
    family: Family

    @property
    def create(self) -> Operation:
        """The operation that creates a record. Raises ScenarioSkipped when there is none."""
        if self.family.create is None:
            raise ScenarioSkipped(f"{self.family.path}: nothing can be created")
        return self.family.create

    def listed(self, key: str | None = None) -> list[Record]:
        """Every record of the list, with this key or our own; empty when there is no list."""
        return whole(self.client, self.family.listing, key=key) if self.family.listing else []

    def made(self, body: Mapping[str, Any]) -> tuple[Record, Exchange]:
        """Create a record with this body. Raises ScenarioSkipped when it is refused."""
        exchange = self.client.accepted(self.client.call(self.create, body=body), self.create)
        return record_of(exchange), exchange

    def made_anyhow(self, *, all_members: bool = False) -> tuple[Record, Exchange, dict[str, Any]]:
        """Create a record with a body of our own; return the record, the exchange and the body."""
        body = self.client.sampler.body(self.create, whole=all_members)
        record, exchange = self.made(body)
        return record, exchange, body

    def read(self, id: Any) -> Exchange | None:
        """The answer to reading one record; None when it can be read in lists only."""
        return self.client.call(self.family.read, id) if self.family.read else None

    def found(self, id: Any) -> list[Record]:
        """Where a record is shown: the items of the list with this id, then the record itself if it can be read."""
        shown = [item for item in self.listed() if item.get("id") == id]
        exchange = self.read(id)
        return [*shown, record_of(exchange)] if exchange is not None and exchange.succeeded else shown

    def shown(self, id: Any) -> list[Record]:
        """The record by itself where it can be read, which costs less than its list; else the list's items."""
        exchange = self.read(id)
        return [record_of(exchange)] if exchange is not None and exchange.succeeded else self.found(id)

    def gone(self, record: Record) -> None:
        """Clean up after a run; whether it worked is another run's matter."""
        if self.family.delete is not None:
            self.client.call(self.family.delete, record["id"])
