"""Findings and notes about a recording, each with the entries that show it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from contracts.rules.rule import Finding
from contracts.traffic.recording import Recorded

_EXPLAIN = "x-mock-explain"
_SHOWN = 4


@dataclass
class _Place:
    finding: Finding
    entries: list[Recorded] = field(default_factory=list)

    def to_finding(self) -> Finding:
        """Make a finding with its place, and without the exchange, which contains values."""
        place = f"{_numbers(self.entries)}, the first at {self.entries[0].pointer}"
        reason = self.entries[0].exchange.headers.get(_EXPLAIN, "")
        return replace(self.finding, got=f"{self.finding.got} in {place}", evidence=(), reason=reason)


class TrafficFindings:
    """Grows while a recording is judged. Equal findings, or notes, of several entries become one."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str, str], _Place] = {}
        self._odd: dict[str, list[Recorded]] = {}

    def add(self, finding: Finding, entry: Recorded) -> None:
        """Keep a finding; equal ones are joined, with the numbers of their entries."""
        _append(self._places.setdefault(finding.key, _Place(finding)).entries, entry)

    def note(self, text: str, entry: Recorded) -> None:
        """Keep a note about an entry; equal ones are joined."""
        _append(self._odd.setdefault(text, []), entry)

    @property
    def findings(self) -> list[Finding]:
        """Every finding once, with all of its entries."""
        return [place.to_finding() for place in self._places.values()]

    @property
    def notes(self) -> list[str]:
        """Every note once, with the numbers of its entries."""
        return [f"{text} ({_numbers(entries)})" for text, entries in self._odd.items()]


def _append(entries: list[Recorded], entry: Recorded) -> None:
    if entry not in entries[-1:]:
        entries.append(entry)


def _numbers(entries: Sequence[Recorded]) -> str:
    more = f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
    word = "entry" if len(entries) == 1 else "entries"
    return f"{word} {', '.join(str(entry.number) for entry in entries[:_SHOWN])}{more}"
