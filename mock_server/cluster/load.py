"""How busy replicas are, and which workspaces should move so that all are about as busy.

A workspace counts one for being there, and what it was asked lately. Loads are compared, never added up with others.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from mock_server.store.postgres_owners import Replica

_FADES = 0.8
"""The part of what a workspace was asked that still counts a second later."""
_TOLERATED = 0.1
"""The part by which a replica may be busier than the mean: to move a workspace costs more than such a difference."""
_LEAST_EXCESS = 1.0


class Loads:
    """Counts what the workspaces of this replica are asked."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._weights: dict[str, float] = {}
        self._placed: Counter[int] = Counter()  # new workspaces for other replicas, until those tell of them

    def asked(self, workspace: str) -> None:
        """Count one request."""
        self._asked[workspace] += 1

    def fade(self) -> None:
        """Let a second pass."""
        faded = {id: weight * _FADES for id, weight in self._weights.items() if weight > 0.05}
        self._weights = {id: faded.get(id, 0.0) + self._asked[id] for id in faded.keys() | self._asked.keys()}
        self._asked.clear()
        self._placed.clear()

    def of(self, workspace: str) -> float:
        """The load of one workspace."""
        return 1.0 + self._weights.get(workspace, 0.0)

    def total(self, workspaces: Iterable[str]) -> float:
        """The load of these workspaces."""
        return sum(map(self.of, workspaces))

    def quietest(self, server: int, replicas: Sequence[Replica], own: float) -> Replica | None:
        """Choose the replica for a new workspace; None for this one, whose load is ``own``."""
        others = [(load + self._placed[each], each) for each, load in _loads(server, replicas).items()]
        load, other = min(others, default=(own, server))
        if load >= own:
            return None
        self._placed[other] += 1
        return next(each for each in replicas if each.server == other)

    def moves(
        self, server: int, replicas: Sequence[Replica], own: float, idle: Sequence[tuple[float, str]]
    ) -> Iterator[tuple[str, int]]:
        """Choose which idle workspaces go to which replica, so that this one comes down to the mean.

        All replicas do so at once: no one gives more than what it has above the mean, so nobody gets too many.
        """
        loads = _loads(server, replicas)
        if not loads:
            return
        mean = (own + sum(loads.values())) / (len(loads) + 1)
        excess = own - mean
        if excess <= max(_LEAST_EXCESS, mean * _TOLERATED):
            return
        for weight, id in sorted(idle, reverse=True):
            to = min(loads, key=lambda each: loads[each])
            if weight <= excess and loads[to] + weight <= mean + _LEAST_EXCESS:
                excess -= weight
                loads[to] += weight
                yield id, to


def _loads(server: int, replicas: Sequence[Replica]) -> dict[int, float]:
    """The loads of the other replicas that serve already."""
    return {each.server: each.load for each in replicas if each.server != server and isfinite(each.load)}
