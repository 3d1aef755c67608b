"""The parts of a workspace that own records are written into, and the records that were written so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.families import Family
from mock_server.store.base import Id, Record, Row
from mock_server.store.state import Transaction
from mock_server.workspaces.fitting import Fit, completing, valid
from mock_server.workspaces.new_ids import new_id
from mock_server.workspaces.own_data.faults import FaultyValue, Path
from mock_server.workspaces.own_data.kinds import Kinds
from mock_server.workspaces.own_data.values import Values, holds
from mock_server.world.calendar import ZONES
from mock_server.world.context import WorldContext
from mock_server.world.fixture_models import Service
from mock_server.world.fixtures import business
from mock_server.world.ids import FIRST_FREE_INDEX, Rng
from mock_server.world.own_data.local_zone import LocalZone, local_zone
from mock_server.world.people import Person, person
from mock_server.world.recipe import Recipe

_TRIES = 100
_MADE_BY_RULE = "it follows from other records; leave it out"


@dataclass
class OwnDataContext:
    """One writing of own records, inside a transaction. ``made`` are the written rows, by kind and id."""

    contract: Contract
    tx: Transaction
    world: WorldContext
    kinds: Kinds
    zone: LocalZone
    values: Values
    made: dict[tuple[str, Id], Row] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """The workspace's time in epoch milliseconds."""
        return self.world.now

    def chance(self, *key: Id) -> Rng:
        """A random source for made-up values; the same key gives the same values."""
        return self.world.rng("own data", *key)

    def new_id(self, kind: str) -> Id:
        """Make the id of the next record of a kind. Raises FaultyValue if there is none."""
        id = new_id(self.tx, self.world.ids, kind)
        if id is None:
            raise FaultyValue((kind,), f"the document's ids for {kind} are used up")
        return id

    def put(self, kind: str, id: Id, record: Record) -> Row:
        """Store a record. It is made valid for the document if an operation shows its kind."""
        family = self.contract.families.get(kind)
        fitted = valid(family, record, lambda: self.chance(kind, id)) if family else record
        before = self.tx.get(kind, id)
        if before is not None and before.record.get("createdAt") != fitted.get("createdAt"):
            self.tx.remove(kind, id)  # lists are in the order of creation
        row = self.made[kind, id] = self.tx.put(kind, id, fitted)
        return row

    def check(self, row: Row, said: Mapping[str, Any], places: Mapping[str, Path], path: Path) -> None:
        """Raises FaultyValue if a stored value is not what the person wrote."""
        for name, value in said.items():
            if name in row.record and not holds(value, row.record[name]):
                raise FaultyValue(places.get(name, path), f"`{name}` cannot be this here", _MADE_BY_RULE)

    def completing(self, family: Family) -> Fit:
        """A function that gives a record of a family every field of the document; made once for each family."""
        if family.kind not in self._fits:
            self._fits[family.kind] = completing(family)
        return self._fits[family.kind]

    @cached_property
    def _fits(self) -> dict[str, Fit]:
        return {}

    def stranger(self) -> tuple[Person, int]:
        """Make up a person who resembles no lead, from the number of this one."""
        shop = self.world.business
        for _ in range(_TRIES):
            index = FIRST_FREE_INDEX + self.tx.count("$people")
            found = person(self.world.seed, index, shop.state, shop.area)
            same = {"phone": found.phone, "email": found.email}.items()
            if not any(self.tx.find("leads", {name: value}) for name, value in same):
                return found, index
        raise FaultyValue(("leads",), "the phones that are reserved for fiction are used up", "give a `phone`")


def own_data_context(
    contract: Contract, tx: Transaction, world: WorldContext, kinds: Kinds, zone: str, *, texts: bool
) -> OwnDataContext:
    """Make the context of one writing; ``zone`` is the organization's time zone, empty if it has none."""
    local = local_zone(zone or "UTC")
    return OwnDataContext(contract, tx, world, kinds, local, Values(world.now, local, texts=texts))


def world_context(tx: Transaction, recipe: Recipe, ids: Any, now: int, zone: str) -> WorldContext:
    """The context of stories that are written now: the recipe's business with the workspace's services."""
    shop = business(recipe.business)
    known = {service.name: service for service in shop.services}
    services = [known.get(name) or _service(row, name) for row, name in _named(tx)]
    shop = shop._replace(zone=zone if zone in ZONES else shop.zone)
    names = {service.name for service in services}
    topics = tuple(topic for topic in shop.topics if topic.service in names)
    if services and topics:
        shop = shop._replace(services=tuple(services), topics=topics)
    return WorldContext(recipe, shop, ids, ids.seed, now)


def _named(tx: Transaction) -> list[tuple[Row, str]]:
    return [(row, row.record["name"]) for row in tx.find("services") if isinstance(row.record.get("name"), str)]


def _service(row: Row, name: str) -> Service:
    """A service that the business does not have itself. Its place in the catalogue is never used."""
    record, minutes = row.record, row.record.get("duration")
    length = minutes if isinstance(minutes, int) and 0 < minutes <= 1_440 else 60
    questions = tuple(it for it in record.get("followUpQuestions") or () if isinstance(it, str))
    return Service(-1, name, "", length, str(record.get("description") or ""), questions, True)
