import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from messages import assert_message

from mock_server.errors import WorldError
from mock_server.world import Record, World
from mock_server.world.build import LEAD_KINDS, build
from mock_server.world.ids import IdFormat, Ids
from mock_server.world.recipe import Recipe, load_recipe, recipes

NOW = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
SCRIPT = """
import hashlib, orjson
from datetime import UTC, datetime
from mock_server.world.build import build
from mock_server.world.ids import Ids
from mock_server.world.recipe import load_recipe
now = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)
for name in ("default", "small", "empty", "edge"):
    print(hashlib.sha256(orjson.dumps(build(load_recipe(name), 7, now, Ids(7)))).hexdigest())
"""


def world_bytes(recipe: Recipe, seed: int = 7, now: datetime = NOW) -> bytes:
    return orjson.dumps(build(recipe, seed, now, Ids(seed)))


def run_elsewhere(hash_seed: str, locale: str, zone: str) -> str:
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "LC_ALL": locale, "TZ": zone}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=env, check=True, capture_output=True, text=True).stdout


def test_the_bytes_are_the_same_in_another_process() -> None:
    plain = "C" if __file__.isascii() else "C.UTF-8"  # in C Python does not find what is installed from such a path
    one = run_elsewhere("1", plain, "UTC")
    assert one.count("\n") == 4
    assert one == run_elsewhere("4242", "de_DE.UTF-8", "America/New_York")


def test_the_same_arguments_give_the_same_bytes_and_others_do_not() -> None:
    small = load_recipe("small")
    assert world_bytes(small) == world_bytes(small)
    assert world_bytes(small) != world_bytes(small, seed=8)
    assert world_bytes(small) != world_bytes(small, now=NOW + timedelta(milliseconds=1))


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_bigger_world_contains_the_smaller_one_unchanged(recipe: Recipe) -> None:
    small, big = (build(replace(recipe, leads=leads), 7, NOW, Ids(7)) for leads in (15, 40))
    for kind in LEAD_KINDS:
        bigger = {record["id"]: record for record in big[kind]}
        assert all(bigger[record["id"]] == record for record in small[kind])
        assert len(small[kind]) < len(bigger)
        # And in the same order.
        kept = {record["id"] for record in small[kind]}
        assert [record for record in big[kind] if record["id"] in kept] == small[kind]
    assert all(small[kind] == big[kind] for kind in small if kind not in LEAD_KINDS)


def test_time_moves_the_whole_world() -> None:
    """A zone without daylight saving time: a week later, every lead has come in a week later."""
    recipe = replace(load_recipe("small"), business="air")
    now, later = (build(recipe, 7, when, Ids(7)) for when in (NOW, NOW + timedelta(days=7)))
    firsts = [{lead["id"]: lead["createdAt"] for lead in world["leads"]} for world in (now, later)]
    week = timedelta(days=7)
    for identity, created in firsts[0].items():
        assert datetime.fromisoformat(firsts[1][identity]) - datetime.fromisoformat(created) == week


def test_nothing_is_shared_between_two_worlds() -> None:
    """A server changes its records in place; the next world must not notice."""
    recipe = load_recipe("small")
    before = world_bytes(recipe)
    spoil(build(recipe, 7, NOW, Ids(7)))
    assert world_bytes(recipe) == before


def spoil(world: World) -> None:
    def shred(value: object) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                shred(inner)
            value.clear()
        elif isinstance(value, list):
            for inner in value:
                shred(inner)
            value.clear()

    shred(world)


def test_ids_follow_the_served_contract_everywhere() -> None:
    formats = {kind: IdFormat(kind, "integer") for kind in ("leads", "inquiries", "appointments", "members")}
    world = build(load_recipe("small"), 7, NOW, Ids(7, formats))
    leads: dict[int, Record] = {lead["id"]: lead for lead in world["leads"]}
    assert sorted(leads) == list(range(1, 13))
    for kind in ("inquiries", "appointments", "leads/notes", "leads/activities"):
        assert all(record["leadId"] in leads for record in world[kind])
    assert all(isinstance(a["referenceId"], str) for a in world["leads/activities"])


@pytest.mark.parametrize("year", [1989, 2201])
def test_a_start_far_away_is_refused(year: int) -> None:
    with pytest.raises(WorldError) as refused:
        build(Recipe(), 1, datetime(year, 1, 1, tzinfo=UTC), Ids(1))
    assert_message(refused.value)


@pytest.mark.parametrize("year", [1990, 2199])
def test_the_first_and_the_last_year_can_be_played(year: int) -> None:
    recipe = Recipe(leads=10, days_back=3650, days_ahead=365, edge=True, business="electrician")
    assert build(recipe, 1, datetime(year, 1, 2, tzinfo=UTC), Ids(1))["leads"]
