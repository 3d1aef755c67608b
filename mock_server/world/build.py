"""Build a world: (recipe, seed, now, ids) → records by kind."""

from datetime import UTC, datetime

from mock_server.errors import Problem, WorldError
from mock_server.world import Record, World
from mock_server.world.clock import epoch_ms, from_epoch_ms, stamp
from mock_server.world.context import WorldContext
from mock_server.world.edge_cases import edge_organization
from mock_server.world.fixtures import business
from mock_server.world.ids import Ids
from mock_server.world.lead_history import build_story, first_contact
from mock_server.world.lead_records import records
from mock_server.world.organization import organization
from mock_server.world.recipe import Recipe

LEAD_KINDS = ("leads", "inquiries", "appointments", "leads/notes", "leads/activities")
"""The kinds that leads bring; the other kinds are the business itself."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def build(recipe: Recipe, seed: int, now: datetime, ids: Ids) -> World:
    """Kind → records, oldest first (by ``createdAt``, then index).

    The same arguments give the same bytes everywhere. WorldError when ``now`` is out of range or a fixture is wrong.
    """
    context = world_context(recipe, seed, now, ids)
    world = business_records(context)
    for index in range(recipe.leads):
        for kind, made in lead_records(context, index).items():
            world[kind] += made
    for found in world.values():
        # The sort is stable, so records of one millisecond stay in the order of their index.
        found.sort(key=_created)
    return world


def world_context(recipe: Recipe, seed: int, now: datetime, ids: Ids) -> WorldContext:
    """Make what every part of a world is made from. WorldError when ``now`` is out of range or a fixture is wrong."""
    if not EARLIEST <= now <= LATEST:
        remedy = "choose a time between 1990 and 2200"
        raise WorldError(Problem("now", f"a world cannot start at {stamp(now)}", remedy))
    return WorldContext(recipe, business(recipe.business), ids, seed, epoch_ms(now))


def business_records(context: WorldContext) -> World:
    """The records of the business itself, by kind; the kinds that leads bring are there and empty."""
    world = organization(context)
    if context.recipe.edge:
        edge_organization(world)
    return {**world, **{kind: [] for kind in LEAD_KINDS}}


def lead_records(context: WorldContext, index: int) -> World:
    """The records that lead number ``index`` brings, by kind; they depend on no other lead."""
    return records(context, build_story(context, index))


def lead_created(context: WorldContext, index: int) -> str:
    """The time at which lead number ``index`` was created; it takes a twentieth of the time of making the lead."""
    return stamp(from_epoch_ms(first_contact(context, index)))


def _created(record: Record) -> str:
    return str(record.get("createdAt", ""))
