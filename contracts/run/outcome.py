"""The result of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.rules.rule import Finding
from contracts.run.coverage import Coverage
from contracts.scenarios.skipped import Skipped
from contracts.shapes.exchanges import ShapeRecording
from contracts.transport.exchange import Exchange
from contracts.transport.guard import Mode
from contracts.transport.target import Target

OFFLINE = "offline"
"""The mode of what sends nothing: recorded traffic is judged."""


@dataclass
class RunResult:
    """The result of a run.

    ``cut_short`` has the reason for each scenario that did not come to its end, and ``not_run`` for those among them
    that found nothing till then. ``vacuous`` says why a green result would prove nothing.
    """

    target: Target
    mode: Mode | str
    """A mode of the guard, or ``OFFLINE``."""
    seed: int
    coverage: Coverage
    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    not_run: dict[str, Skipped] = field(default_factory=dict)
    cut_short: dict[str, Skipped] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    vacuous: list[str] = field(default_factory=list)
    accepted: list[Finding] = field(default_factory=list)
    """Findings that the baseline accepts."""
    expired: list[str] = field(default_factory=list)
    """Entries of the baseline that are no longer accepted: they fail the run."""
    stopped: str = ""
    interrupted: bool = False
    """True when a person, or a pipeline at its limit, ended the run."""
    exchanges: list[tuple[datetime, Exchange, bool]] = field(default_factory=list, repr=False)
    """Each exchange with its time and whether its bodies are kept; filled when a report wants them."""
    recording: ShapeRecording | None = field(default=None, repr=False)
    """The exchanges as shapes; made when a report wants them."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Every rule with the reason why it was not checked; empty when it was."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    requests: int = 0
    refused: int = 0
    seconds: float = 0.0

    @property
    def broken(self) -> list[Finding]:
        """Findings that fail the run."""
        return [finding for finding in self.findings if finding.breaks(self.target.is_mock)]

    @property
    def doubts(self) -> list[Finding]:
        """The findings that do not fail the run: warnings, and findings that mean that our document may be wrong."""
        return [finding for finding in self.findings if not finding.breaks(self.target.is_mock)]

    @property
    def exit_code(self) -> int:
        """The exit code: 1 for a broken rule, but only if any operation worked. If none did, the findings prove nothing
        about rules.
        """
        if self.interrupted:
            return 130
        if self.broken and self.mode == OFFLINE:
            return 1
        if self.broken and any(map(self.coverage.succeeded, self.coverage.statuses)):
            return 1
        return 2 if self.broken or self.vacuous or self.stopped or self.expired else 0
