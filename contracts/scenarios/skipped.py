"""Reasons why a scenario did not run to its end: a type for the verdict, and a sentence for a person."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.errors import SuiteError


class SkipReason(StrEnum):
    """The kinds of reasons that the verdict tells apart."""

    NO_ID = "no operation supplies an id"
    """Nothing can be done about it in this run: the operation is excused."""
    NO_VALUE = "no value that the document allows was found"
    """Nothing can be done about it either: an operation that needs a body is excused."""
    LOST = "the connection broke"
    UNREADABLE = "an answer has not the form that this run reads"
    OTHER = "it does not apply here"


@dataclass(frozen=True, slots=True)
class Skipped:
    """The reason why a scenario was not run, and the sentence for reports."""

    reason: SkipReason
    detail: str

    def __str__(self) -> str:
        return self.detail


class ScenarioSkipped(SuiteError):
    """A scenario cannot continue. If it has found nothing by then, it counts as not run, for this reason."""

    def __init__(self, detail: str, reason: SkipReason = SkipReason.OTHER) -> None:
        super().__init__(detail)
        self.skipped = Skipped(reason, detail)
