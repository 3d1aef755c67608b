"""One change of a document: its rule, its place, and the values before and after."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from contracts.changes.change_rules import CHANGE_RULES, ChangeRule
from contracts.changes.grades import ClientKind, Grade, Side
from contracts.rules.location import NOWHERE, Location
from mock_server.support.text import shorten

_MAX_VALUE_CHARACTERS = 80


@dataclass(frozen=True)
class Change:
    """One change. ``before`` and ``after`` are values of the documents; None where there is nothing to show."""

    rule: ChangeRule
    operation: str
    side: Side = Side.REQUEST
    location: Location = NOWHERE
    status: str = ""
    """The status of the answer as the document has it, also ``default`` and ``4XX``."""
    before: str | None = None
    after: str | None = None
    cause: tuple[int, int] | None = None
    """Equal for changes that have one cause: a schema that several operations share."""

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay as long as the change is the same: rule, operation, place, values."""
        words = (self.rule.id, self.operation, self.side, self.status, str(self.location), self.before, self.after)
        return sha256("\n".join(map(str, words)).encode("utf-8", "backslashreplace")).hexdigest()[:12]

    def grade(self, client: ClientKind = ClientKind.UNKNOWN) -> Grade:
        """The grade for a client of this kind of whose use nothing is known."""
        if self.rule.by_client and self.side is Side.ANSWER:
            return client.grade
        return self.rule.grade(self.side)

    @property
    def place(self) -> str:
        """The place in a few words; empty for the operation as a whole."""
        answer = f"answer {self.status}" if self.status else ""
        rest = Location(None, self.location.part, self.location.name, self.location.pointer)
        return " ".join(filter(None, (answer, str(rest))))

    def describe(self) -> str:
        """Describe the change in a sentence, with the values before and after."""
        if self.before is not None and self.after is not None:
            return f"{self.rule.title}: {_shown(self.before)} → {_shown(self.after)}"
        value = self.after if self.before is None else self.before
        return self.rule.title if value is None else f"{self.rule.title}: {_shown(value)}"

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data, without a grade."""
        return {
            "rule": self.rule.id,
            "fingerprint": self.fingerprint,
            "operation": self.operation,
            "side": self.side.value,
            "place": self.place,
            "status": self.status or None,
            "pointer": self.location.pointer or None,
            "before": self.before,
            "after": self.after,
            "says": self.describe(),
        }


def make(rule: str, operation: str, **parts: Any) -> Change:
    """A change by the id of its rule."""
    return Change(CHANGE_RULES[rule], operation, **parts)


def _shown(text: str) -> str:
    return shorten(text, _MAX_VALUE_CHARACTERS)
