"""Rules about requests that fail and are sent again and again."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from contracts.lint.client_run import Call, ClientRun, clock_moves
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity

REPEATS_REFUSED = LintRule(
    "repeats-refused", LintSeverity.WARNING, "A request that was refused is not sent again unchanged",
    "it is refused again, spends the rate limit, and hides the fault that has to be mended",
    "retry after 429, 5xx and lost connections only; report every other 4xx to somebody who can mend the request",
)  # fmt: skip
NO_PAUSE = LintRule(
    "retries-without-pause", LintSeverity.WARNING, "A request that fails is repeated after a pause",
    "all tries fall into the same bad moment, and they keep an API down that is about to recover",
    "wait before each repeat, longer each time (half a second, one, two …)",
)  # fmt: skip

_REFUSED = frozenset({400, 401, 403, 405, 409, 413, 415, 422})
MAX_REFUSED = 2
"""Equal requests that are refused alike; more of them within a minute are a loop."""
_MINUTE = 60.0
MAX_QUICK_RETRIES = 2
"""Repeats without a pause; urgent ones may be worth it, more are a loop."""
_PAUSE_SECONDS = 0.1


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    for stream in run.streams:
        equal: dict[Any, list[Call]] = {}
        for call in stream:
            equal.setdefault(call.same, []).append(call)
        for calls in equal.values():
            yield from _refused(calls)
            if clock_moves(stream):
                yield from _hasty(calls)


def _refused(calls: Sequence[Call]) -> Iterator[LintFinding]:
    """Equal calls that were refused alike, one shortly after the other."""
    for row in _rows(calls, lambda call, after: call.status in _REFUSED and after.status == call.status):
        if len(row) > MAX_REFUSED and _within(row, _MINUTE * (len(row) - 1)):
            detail = f"answered {row[0].status}, and sent again {len(row) - 1} times without a change"
            yield LintFinding(REPEATS_REFUSED, row[0].key or row[0].method, detail, row)


def _hasty(calls: Sequence[Call]) -> Iterator[LintFinding]:
    """Equal calls that failed, each sent again at once. On a clock that stands still, they all have the same time."""
    for row in _rows(calls, _at_once):
        if len(row) > MAX_QUICK_RETRIES + 1 and row[0].time != row[-1].time:
            answer = row[0].status or "nothing"
            detail = f"answered {answer}, and repeated {len(row) - 1} times without a pause"
            yield LintFinding(NO_PAUSE, row[0].key or row[0].method, detail, row)


def _at_once(call: Call, after: Call) -> bool:
    if (call.status and call.status < 500) or call.time is None or after.time is None:
        return False
    return after.time - call.time - call.context.seconds < _PAUSE_SECONDS


def _within(row: Sequence[Call], seconds: float) -> bool:
    first, last = row[0].time, row[-1].time
    return first is None or last is None or last - first <= seconds


def _rows(calls: Sequence[Call], belongs: Callable[[Call, Call], bool]) -> Iterator[list[Call]]:
    """The longest rows of calls in which each belongs to the one before it."""
    row = list(calls[:1])
    for call, after in pairwise(calls):
        if not belongs(call, after):
            yield row
            row = []
        row.append(after)
    yield row
