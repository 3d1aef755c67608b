"""Build a world: (recipe, seed, now, ids) → records by kind."""

from datetime import UTC, datetime

from mock_server.errors import Problem, WorldError
from mock_server.world import Record, World
from mock_server.world.clock import epoch_ms, stamp
from mock_server.world.context import WorldContext
from mock_server.world.edge_cases import edge_organization
from mock_server.world.fixtures import business
from mock_server.world.ids import Ids
from mock_server.world.lead_history import build_story
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
    if not EARLIEST <= now <= LATEST:
        remedy = "choose a time between 1990 and 2200"
        raise WorldError(Problem("now", f"a world cannot start at {stamp(now)}", remedy))
    context = WorldContext(recipe, business(recipe.business), ids, seed, epoch_ms(now))
    world = organization(context)
    if recipe.edge:
        edge_organization(world)
    for kind in LEAD_KINDS:
        world[kind] = []
    for index in range(recipe.leads):
        for kind, made in records(context, build_story(context, index)).items():
            world[kind] += made
    for found in world.values():
        # The sort is stable, so records of one millisecond stay in the order of their index.
        found.sort(key=_created)
    return world


def _created(record: Record) -> str:
    return str(record.get("createdAt", ""))
