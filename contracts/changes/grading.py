"""Grades a change by the use that a client makes of the API: broken, potentially affected, or unaffected."""

from collections.abc import Iterable, Sequence

from contracts.changes.change import Change
from contracts.changes.change_rules import Concern
from contracts.changes.client_use import ClientUse, UsedRequest
from contracts.changes.comparison import EVERYWHERE
from contracts.changes.diff_report import GradedChange
from contracts.changes.grades import ClientKind, Grade, Side
from contracts.changes.sent_values import is_refused


class UseGrading:
    """Grades changes for one client."""

    def __init__(self, use: ClientUse, client: ClientKind) -> None:
        self._use, self._client = use, client

    def grade(self, change: Change) -> GradedChange:
        """The grade of a change for this client, with the reason and the tests that show it."""
        usual = change.grade(self._client)
        if usual is Grade.UNAFFECTED:
            return GradedChange(change, usual)
        if change.operation.startswith("WEBHOOK "):
            return GradedChange(change, Grade.AFFECTED, "nothing is known of what your receiver reads")
        calls = self._calls(change)
        if not calls:
            return GradedChange(change, Grade.UNAFFECTED, "your client does not call it")
        if change.rule.concern is Concern.OPERATION:
            return _graded(change, change.rule.if_used or usual, "your client calls it", calls)
        answered = [call for call in calls if not call.bent and _answered(call, change.status)]
        if not answered:
            return GradedChange(change, Grade.UNAFFECTED, f"your client was never answered {change.status}".rstrip())
        return self._by_evidence(change, usual, answered)

    def _calls(self, change: Change) -> Sequence[UsedRequest]:
        if change.operation == EVERYWHERE:
            return self._use.requests
        return self._use.by_operation.get(change.operation, ())

    def _by_evidence(self, change: Change, usual: Grade, calls: Sequence[UsedRequest]) -> GradedChange:
        if change.rule.concern is Concern.STATUS:
            return _graded(change, change.rule.if_used or usual, "your client gets this answer", calls)
        evidence = [(call, _concerned(change, call)) for call in calls]
        verb = _verb(change)
        if sure := [call for call, concerned in evidence if concerned]:
            worst = Grade.BROKEN if _by_value(change, sure) else change.rule.if_used or usual
            return _graded(change, worst, f"your client {verb}", sure)
        if maybe := [call for call, concerned in evidence if concerned is None]:
            return _graded(change, Grade.AFFECTED, f"it is not known whether your client {verb}", maybe)
        return GradedChange(change, Grade.UNAFFECTED, f"no request of your client {verb}", requests=_count(calls))


def _verb(change: Change) -> str:
    """The words for the use that a change hurts."""
    if change.rule.concern is Concern.LACKING:
        return "leaves it out"
    if change.side is Side.ANSWER:
        return "reads it"
    return "sends a value that is refused now" if _is_of_values(change) else "sends it"


def _concerned(change: Change, call: UsedRequest) -> bool | None:
    """Tell whether a change concerns a request; None if that is not known."""
    if change.side is Side.ANSWER:
        return _read(change, call)
    place = str(change.location)
    if change.rule.concern is Concern.LACKING:
        return call.lacks(place)
    if place not in call.sent:
        return None if not call.whole and place.startswith("body /") and place.count("/") > 1 else False
    refused = [is_refused(change, value) for value in call.sent[place]]
    if any(refused):
        return True
    if all(it is False for it in refused):
        return False
    return None if _is_of_values(change) else True


def _read(change: Change, call: UsedRequest) -> bool | None:
    if change.location.part == "header" or call.read is None:
        return None
    if not change.location.pointer:
        return bool(call.read) or (None if call.opaque else False)
    return call.reads(change.location.pointer)


_OF_VALUES = ("enum-", "type-", "became-not-nullable", "max", "min")


def _is_of_values(change: Change) -> bool:
    """Tell whether a change refuses some values only, so that it matters which ones are sent."""
    return change.rule.id.startswith(_OF_VALUES)


def _by_value(change: Change, calls: Iterable[UsedRequest]) -> bool:
    """Tell whether a value that was sent is refused."""
    place = str(change.location)
    sent = change.side is not Side.ANSWER and change.rule.concern is Concern.PART
    return sent and any(is_refused(change, value) for call in calls for value in call.sent.get(place, ()))


def _answered(call: UsedRequest, status: str) -> bool:
    """Tell whether an answer of this kind came: ``200``, ``4XX`` or ``default``; any for a change of a request."""
    if not status:
        return True
    if status.endswith("XX"):
        return any(str(it)[0] == status[0] for it in call.statuses)
    return any(it >= 400 for it in call.statuses) if status == "default" else status in map(str, call.statuses)


def _graded(change: Change, grade: Grade, reason: str, calls: Sequence[UsedRequest]) -> GradedChange:
    tests = tuple(sorted({call.test for call in calls} - {""}))
    return GradedChange(change, grade, reason, tests, _count(calls))


def _count(calls: Sequence[UsedRequest]) -> int:
    return sum(call.count for call in calls)
