"""A rule that a target must keep, and a finding that it was not kept."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any

from contracts.rules.location import NOWHERE, Location
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange


class Severity(StrEnum):
    """The weight of a rule."""

    ERROR = "error"
    WARNING = "warning"
    """Worth knowing; on a real target it never fails a run."""


class Group(StrEnum):
    """The kinds of defect the suite looks for; the mutants of the suite's own tests come in the same groups."""

    PROTOCOL = "protocol"
    INPUT = "input"
    SHAPE = "shape"
    CRASH = "crash"
    ACCESS = "access"
    LIFECYCLE = "lifecycle"
    COLLECTIONS = "collections"
    TIME = "time"
    TENANCY = "tenancy"
    LIMITS = "limits"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule. The name is the same in code, options, reports and baselines.

    ``provenance`` None means: that of the place in the document that the finding is about.
    ``source`` is a page of the vendor, or an entry of the ledger as ``gap:<id>``.
    """

    name: str
    group: Group
    title: str
    provenance: Provenance | None = None
    source: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold at a place, before it is known in which operation."""

    rule: Rule
    location: Location = NOWHERE
    _: KW_ONLY
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule was broken. Values may hold data of the target: every sink redacts."""

    rule: Rule
    operation: str
    provenance: Provenance
    _: KW_ONLY
    expected: str
    got: str
    location: Location = NOWHERE
    evidence: Sequence[Exchange] = field(default=(), repr=False)
    """The exchanges that show it, in the order they were made; the last one is the offending one."""
    scenario: str = ""
    """The run that found it."""
    reason: str = ""
    """The reason that a mock gave for its answer; empty when there is none."""

    @classmethod
    def of(
        cls, violation: Violation, operation: str, documented: Provenance, evidence: Sequence[Exchange] = ()
    ) -> "Finding":
        """A violation in an operation. ``documented`` counts for a rule that has no provenance of its own."""
        return cls(
            violation.rule,
            operation,
            violation.rule.provenance or documented,
            expected=violation.expected,
            got=violation.got,
            location=violation.location,
            evidence=evidence,
        )

    @property
    def where(self) -> str:
        """The text of the location, as reports and baselines have it."""
        return str(self.location)

    @property
    def key(self) -> tuple[str, str, str]:
        """Rule, operation and location: two findings that have all of them in common are the same one."""
        return self.rule.name, self.operation, self.where

    def breaks(self, is_mock: bool) -> bool:
        """Tell whether this fails a run.

        The mock is held to all we wrote; another target to what its vendor wrote.
        """
        return self.rule.severity is Severity.ERROR and (is_mock or self.provenance is Provenance.DOCUMENTED)

    def doubt(self, is_mock: bool) -> str:
        """Why it does not; empty when it does."""
        if self.breaks(is_mock):
            return ""
        return "a warning" if self.rule.severity is Severity.WARNING else "our document may be wrong here"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data, without its evidence."""
        return {
            "rule": self.rule.name,
            "group": self.rule.group.value,
            "title": self.rule.title,
            "severity": self.rule.severity.value,
            "operation": self.operation,
            "provenance": self.provenance.value,
            "source": self.rule.source,
            "where": self.where,
            "location": self.location.as_dict(),
            "expected": self.expected,
            "got": self.got,
            "unit": self.scenario,
        }
