"""One thing to do before an integration is done, with the command that does it or shows it."""

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """The question from which an action comes."""

    TEST = "test"
    LINT = "lint"
    TRAFFIC = "traffic"
    RECEIVER = "receiver"
    STATUS = "status"
    EVENT = "event"
    VALUE = "value"


@dataclass(frozen=True)
class Action:
    """A missing thing, and how to get it. ``pytest`` is a line for a test that uses the fixture, if there is one."""

    kind: ActionKind
    title: str
    detail: str
    command: str
    operation: str = ""
    pytest: str = ""

    def to_dict(self) -> dict[str, str]:
        """The action as plain data."""
        return {
            "kind": self.kind.value,
            "title": self.title,
            "detail": self.detail,
            "operation": self.operation,
            "command": self.command,
            "pytest": self.pytest,
        }
