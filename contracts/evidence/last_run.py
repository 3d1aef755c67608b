"""Evidence from the report of the last run of ``check``: which operations it exercised and found nothing wrong with."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from contracts.errors import CannotRun
from contracts.evidence.axes import Fact, OnAxis
from contracts.spec.json_file import JsonNode, opened

REMEDY = "give the report of a run: `sophiie-mock check --report json=FILE`"


class RunEvidence:
    """A JSON report, read and checked. Without one there is a reason and no fact."""

    def __init__(self, file: str = "") -> None:
        self._given = bool(file)
        if not file:
            return
        try:
            self._load(opened(Path(file), REMEDY))
        except CannotRun as fault:
            raise CannotRun(fault.reason, REMEDY) from None

    def _load(self, whole: JsonNode) -> None:
        self._day = _day(whole)
        self._target = "the mock" if whole.get("mock", bool) else whole.get("target", str)
        self._statuses = {name: _statuses(whole.at("operations").at(name)) for name in whole.get("operations", dict)}
        findings = whole.items("findings") + whole.items("acceptedFindings")
        self._findings = Counter(node.get("operation", str, "") for node in findings)

    def clean(self, operation: str) -> OnAxis:
        """Tell whether the run had successful answers of an operation, and nothing to say against them."""
        if not self._given:
            return OnAxis(reason="no report of a run was given")
        statuses = self._statuses.get(operation, {})
        succeeded = sum(count for status, count in statuses.items() if status.startswith("2"))
        if found := self._findings[operation]:
            return OnAxis(reason=f"{found} findings on {self._target}, {self._day}")
        if not succeeded:
            return OnAxis(
                reason=f"none of its {sum(statuses.values())} requests to {self._target} succeeded, {self._day}"
            )
        text = f"no finding in {sum(statuses.values())} answers of {self._target}"
        return OnAxis((Fact(text, self._day),))


def _day(whole: JsonNode) -> date:
    try:
        return datetime.fromisoformat(whole.get("started", str)).date()
    except ValueError:
        raise whole.at("started").refuse("no time") from None


def _statuses(node: JsonNode) -> Mapping[str, int]:
    counts = node.get("statuses", dict)
    if not all(type(count) is int for count in counts.values()):
        raise CannotRun(f"{node.file}: ({node.pointer}/statuses): no counts")
    return counts
