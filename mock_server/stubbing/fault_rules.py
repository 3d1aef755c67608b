"""Fault rules of a user: which requests fail, and how. The choice is seeded: the same rule hits the same requests.

A rule's random numbers depend on its seed, its id and the number of the matching request, never on another rule.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.event_loop.turns import Turns
from mock_server.store.state import WorkspaceState
from mock_server.stubbing.delivery_faults import DeliveryFaults
from mock_server.stubbing.request_pattern import Match, PatternRequest, RequestPattern
from mock_server.world.ids import Rng, rng

CONNECTION_FAULTS = (
    *("TIMEOUT", "CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK"),
    *("RANDOM_DATA_THEN_CLOSE", "INCOMPLETE_RESPONSE"),
)
"""Faults that need a socket. All except TIMEOUT and INCOMPLETE_RESPONSE are WireMock's."""
BODY_FAULTS = ("TRUNCATED_BODY", "GARBAGE_BODY")
"""Faults that send a whole HTTP answer with a body that is not JSON."""
STALE_READ = "STALE_READ"
"""The fault that answers a read with the state before the last change."""

_MAX_DELAY_SECONDS = 120.0  # whatever a distribution draws


@dataclass(slots=True)
class FaultRule:
    """One fault rule. ``response`` holds WireMock's words for the fault; ``key`` is a digest, empty for any key.

    ``calls`` counts the requests that matched, ``strikes`` those that failed because of it.
    """

    id: str
    seed: int
    request: RequestPattern
    response: Mapping[str, Any]
    key: str = ""
    weight: int = 0  # bytes in memory
    nth: int | None = None
    probability: float = 1.0
    count: int | None = None
    calls: int = 0
    strikes: int = 0

    @property
    def fault(self) -> str:
        """The name of the transport fault or of ``stale-read``; empty when the rule only delays or answers."""
        return str(self.response.get("fault", ""))

    async def meets(self, asked: PatternRequest, key: str, turns: Turns) -> bool:
        """Tell whether the rule applies to a request with this key. Others get a turn during the comparison."""
        if self.key not in ("", key) or (self.fault == STALE_READ and asked.method not in ("GET", "HEAD")):
            return False
        return await self.request.match(asked, turns) is Match.YES

    def drawn(self) -> "FaultHit | None":
        """Count a request that matched, and return the fault that hits it, if one does."""
        self.calls += 1
        chance = rng(self.seed, "fault", self.id, self.calls)
        hit = chance.random() < self.probability and self.nth in (None, self.calls)
        return FaultHit(self, self.calls, chance) if hit and (self.count is None or self.strikes < self.count) else None


@dataclass(frozen=True, slots=True)
class FaultHit:
    """One request that a rule hits; ``draw`` is its number among the requests that the rule matched."""

    rule: FaultRule
    draw: int
    chance: Rng

    def description(self) -> str:
        """Describe the fault for the header and the journal."""
        what = self.rule.fault or self.rule.response.get("status") or "delay"
        return f"{self.rule.id}; seed={self.rule.seed}; draw={self.draw}; {what}"

    def delay(self) -> float:
        """Seconds to wait before anything else happens."""
        fixed = float(self.rule.response.get("fixedDelayMilliseconds", 0))
        spread = self.rule.response.get("delayDistribution")
        return min((fixed + (_drawn(spread, self.chance) if spread else 0.0)) / 1000, _MAX_DELAY_SECONDS)


def _drawn(spread: Mapping[str, Any], chance: Rng) -> float:
    if spread["type"] == "uniform":
        return float(spread["lower"] + (spread["upper"] - spread["lower"]) * chance.random())
    # Box and Muller: a standard normal from two uniforms, the first of them never 0.
    normal = math.sqrt(-2 * math.log(1 - chance.random())) * math.cos(2 * math.pi * chance.random())
    drawn = spread["median"] * math.exp(min(spread["sigma"] * normal, 700.0))
    return float(min(drawn, spread.get("maxValue", drawn)))


@dataclass(slots=True)
class FaultRules:
    """The fault rules of one workspace, in the order of their creation."""

    count: int = 0
    _rules: dict[str, FaultRule] = field(default_factory=dict)
    before: WorkspaceState | None = None
    """The state before the last change, stored as long as a rule may need it."""
    deliveries: DeliveryFaults = field(default_factory=DeliveryFaults)
    """The rules about webhooks, which have a noun of their own in the control plane."""

    def __bool__(self) -> bool:
        return bool(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def __iter__(self) -> Iterator[FaultRule]:
        return iter(self._rules.values())

    def add(self, seed: int, request: RequestPattern, response: Mapping[str, Any], **limits: Any) -> FaultRule:
        """Add a rule; ``limits`` are its key, weight, nth, probability and count."""
        self.count += 1
        rule = self._rules[f"flt_{self.count}"] = FaultRule(f"flt_{self.count}", seed, request, response, **limits)
        return rule

    def restore(self, rule: FaultRule) -> None:
        """Add a rule that was made elsewhere, as it is."""
        self._rules[rule.id] = rule

    def get(self, id: str) -> FaultRule | None:
        """The rule with an id; None if there is none."""
        return self._rules.get(id)

    def remove(self, id: str) -> None:
        """Remove a rule, if there is one."""
        self._rules.pop(id, None)
        if not self.remembering:
            self.before = None

    def heal(self) -> list[str]:
        """Remove all rules and return their ids."""
        ids = list(self._rules)
        for id in ids:
            self.remove(id)
        return ids

    @property
    def remembering(self) -> bool:
        """True if a rule may need the state before the last change."""
        return any(rule.fault == STALE_READ for rule in self._rules.values())

    async def strike(self, asked: PatternRequest, key: str) -> FaultHit | None:
        """The first rule that hits a request.

        Each rule that matches counts the request, so that no rate depends on other rules.
        """
        turns = Turns()
        met = [rule for rule in list(self) if await rule.meets(asked, key, turns)]
        # From here on at once: requests that come together are counted one after the other.
        drawn = [rule.drawn() for rule in met if self._rules.get(rule.id) is rule]
        strike = next((strike for strike in drawn if strike is not None), None)
        if strike is not None:
            strike.rule.strikes += 1
        return strike
