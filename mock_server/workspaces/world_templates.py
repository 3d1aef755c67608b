"""The worlds that workspaces start from: each is built once, stored by the log once, and forked for every workspace."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from mock_server import __version__
from mock_server.config.paths import FIXTURES
from mock_server.event_loop.turns import in_turns
from mock_server.spec.contract import Contract
from mock_server.store.base import Layer, LayerId, Log, NoLog, Slices, at_once
from mock_server.store.state import Restoring, WorkspaceState
from mock_server.support.condition import Condition, in_a_thread
from mock_server.support.exact_json import write_json
from mock_server.support.garbage_collector import building_a_world
from mock_server.workspaces.lookup_indexes import make_indexes
from mock_server.workspaces.plan import recipe_as_kept
from mock_server.workspaces.seeding import refitting, seeded, seeded_early
from mock_server.world.clock import stamp
from mock_server.world.recipe import Recipe

_MAX_READY_WORLDS = 32  # kept in memory, to be forked


class Template(NamedTuple):
    """A world at its start, and the layer of the log that holds it. It is never changed."""

    state: WorkspaceState
    layer: LayerId


class _Key(NamedTuple):
    recipe: Recipe
    seed: int
    start: str


class Templates:
    """The worlds in memory; the oldest one is dropped first."""

    def __init__(self, contract: Contract, log: Log) -> None:
        self._contract = contract
        self._log = log
        self._at_hand: dict[_Key, Template] = {}
        self._building = False
        self._built = Condition()

    @cached_property
    def program(self) -> str:
        """A digest of the documents, fixtures and code: with recipe, seed and start they determine a world."""
        found = hashlib.sha256(__version__.encode())
        for document in self._contract.documents:
            found.update(write_json(document.root))
        for path in sorted(FIXTURES.rglob("*.yaml")):
            found.update(path.read_bytes())
        return found.hexdigest()

    def of(self, recipe: Recipe, seed: int, start: datetime) -> Template:
        """The world, built now if it is not in memory. Raises StateError.

        A large one that no log stores is built late: most of it while others are served already.
        """
        key = _Key(recipe, seed, stamp(start))
        if key not in self._at_hand and (state := self._early(key, start)) is not None:
            self._take(key, Template(state, at_once(self._log.keep({}, {}, {}))))
        elif key not in self._at_hand:
            state = self._build(key, start)
            self._take(key, Template(state, at_once(self._keep_template(key, state))))
        return self._at_hand[key]

    async def prepare(self, recipe: Recipe, seed: int, start: datetime) -> None:
        """Build the world in a thread, so that ``of`` is quick afterwards and nobody waits. Raises StateError."""
        key = _Key(recipe, seed, stamp(start))
        await self._built.until(lambda: not self._building)
        if key in self._at_hand:
            return
        self._building = True
        try:
            state = await in_a_thread(lambda: self._build(key, start))
            self._take(key, Template(state, await in_turns(self._keep_template(key, state))))
        finally:
            self._building = False
            self._built.wake()

    def adopt(self, layer: Layer, state: WorkspaceState) -> None:
        """Use a stored layer as the world, if it is the world that this program builds."""
        if layer.facts.get("program") != self.program or "world" not in layer.facts:
            return
        try:
            key = _Key(recipe_as_kept(layer.facts["world"]), layer.facts["seed"], layer.facts["start"])
        except (KeyError, TypeError, ValueError):
            return
        if key not in self._at_hand:
            self._log.hold(layer.id)
            self._take(key, Template(state, layer.id))

    def by_layer(self) -> dict[LayerId, WorkspaceState]:
        """The worlds by the layers that hold them."""
        return {template.layer: template.state for template in self._at_hand.values()}

    def refitting(self, seed: int) -> Restoring:
        """A function that fits stored records to the served document."""
        return refitting(self._contract, seed)

    def make_indexes(self, state: WorkspaceState) -> None:
        """Make the indexes for which a request would have to wait."""
        make_indexes(self._contract, state)

    def _early(self, key: _Key, start: datetime) -> WorkspaceState | None:
        if not isinstance(self._log, NoLog):
            return None  # it stores whole states
        return seeded_early(self._contract, key.recipe, key.seed, start, lambda: self._build(key, start))

    def _build(self, key: _Key, start: datetime) -> WorkspaceState:
        with building_a_world():
            state = seeded(self._contract, key.recipe, key.seed, start)
            self.make_indexes(state)
            return state

    def _keep_template(self, key: _Key, state: WorkspaceState) -> Slices[LayerId]:
        made = {"world": key.recipe.to_dict(), "seed": key.seed, "start": key.start}
        return self.keep_layer(state, made)

    def keep_layer(self, state: WorkspaceState, made: Mapping[str, Any]) -> Slices[LayerId]:
        """Store a whole state as a layer, with the facts that it was made from."""
        rows = {kind: state.rows(kind) for kind in state.kinds}
        return self._log.keep(rows, state.counters, {**made, "program": self.program})

    def _take(self, key: _Key, template: Template) -> None:
        if len(self._at_hand) == _MAX_READY_WORLDS:
            self._log.release(self._at_hand.pop(next(iter(self._at_hand))).layer)
        self._at_hand[key] = template
