"""A behaviour's input and output, and the table of those written by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.fitting import fitted
from mock_server.spec.operation import Operation
from mock_server.spec.resource import Binding
from mock_server.store.base import Id, Record, Row
from mock_server.store.image import Transaction
from mock_server.world.ids import FIRST_FREE_INDEX, Ids, Rng, rng


@dataclass(slots=True)
class Call:
    """One validated request to one operation, inside a transaction on one workspace.

    ``path`` holds the path's values in order, ``query`` those given and the defaults of those that were not,
    ``now`` the workspace's time as it goes out (``2026-03-04T05:06:07.089Z``), ``cause`` the request's id.
    """

    contract: Contract
    operation: Operation
    tx: Transaction
    ids: Ids
    now: str
    cause: str
    path: Sequence[Id] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None

    @property
    def binding(self) -> Binding:
        """The operation's part in its family; only behaviours of families ask."""
        return self.contract.bindings[self.operation.key]

    def store(self, kind: str, id: Id, record: Record) -> Row:
        """Put a record, fitted to the document where its kind goes out."""
        family = self.contract.families.get(kind)
        whole = fitted(record, family.views, lambda: self.chance(kind, id)) if family else record
        return self.tx.put(kind, id, whole)

    def new_id(self, kind: str) -> Id:
        """The id of the next record of ``kind`` that this workspace creates."""
        return self.ids.make(kind, FIRST_FREE_INDEX + self.tx.count(kind))

    def fit(self, value: Any) -> Any:
        """``value`` in the shape of this operation's success."""
        return self.operation.success.fit(value, self.chance())

    def chance(self, *key: Id) -> Rng:
        """A stream of its own for what this operation has to make up; the same key, the same values."""
        return rng(self.ids.seed, self.operation.key, *key)


@dataclass(slots=True)
class Outcome:
    """``value`` is the answer's JSON; ``checked`` when all of it was rendered through validated views.

    The status is the operation's documented success; ``explain`` goes to a header of ours.
    """

    value: Any
    checked: bool = False
    explain: Sequence[str] = ()


Behaviour = Callable[[Call], Outcome]

_BY_HAND: dict[str, Behaviour] = {}


def behaviour(key: str) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour for the operation ``key``, in place of the inferred one."""

    def register(function: Behaviour) -> Behaviour:
        if key in _BY_HAND:
            raise ValueError(f"two behaviours for {key}")
        _BY_HAND[key] = function
        return function

    return register


def by_hand(key: str) -> Behaviour | None:
    return _BY_HAND.get(key)
