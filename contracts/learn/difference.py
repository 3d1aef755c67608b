"""One difference between the contract and what was recorded, with its evidence."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class DifferenceKind(StrEnum):
    """In what the contract and the API differ."""

    STATUS = "status"
    MEDIA = "media type"
    HEADER = "header"
    FIELD = "undeclared field"
    ABSENT = "absent field"
    TYPE = "type"
    NULL = "null"
    ENUM = "word"
    FORMAT = "format"
    ORDER = "order"
    PAGING = "paging"
    TEXT = "error text"
    ENVELOPE = "error status"
    ID = "id form"
    ACCEPTED = "accepted request"


@dataclass(frozen=True)
class Mismatch:
    """A difference at one place of one shape, before it is known where and how often. ``steps`` lead to it."""

    kind: DifferenceKind
    steps: tuple[str, ...]
    expected: str
    got: str

    @property
    def pointer(self) -> str:
        """The JSON pointer to the place; ``*`` is an item of a list."""
        return "".join(f"/{step}" for step in self.steps)


@dataclass(frozen=True)
class Difference:
    """A mismatch in the answers with one status of an operation: how often it was seen, and of how many."""

    operation: str
    status: int
    mismatch: Mismatch
    count: int
    of: int
    first: date
    last: date

    @property
    def evidence(self) -> str:
        """How often and when it was seen, as a sentence."""
        days = f"on {self.first}" if self.first == self.last else f"from {self.first} to {self.last}"
        return f"seen in {self.count} of {self.of} recorded answers {days}"

    def describe(self) -> str:
        """One line for a person."""
        it = self.mismatch
        place = f" {it.pointer}" if it.steps else ""
        return (
            f"{self.operation} {self.status}{place}: {it.kind}: expected {it.expected}, got {it.got}; {self.evidence}"
        )

    def to_dict(self) -> dict[str, Any]:
        """The difference for JSON output."""
        it = self.mismatch
        return {"operation": self.operation, "status": self.status, "kind": str(it.kind), "place": it.pointer,
                "expected": it.expected, "got": it.got, "count": self.count, "of": self.of,
                "first": self.first.isoformat(), "last": self.last.isoformat()}  # fmt: skip
