"""Each world meets every enum value, every source and every status of the document, so that a client meets them too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.spec.schema import Schema
from mock_server.store.state import WorkspaceState
from mock_server.workspaces.own_data.vocabulary import STATUSES
from mock_server.workspaces.seeding import seeded
from mock_server.world.business_rules import SOURCES
from mock_server.world.recipe import load_recipe

STARTS = [datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), datetime(2027, 10, 3, 20, 0, tzinfo=UTC)]
FIELDS: dict[tuple[str, str], set[Any]] = {
    ("inquiries", "source"): set(SOURCES),
    ("appointments", "status"): set(STATUSES),
    ("leads", "status"): {"active", "pending"},
    ("inquiries", "isRead"): {True, False},
    ("inquiries", "isFirstInquiry"): {True, False},
    ("appointments", "isRescheduled"): {True, False},
}
"""Values that the document tells in words, or that are true and false."""


@cache
def contract() -> Contract:
    return load_contract(Settings())


@cache
def state(world: str, start: datetime, seed: int) -> WorkspaceState:
    recipe = load_recipe(world)
    return seeded(contract(), replace(recipe, leads=min(recipe.leads, 200)), seed, start)


def enums(schema: Schema, way: tuple[str, ...] = (), depth: int = 6) -> Iterator[tuple[tuple[str, ...], set[Any]]]:
    """The places below a schema that list their values, with these."""
    values = {it for part in schema.parts for it in part.node.get("enum", ())}
    if values:
        yield way, values
    for name, part in schema.properties.items() if depth else ():
        yield from enums(part, (*way, name), depth - 1)
    if schema.items and depth:
        yield from enums(schema.items, (*way, "*"), depth - 1)


def values_at(value: Any, way: tuple[str, ...]) -> Iterator[Any]:
    if not way:
        yield value
    elif isinstance(value, dict) and way[0] in value:
        yield from values_at(value[way[0]], way[1:])
    elif isinstance(value, list) and way[0] == "*":
        for item in value:
            yield from values_at(item, way[1:])


def unmet(world: str, start: datetime, seed: int) -> dict[str, set[Any]]:
    missing: dict[str, set[Any]] = {}
    for kind, family in contract().families.items():
        rows = state(world, start, seed).rows(kind)
        wanted: dict[tuple[str, ...], set[Any]] = {
            (name,): set(some) for (of, name), some in FIELDS.items() if of == kind
        }
        wanted |= {way: some for shape in family.shapes for way, some in enums(shape)}
        for way, some in wanted.items() if rows else ():
            met = {it for row in rows for it in values_at(row.record, way) if isinstance(it, str | bool | int)}
            if met and some - met:
                missing[f"{kind}: {'.'.join(way)}"] = some - met
    return missing


@pytest.mark.parametrize("world", ["default", "edge", "small", "empty"])
@pytest.mark.parametrize("seed", [1, 4])
def test_a_world_meets_every_value_that_the_document_lists(world: str, seed: int) -> None:
    for start in STARTS:
        assert unmet(world, start, seed) == {}


def test_the_largest_world_meets_them_with_its_first_leads() -> None:
    """A bigger world contains the smaller one unchanged, so these show all of it."""
    assert unmet("busy", STARTS[0], 1) == {}


def test_the_document_lists_values() -> None:
    """Show that the count counts something."""
    shapes = [(kind, shape) for kind, family in contract().families.items() for shape in family.shapes]
    listed = {f"{kind}: {'.'.join(way)}" for kind, shape in shapes for way, _ in enums(shape)}
    assert {"inquiries: source"} <= listed
