"""The world, fitted to the document that is served: what a workspace starts with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.fitting import fitted
from mock_server.spec.generator import generate
from mock_server.spec.resource import Family, Role
from mock_server.store.image import Image
from mock_server.world.build import build
from mock_server.world.clock import stamp
from mock_server.world.ids import CANONICAL, IdFormat, Ids, rng
from mock_server.world.recipe import Recipe

# The people of `members` in another shape (behaviours/organization): nothing of its own to store.
_VIEWS = frozenset({"organization/members", "organization/services", "organization/products"})


def formats(contract: Contract) -> dict[str, IdFormat]:
    """How the ids of each kind look in the served document."""
    found = {}
    for kind, family in contract.families.items():
        schema = family.id_schema
        if schema is None:
            continue
        if "string" in schema.types:
            canonical = CANONICAL.get(kind)
            found[kind] = IdFormat(kind, "string", family.prefix or (canonical.prefix if canonical else ""))
        else:
            found[kind] = IdFormat(kind, "integer")
    return found


def seeded(contract: Contract, recipe: Recipe, seed: int, start: datetime) -> Image:
    """The records of a new workspace: the world's, and a few of every kind that nobody wrote a story for."""
    ids = Ids(seed, formats(contract))
    told = build(recipe, seed, start, ids)
    records: dict[str, list[Mapping[str, Any]]] = {}
    for kind, some in told.items():
        family = contract.families.get(kind)
        records[kind] = (
            [_fit(family, record, seed, index) for index, record in enumerate(some)] if family else list(some)
        )
    for family in _parents_first(contract):
        if family.kind not in told and family.kind not in _VIEWS:
            records[family.kind] = _made_up(contract, family, records, recipe, seed, start, ids)
    return Image.of(records, {kind: family.id for kind, family in contract.families.items()})


def _fit(family: Family, record: Mapping[str, Any], seed: int, index: int) -> Mapping[str, Any]:
    return fitted(record, family.views, lambda: rng(seed, "fit", family.kind, index))


def _parents_first(contract: Contract) -> list[Family]:
    return sorted(contract.families.values(), key=lambda family: family.kind.count("/"))


def _made_up(
    contract: Contract,
    family: Family,
    records: Mapping[str, list[Mapping[str, Any]]],
    recipe: Recipe,
    seed: int,
    start: datetime,
    ids: Ids,
) -> list[Mapping[str, Any]]:
    roles = {binding.role for binding in contract.bindings.values() if binding.family is family}
    count = 1 if Role.SINGLE in roles else recipe.generic
    above = records.get(family.parent, []) if family.parent else []
    made = []
    for index in range(count if family.shapes else 0):
        chance = rng(seed, "made up", family.kind, index)
        record: dict[str, Any] = {}
        for shape in family.shapes:
            record = {**generate(shape, chance, example=False), **record}
        record[family.id] = ids.make(family.kind, index)
        record["createdAt"] = stamp(start) if "createdAt" not in record else record["createdAt"]
        if above and family.link:
            record[family.link] = above[index % len(above)].get("id")
        made.append(_fit(family, record, seed, index))
    return made
