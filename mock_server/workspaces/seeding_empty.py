"""A state with a few records of each kind, which shows the kinds and their fields."""

from datetime import datetime

from mock_server.spec.contract import Contract
from mock_server.store.state import WorkspaceState
from mock_server.world.build import build
from mock_server.world.ids import Ids
from mock_server.world.recipe import Recipe


def one_of_each(contract: Contract, start: datetime) -> WorkspaceState:
    """The kinds of Sophiie's world with records; nothing for another document, which names all kinds itself."""
    records = {} if contract.foreign else build(Recipe(leads=3), 1, start, Ids(1))
    return WorkspaceState.of(dict(records), {kind: family.id for kind, family in contract.families.items()})
