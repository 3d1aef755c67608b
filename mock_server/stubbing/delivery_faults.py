"""Fault rules for webhooks: which deliveries go wrong on their way to the receiver, and how. The choice is seeded.

A rule counts the attempts of each subscription apart, because subscriptions are served at the same time: so the same
rule strikes the same deliveries in every run.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mock_server.store.base import Record
from mock_server.world.ids import rng

DUPLICATE = "DUPLICATE"
CONCURRENT_DUPLICATE = "CONCURRENT_DUPLICATE"
ANSWER_LOST = "ANSWER_LOST"
REORDER = "REORDER"
LATE = "LATE"
LOST = "LOST"
REPEATED_AFTER_410 = "REPEATED_AFTER_410"
OTHER_BYTES = "OTHER_BYTES"
OTHER_HEADERS = "OTHER_HEADERS"
UNKNOWN_FIELDS = "UNKNOWN_FIELDS"
UNKNOWN_EVENT = "UNKNOWN_EVENT"
FORGED_SIGNATURE = "FORGED_SIGNATURE"
ALTERED_SIGNATURE = "ALTERED_SIGNATURE"
CUT_SIGNATURE = "CUT_SIGNATURE"
UNREADABLE_SIGNATURE = "UNREADABLE_SIGNATURE"
EMPTY_SIGNATURE = "EMPTY_SIGNATURE"
TAMPERED_BODY = "TAMPERED_BODY"
OLD_SIGNATURE = "OLD_SIGNATURE"
ROTATED_SECRET = "ROTATED_SECRET"
MISSING_SIGNATURE = "MISSING_SIGNATURE"
SLOW_ANSWER = "SLOW_ANSWER"
FOLLOWED_REDIRECT = "FOLLOWED_REDIRECT"

DELIVERY_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        DUPLICATE: "The delivery comes again, with the same id, as soon as it was answered.",
        CONCURRENT_DUPLICATE: "The delivery comes several times at the same moment, with one id.",
        ANSWER_LOST: "The receiver's answer is taken for a 500, so the delivery comes again after `seconds`.",
        REORDER: "The delivery waits until the next one of its subscription was made, or `seconds`.",
        LATE: "The delivery waits for `seconds` of the workspace's clock.",
        LOST: "The delivery is never sent.",
        REPEATED_AFTER_410: "After an answer 410 the delivery comes again before the subscription ends.",
        OTHER_BYTES: "The body is the same JSON value in other bytes.",
        OTHER_HEADERS: "The names of the header fields have capitals, and the media type has a charset.",
        UNKNOWN_FIELDS: "The objects of the body have members that nobody knows.",
        UNKNOWN_EVENT: "An event of a kind that nobody knows comes before the delivery.",
        FORGED_SIGNATURE: "The signature is made with another secret.",
        ALTERED_SIGNATURE: "The last letters of the good signature are others.",
        CUT_SIGNATURE: "Only the first letters of the good signature are there.",
        UNREADABLE_SIGNATURE: "The signatures are of an unknown version, and no base64.",
        EMPTY_SIGNATURE: "The header of the signature is empty; id and timestamp are there.",
        TAMPERED_BODY: "The body was changed after it was signed.",
        OLD_SIGNATURE: "The signature is good, but it was made `seconds` ago.",
        ROTATED_SECRET: "Signatures by other secrets stand before and after the good one.",
        MISSING_SIGNATURE: "The delivery has no signature.",
        SLOW_ANSWER: "If no answer comes within `seconds`, the delivery comes again, and either answer counts.",
        FOLLOWED_REDIRECT: "An answer 307 or 308 is followed, as long as it leads to the same server.",
    }
)
"""All faults of deliveries, each with what it does."""

ALTERING_SIGNATURE = frozenset((ALTERED_SIGNATURE, CUT_SIGNATURE, UNREADABLE_SIGNATURE, EMPTY_SIGNATURE))
"""Faults that alter the header of the signature itself."""
SIGNED_ONLY = ALTERING_SIGNATURE | {FORGED_SIGNATURE, TAMPERED_BODY, OLD_SIGNATURE, ROTATED_SECRET, MISSING_SIGNATURE}
"""Faults that mean something only where deliveries are signed."""
HOLDING = frozenset((REORDER, LATE))
"""Faults that hold a delivery back before it is sent for the first time."""

DEFAULT_SECONDS: Mapping[str, float] = MappingProxyType(
    {ANSWER_LOST: 5.0, REORDER: 3_600.0, LATE: 6 * 3_600.0, OLD_SIGNATURE: 3_600.0, SLOW_ANSWER: 1.0}
)
"""The time of each fault that has one: of the workspace's clock, except for SLOW_ANSWER."""


@dataclass(slots=True)
class DeliveryFaultRule:
    """One rule. Without ``trigger`` and ``subscription`` it is about every delivery of its workspace.

    It strikes the attempts with the number ``attempt``. Of each subscription it lets the first ``after`` of them pass,
    then strikes the ``nth`` alone, or ``count`` of them at most, each with a ``probability``.
    """

    id: str
    seed: int
    fault: str
    trigger: str = ""
    subscription: int | None = None
    attempt: int = 1
    after: int = 0
    nth: int | None = None
    count: int | None = None
    probability: float = 1.0
    copies: int = 1
    seconds: float = 0.0
    matches: Counter[int] = field(default_factory=Counter)
    """The attempts that matched, by subscription."""
    struck: Counter[int] = field(default_factory=Counter)
    """The attempts that it struck, by subscription."""

    def meets(self, delivery: Record, turn: int) -> bool:
        """Tell whether the rule is about this attempt of a delivery."""
        mine = self.subscription in (None, delivery["subscriptionId"])
        return mine and self.trigger in ("", delivery["trigger"]) and self.attempt == turn

    def draw(self, delivery: Record, turn: int) -> "DeliveryStrike | None":
        """Count an attempt that matched, and return the strike if there is one."""
        receiver = delivery["subscriptionId"]
        self.matches[receiver] += 1
        number = self.matches[receiver] - self.after
        hit = rng(self.seed, "delivery fault", self.id, str(delivery["id"]), turn).random() < self.probability
        if number < 1 or not hit or self.nth not in (None, number):
            return None
        if self.count is not None and self.struck[receiver] >= self.count:
            return None
        return DeliveryStrike(self, self.matches[receiver])


@dataclass(frozen=True, slots=True)
class DeliveryStrike:
    """One attempt that a rule strikes; ``draw`` is its number among those of its subscription that matched."""

    rule: DeliveryFaultRule
    draw: int

    def description(self) -> str:
        """Describe the fault for the record of the attempt."""
        return f"{self.rule.id}; seed={self.rule.seed}; draw={self.draw}; {self.rule.fault}"


@dataclass(slots=True)
class DeliveryFaults:
    """The rules of one workspace, in the order of their creation."""

    made: int = 0
    _rules: dict[str, DeliveryFaultRule] = field(default_factory=dict)
    waiting: dict[int, list[str]] = field(default_factory=dict)
    """The deliveries that REORDER holds back, by subscription."""

    def __len__(self) -> int:
        return len(self._rules)

    def __iter__(self) -> Iterator[DeliveryFaultRule]:
        return iter(self._rules.values())

    def add(self, seed: int, fault: str, seconds: float | None = None, **limits: object) -> DeliveryFaultRule:
        """Add a rule; ``limits`` are the other fields of a rule."""
        self.made += 1
        wait = DEFAULT_SECONDS.get(fault, 0.0) if seconds is None else seconds
        rule = DeliveryFaultRule(f"wfl_{self.made}", seed, fault, seconds=wait, **limits)  # type: ignore[arg-type]
        self._rules[rule.id] = rule
        return rule

    def restore(self, rule: DeliveryFaultRule) -> None:
        """Add a rule that was made elsewhere, as it is."""
        self._rules[rule.id] = rule

    def get(self, id: str) -> DeliveryFaultRule | None:
        """The rule with an id; None if there is none."""
        return self._rules.get(id)

    def remove(self, id: str) -> None:
        """Remove a rule, if there is one."""
        self._rules.pop(id, None)

    def heal(self) -> list[str]:
        """Remove all rules and return their ids."""
        ids = list(self._rules)
        self._rules.clear()
        return ids

    def strike(self, delivery: Record, turn: int) -> DeliveryStrike | None:
        """The first rule that strikes an attempt. Each rule that matches counts it, so no rule depends on others."""
        drawn = [rule.draw(delivery, turn) for rule in self if rule.meets(delivery, turn)]
        strike = next((strike for strike in drawn if strike is not None), None)
        if strike is not None:
            strike.rule.struck[delivery["subscriptionId"]] += 1
        return strike
