"""A comparison with the grade of every change, as the writers show it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.changes.change import Change
from contracts.changes.comparison import Comparison
from contracts.changes.grades import Grade


@dataclass(frozen=True)
class GradedChange:
    """A change with its grade. Where the client's use is known: why it has that grade, and the tests that show it."""

    change: Change
    grade: Grade
    reason: str = ""
    tests: tuple[str, ...] = ()
    requests: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The change with its grade as plain data."""
        known = {"why": self.reason, "requests": self.requests, "tests": list(self.tests)} if self.reason else {}
        return {"grade": self.grade.value, **self.change.to_dict(), **known}


Group = Sequence[GradedChange]
"""Changes with one cause and one grade, in several operations; the first stands for all."""


@dataclass(frozen=True)
class DiffReport:
    """All that a writer needs. ``fail_on`` is the mildest grade that fails the command; None for no grade."""

    comparison: Comparison
    changes: Sequence[GradedChange]
    fail_on: Grade | None = Grade.BROKEN
    used: str = ""
    """The evidence of the client's use, in a few words; empty if there is none."""
    use_notes: Sequence[str] = ()
    """Gaps in that evidence."""

    @property
    def notes(self) -> list[str]:
        """The parts that could not be compared, and gaps in what is known of the client."""
        return [*self.comparison.notes, *self.use_notes]

    @cached_property
    def groups(self) -> Mapping[Grade, Sequence[Group]]:
        """The changes by grade, the worst first, those with one cause together."""
        found: dict[Grade, dict[Any, list[GradedChange]]] = {grade: {} for grade in Grade}
        for one in self.changes:
            key = one.change.cause or one.change.fingerprint
            found[one.grade].setdefault(key, []).append(one)
        return {grade: list(groups.values()) for grade, groups in found.items()}

    def count(self, grade: Grade) -> int:
        """How many changes have a grade."""
        return sum(map(len, self.groups[grade]))

    @property
    def exit_code(self) -> int:
        """1 if a change is as bad as ``fail_on`` or worse."""
        if self.fail_on is None:
            return 0
        return int(any(self.count(grade) for grade in Grade if grade.weight <= self.fail_on.weight))

    @property
    def verdict(self) -> str:
        """The result in one line."""
        operations = many(self.comparison.operations, "operation")
        if not self.changes:
            return f"no change in {operations}"
        counts = ", ".join(f"{self.count(grade)} {grade}" for grade in Grade if self.count(grade))
        return f"{many(len(self.changes), 'change')} in {operations}: {counts}"

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        old, new = self.comparison.old.document, self.comparison.new.document
        return {
            "old": str(old.file or old.name),
            "new": str(new.file or new.name),
            "verdict": self.verdict,
            "counts": {grade.value: self.count(grade) for grade in Grade},
            "used": self.used or None,
            "notes": self.notes,
            "changes": [one.to_dict() for groups in self.groups.values() for group in groups for one in group],
            "exitCode": self.exit_code,
        }


def graded(comparison: Comparison, grade: Callable[[Change], GradedChange]) -> list[GradedChange]:
    """Every change of a comparison with its grade."""
    return [grade(change) for change in comparison.changes]


def more(group: Group) -> str:
    """Say in how many further places the same happens."""
    operations = len({one.change.operation for one in group}) - 1
    if operations > 0:
        return f"; the same in {many(operations, 'more operation')}"
    return f"; the same in {many(len(group) - 1, 'more place')}" if len(group) > 1 else ""


def many(count: int, noun: str) -> str:
    """A number with its noun, in the plural where that is due."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def where(change: Change) -> str:
    """The operation and the place of a change."""
    return ", ".join(filter(None, (change.operation or "every operation", change.place)))
