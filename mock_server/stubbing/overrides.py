"""Stub overrides: answers that a user puts in place of the program's own, in WireMock's words."""

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.event_loop.turns import Turns
from mock_server.stubbing.request_pattern import Match, PatternRequest, RequestPattern

PRIORITY = 5
"""The priority of a mapping that gives none; 1 is the highest, as in WireMock."""


STARTED = "Started"
"""The state that every stub scenario begins in, as in WireMock."""


@dataclass(slots=True)
class Override:
    """An answer and the requests that get it. ``number`` orders overrides by age, ``weight`` is its size in bytes.

    It ignores the first ``after`` matching requests, then answers, at most ``times`` times if that is given. With a
    ``scenario`` it answers only while the scenario is in its ``required_state``, and changes the state to
    ``new_state``. ``calls`` counts the requests that matched, ``answers`` those that it answered.
    """

    id: str
    number: int
    request: RequestPattern
    response: Mapping[str, Any]
    priority: int = PRIORITY
    allow_invalid: bool = False
    weight: int = 0
    after: int = 0
    times: int | None = None
    scenario: str = ""
    required_state: str | None = None
    new_state: str | None = None
    calls: int = 0
    answers: int = 0


@dataclass(slots=True)
class Overrides:
    """The stub overrides of one workspace."""

    count: int = 0
    scenarios: dict[str, str] = field(default_factory=dict)
    """The state of each scenario that is no longer in its first state."""
    _by_id: dict[str, Override] = field(default_factory=dict)
    _ordered: Sequence[Override] | None = None
    """The overrides in the order in which they may answer; None if they must be sorted again."""

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Override]:
        return iter(self._by_id.values())

    @property
    def weight(self) -> int:
        """Approximate size of all overrides in bytes of memory."""
        return sum(override.weight for override in self)

    def get(self, id: str) -> Override | None:
        """The override with an id; None if there is none."""
        return self._by_id.get(id)

    def put(self, id: str, request: RequestPattern, response: Mapping[str, Any], **more: Any) -> Override:
        """Add an override, or replace the one with this id; ``more`` are its other fields."""
        self.count += 1
        made = self._by_id[id] = Override(id, self.count, request, response, **more)
        self._ordered = None
        return made

    def restore(self, override: Override) -> None:
        """Add an override that was made elsewhere, as it is."""
        self._by_id[override.id] = override
        self._ordered = None

    def new_id(self, taken: Container[str] = ()) -> str:
        """Make an id that no mapping has, and that is not in ``taken``, the ids of mappings to come."""
        names = (f"map_{number}" for number in itertools.count(self.count + 1))
        return next(name for name in names if name not in self._by_id and name not in taken)

    def remove(self, id: str) -> None:
        """Remove an override, if there is one."""
        self._by_id.pop(id, None)
        self._ordered = None

    def clear(self) -> list[str]:
        """Remove all overrides, reset every scenario, and return the ids."""
        ids = list(self._by_id)
        self._by_id.clear()
        self.scenarios.clear()
        self._ordered = None
        return ids

    def states(self) -> dict[str, str]:
        """The state of each scenario that a mapping names."""
        names = dict.fromkeys(mapping.scenario for mapping in self if mapping.scenario)
        return {name: self.scenarios.get(name, STARTED) for name in names}

    async def match(self, asked: PatternRequest, doubt: Callable[[str], None]) -> Override | None:
        """The override that answers: the one with the lowest priority number, and of these the newest.

        ``doubt`` is called with each override that may have matched but could not be tried.
        """
        if self._ordered is None:
            self._ordered = sorted(self, key=lambda mapping: (mapping.priority, -mapping.number))
        turns = Turns()
        for mapping in self._ordered:
            match await mapping.request.match(asked, turns):
                case Match.YES if self._answers(mapping):
                    return mapping
                case Match.UNKNOWN:
                    why = "; ".join(difference.what for difference in mapping.request.differences(asked))
                    doubt(f"{mapping.id} was not tried: {why}")
        return None

    def _answers(self, mapping: Override) -> bool:
        """Count a request that matched a mapping, and tell whether the mapping answers it."""
        if self._by_id.get(mapping.id) is not mapping:  # removed while others had their turns
            return False
        state = self.scenarios.get(mapping.scenario, STARTED)
        if mapping.required_state not in (None, state):
            return False
        mapping.calls += 1
        if mapping.calls <= mapping.after or mapping.answers == mapping.times:
            return False
        mapping.answers += 1
        if mapping.new_state is not None:
            self.scenarios[mapping.scenario] = mapping.new_state
        return True
