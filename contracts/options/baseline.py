"""Findings that a team has accepted for a while: a YAML list, each entry with an owner and a last day.

    - check: positive_data_acceptance
      operation: POST /v1/leads
      owner: ana
      expires: 2026-12-31
      reason: asked the vendor

An entry accepts what a check finds in an operation: all of it, or at one place when ``where`` names it. In each of
the three ``*`` stands for anything. Past its day an entry accepts nothing, and fails the run.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from contracts.rules.rule import Finding

ANY = "*"
_USUAL = timedelta(days=30)


@dataclass(frozen=True)
class BaselineEntry:
    """One entry of a baseline; ``line`` is its first line in the file."""

    check: str
    operation: str
    where: str
    owner: str
    expires: date
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Check, operation and place: no two entries have the same."""
        return self.check, self.operation, self.where

    def about(self, finding: Finding) -> bool:
        """Tell whether the entry accepts a finding."""
        return all(pattern.fullmatch(_plain(text)) for pattern, text in zip(self._patterns, finding.key, strict=True))

    @cached_property
    def _patterns(self) -> Sequence[re.Pattern[str]]:
        return [_pattern(text) for text in self.key]


def matches(text: str, rule: str) -> bool:
    """Tell whether a text of an entry, which may contain ``*``, matches a name."""
    return bool(_pattern(text).fullmatch(_plain(rule)))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _plain(text).split(ANY))))


def _plain(text: str) -> str:
    """Ignore case, blanks, and hyphens, which stand for blanks in the names of cases."""
    return " ".join(text.replace("-", " ").split()).casefold()


@dataclass(frozen=True)
class Baseline:
    """Findings that a team accepts until a day. ``file`` is empty if there is no baseline."""

    file: str = ""
    entries: Sequence[BaselineEntry] = ()
    today: date = date.max

    def accepts(self, finding: Finding) -> bool:
        """Tell whether an entry that has not expired accepts a finding."""
        return any(entry.expires >= self.today and entry.about(finding) for entry in self.entries)

    @property
    def expired(self) -> Sequence[str]:
        """A sentence for each entry that is past its day."""
        return [
            f"{self.file}:{entry.line}: {entry.check} in {entry.operation} was accepted until {entry.expires} "
            f"(owner {entry.owner}): mend it, or give it another day"
            for entry in self.entries
            if entry.expires < self.today
        ]

    def unused(self, findings: Sequence[Finding], but: Collection[str] = ()) -> Sequence[str]:
        """A sentence for each entry without a finding; ``but`` are rules that were not checked."""
        return [
            f"{self.file}:{entry.line}: {entry.check} in {entry.operation} was not found any more: remove the entry"
            for entry in self.entries
            if entry.check not in but and not any(map(entry.about, findings))
        ]


def entries_for(findings: Sequence[Finding], today: date) -> Iterator[str]:
    """Entries that would accept these findings, one for each cause. A person must fill in the owners.

    The findings of one check in one operation mostly have one cause; if there is only one place, the entry names it.
    """
    causes: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        causes.setdefault(finding.key[:2], []).append(finding)
    for (check, operation), found in causes.items():
        where = f"  where: {json.dumps(found[0].where)}\n" if len(found) == 1 and found[0].where else ""
        count = f"  # in {len(found)} places" if len(found) > 1 else ""
        yield (
            f"- check: {json.dumps(check)}{count}\n  operation: {json.dumps(operation)}\n{where}"
            f"  owner:  # who sees to it\n  expires: {today + _USUAL}\n"
        )
