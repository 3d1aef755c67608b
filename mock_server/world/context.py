"""The context of one world: what every part of it is made from."""

from dataclasses import dataclass
from functools import cached_property

from mock_server.world.calendar import DAY
from mock_server.world.fixture_models import Business
from mock_server.world.ids import Ids, Rng, rng
from mock_server.world.recipe import Recipe

# Days before the first lead: people come before what they write, and transfers after the scenarios they name.
_AGES = {"members": 440, "companies/notes": 370, "transfers": 370}


@dataclass(frozen=True)
class WorldContext:
    """One recipe, business, seed and time (``now`` in epoch milliseconds), with facts that are used often."""

    recipe: Recipe
    business: Business
    ids: Ids
    seed: int
    now: int

    @cached_property
    def members(self) -> list[str | int]:
        """The ids of the team's members, in the team's order."""
        return [self.ids.make("members", mate.index) for mate in self.business.team]

    @cached_property
    def staff(self) -> list[str | int]:
        """The ids of the members who work there now."""
        return [self.members[mate.index] for mate in self.business.team if mate.duty != "disabled"]

    @cached_property
    def crew(self) -> list[str]:
        """The mail addresses of the members who attend visits."""
        return [mate.email for mate in self.business.team if mate.duty == "crew"]

    @cached_property
    def own_phones(self) -> frozenset[str]:
        """The phones of leads in the recipe: no made-up person gets one of them."""
        leads = self.recipe.records.kinds.get("leads")
        own = [lead.get("phone") for lead in leads if isinstance(lead, dict)] if isinstance(leads, list) else []
        return frozenset(phone for phone in own if isinstance(phone, str))

    def rng(self, *key: str | int) -> Rng:
        """The random stream of one entity."""
        return rng(self.seed, *key)

    def founded(self, kind: str, index: int) -> int:
        """The time of creation of something older than the first lead: a later entry has a later time."""
        start = self.now - (self.recipe.days_back + _AGES.get(kind, 400)) * DAY
        return start + index * 2 * DAY + self.rng(kind, index).below(DAY)

    def revised(self, kind: str, index: int) -> int:
        """The time of its last change: half of all entries were never changed."""
        created, stream = self.founded(kind, index), self.rng("revised", kind, index)
        return created if stream.chance(50) else created + stream.below(self.now - created)
