"""A rule that a target must keep, and a finding: a place where it did not."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any

from contracts.rules.location import NOWHERE, Location
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import Exchange


class Severity(StrEnum):
    """How serious it is to break a rule."""

    ERROR = "error"
    WARNING = "warning"
    """Worth knowing; on a real target it never fails a run."""


class Group(StrEnum):
    """The kinds of defect that the suite looks for; the mutants of the suite's own tests have the same groups."""

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

    If ``provenance`` is None, that of the document's part counts.
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
    """A rule that is broken at a place, before the operation is known."""

    rule: Rule
    location: Location = NOWHERE
    _: KW_ONLY
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule was broken. Its values may be data of the target: every output redacts them."""

    rule: Rule
    operation: str
    provenance: Provenance
    _: KW_ONLY
    expected: str
    got: str
    location: Location = NOWHERE
    evidence: Sequence[Exchange] = field(default=(), repr=False)
    """The exchanges that show it, in the order in which they were made; the last one breaks the rule."""
    scenario: str = ""
    """The scenario that found it."""
    reason: str = ""
    """The reason that a mock gave for its answer; empty if there is none."""

    @classmethod
    def of(
        cls, violation: Violation, operation: str, documented: Provenance, evidence: Sequence[Exchange] = ()
    ) -> "Finding":
        """Make a finding from a violation in an operation. ``documented`` is used if the rule has no provenance."""
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
        """The text of the location in reports and baselines."""
        return str(self.location)

    @property
    def key(self) -> tuple[str, str, str]:
        """Rule, operation and location: two findings with the same key are the same finding."""
        return self.rule.name, self.operation, self.where

    def breaks(self, is_mock: bool) -> bool:
        """Tell whether this finding fails a run.

        The mock must keep everything that we wrote; another target only what its vendor wrote.
        """
        return self.rule.severity is Severity.ERROR and (is_mock or self.provenance is Provenance.DOCUMENTED)

    def doubt(self, is_mock: bool) -> str:
        """The reason why the finding does not fail a run; empty if it does."""
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
