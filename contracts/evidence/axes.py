"""The axes of evidence, and what an operation has on each: facts with their dates, or the reason why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Axis(StrEnum):
    """One question about an operation. No axis can stand in for another, so nothing sums them."""

    CLIENT = "driven by a real client"
    PROBED = "probed"
    CLEAN = "contract-clean"
    SHAPE = "shape observed"
    LIFECYCLE = "lifecycle asserted"
    REFUSALS = "refusals asserted"


@dataclass(frozen=True)
class Fact:
    """One thing that is known, and the day since which it is."""

    text: str
    day: date

    def describe(self) -> str:
        """The fact for a person."""
        return f"{self.text} ({self.day})"


@dataclass(frozen=True)
class OnAxis:
    """The facts on one axis. ``reason`` says why there are none; it is empty when there are some."""

    facts: tuple[Fact, ...] = ()
    reason: str = ""

    def describe(self) -> str:
        """All facts, or the reason, as one text."""
        return "; ".join(fact.describe() for fact in self.facts) or f"— {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """The axis for JSON output."""
        if not self.facts:
            return {"facts": [], "reason": self.reason}
        return {"facts": [{"text": fact.text, "date": fact.day.isoformat()} for fact in self.facts]}


@dataclass(frozen=True)
class OperationEvidence:
    """Everything that is known of one operation."""

    operation: str
    provenance: Fact
    axes: Mapping[Axis, OnAxis]

    def to_dict(self) -> dict[str, Any]:
        """The evidence for JSON output."""
        return {
            "operation": self.operation,
            "provenance": {"text": self.provenance.text, "date": self.provenance.day.isoformat()},
            "axes": {str(axis): found.to_dict() for axis, found in self.axes.items()},
        }
