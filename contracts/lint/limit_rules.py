"""Rules about clients and time: the rate limit, retries, timeouts."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from contracts.lint.client_run import Call, ClientRun, clock_moves, kinds, persons
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity

RATE_LIMIT_PER_MINUTE = 60
"""Requests that the vendor allows each key in a minute."""
LONGEST_WAIT_SECONDS = 10.0
"""A client that waits longer for one answer counts as one without a timeout."""

NO_RETRY = LintRule(
    "no-retry-after-429", LintSeverity.WARNING, "A request that was answered 429 is made again",
    "the work of the request is lost, although it would succeed a minute later",
    "wait as long as the answer says (X-RateLimit-Reset), then repeat the request",
)  # fmt: skip
EARLY_RETRY = LintRule(
    "retry-before-reset", LintSeverity.ERROR, "A client waits as long as a 429 or 503 says",
    "a retry before the reset is refused again, and wastes the window of everybody with this key",
    "read X-RateLimit-Reset (or Retry-After) of the answer, and wait that long",
)  # fmt: skip
UNSAFE_RETRY = LintRule(
    "unsafe-retry", LintSeverity.ERROR, "A write is not repeated blindly",
    "the first attempt may have worked before its answer was lost: a repeat makes a second record, or calls twice",
    "look first whether the record is there, and repeat only what is not",
)  # fmt: skip
NO_TIMEOUT = LintRule(
    "no-timeout", LintSeverity.WARNING, "A client gives up an answer that does not come",
    "one slow answer holds a worker for minutes, and a few of them hold the application",
    f"set a timeout of at most {LONGEST_WAIT_SECONDS:.0f} seconds for each request",
)  # fmt: skip
OVER_LIMIT = LintRule(
    "over-rate-limit", LintSeverity.WARNING, f"At most {RATE_LIMIT_PER_MINUTE} requests a minute",
    "the real API answers 429 to the rest",
    "spread the requests, or read larger pages",
)  # fmt: skip

_RESETS = ("retry-after", "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
_BUSY = (429, 503)
_SLACK_SECONDS = 1.0  # the header has whole seconds
_SLACK_IF_REFUSED = 0.25  # but a retry that is refused again came too early in any case
_LEAST_TIMEOUT = 0.2
"""Seconds that a client waits at least before it gives up: equal writes that are closer together are something else."""
_IDEMPOTENT = re.compile(r"(?i)(x-)?(idempotency|idempotent|request)[-_]?(key|id|token)")


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    gives_up = any(call.context.seconds >= 1 for call in run.calls if not call.status)
    for stream in run.streams:
        yield from _after_429(stream)
        yield from _unsafe_retries(run, stream)
        yield from _over_limit(stream)
        if not gives_up:
            yield from _endless_waits(stream)


def _after_429(stream: Sequence[Call]) -> Iterator[LintFinding]:
    moves, tries = clock_moves(stream), _tries(stream)
    for call in stream:
        if call.status not in _BUSY:
            continue
        every = tries[call.same]
        place = every.index(call)
        again, refused_before = every[place + 1 : place + 2], any(other.status == 429 for other in every[:place])
        if call.status == 429 and not again and not refused_before:
            yield LintFinding(NO_RETRY, call.key or call.method, "answered 429, and never asked again", [call])
        elif again and moves and _early(call, again[0]):
            waited = (again[0].time or 0) - (call.time or 0)
            yield LintFinding(
                EARLY_RETRY, call.key or call.method,
                f"repeated after {waited:.1f} s; the answer said to wait {_wait(call):.0f} s", [call, again[0]],
            )  # fmt: skip


def _tries(stream: Sequence[Call]) -> Mapping[Any, Sequence[Call]]:
    """The calls of a stream that ask for the same, together."""
    found: dict[Any, list[Call]] = {}
    for call in stream:
        found.setdefault(call.same, []).append(call)
    return found


def _early(call: Call, again: Call) -> bool:
    wait, began, now = _wait(call), call.time, again.time
    slack = _SLACK_IF_REFUSED if again.status in _BUSY else _SLACK_SECONDS
    return wait is not None and began is not None and now is not None and now < began + wait - slack


def _wait(call: Call) -> float | None:
    """The seconds that an answer asks to wait: as a number, as a date, or as a time since 1970."""
    for name in _RESETS if call.status == 429 else _RESETS[:1]:
        text = call.exchange.headers.get(name, "")
        if not text:
            continue
        try:
            seconds = float(text)
        except ValueError:
            return _until(text, call)
        if not math.isfinite(seconds):
            return None
        return seconds - (call.time or seconds) if seconds > 1e9 else seconds
    return None


def _until(text: str, call: Call) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.timestamp() - call.time if call.time is not None else None


def _unsafe_retries(run: ClientRun, stream: Sequence[Call]) -> Iterator[LintFinding]:
    read = {
        kind for operation in run.contract.operations.values() if operation.method == "GET" for kind in kinds(operation)
    }
    for index, call in enumerate(stream):
        if call.method not in ("POST", "PATCH") or _has_key(call) or not (_unsure(call) or call.context.seconds):
            continue
        again = _repeat(call, stream[index + 1 :])
        if again is None or not (_unsure(call) or _given_up(call, again)):
            continue
        between = stream[index + 1 : stream.index(again)]
        if not any(_may_show(other, call, read) for other in between):
            how = f"answered {call.status}" if call.status and _unsure(call) else "not answered"
            changed = "" if again.same == call.same else ", with another body about the same person"
            detail = f"{how}, and sent again without a look{changed}"
            yield LintFinding(UNSAFE_RETRY, call.key or call.method, detail, [call, again])


def _repeat(call: Call, later: Sequence[Call]) -> Call | None:
    """The next call that does the same, or that does it for the same person: a counter in a body makes it no other."""
    person = persons(call)
    alike = (it for it in later if it.method == call.method and it.path == call.path)
    return next((it for it in alike if it.same == call.same or (person and persons(it) == person)), None)


def _given_up(call: Call, again: Call) -> bool:
    """Tell whether a call was repeated before it was answered: its client had waited long enough."""
    if call.time is None or again.time is None:
        return False
    return _LEAST_TIMEOUT <= again.time - call.time < call.context.seconds


def _may_show(look: Call, call: Call, read: Set[str]) -> bool:
    """Tell whether a read may show if a write worked: one of its kind, or any if the API has no read of that kind."""
    if look.method != "GET" or not look.succeeded:
        return False
    return bool(kinds(look.operation) & kinds(call.operation)) or not kinds(call.operation) & read


def _unsure(call: Call) -> bool:
    """Tell whether a write may have happened although it did not succeed."""
    refused = call.status == 503 and "retry-after" in call.exchange.headers
    return (call.status == 0 or call.status >= 500) and not refused


def _has_key(call: Call) -> bool:
    """Tell whether a request names itself, so that the server can recognise a repeat."""
    return any(_IDEMPOTENT.fullmatch(name) for name in call.exchange.sent_headers)


def _endless_waits(stream: Sequence[Call]) -> Iterator[LintFinding]:
    for call in stream:
        if call.status and call.context.seconds > LONGEST_WAIT_SECONDS:
            detail = f"waited {call.context.seconds:.0f} s for an answer, and took it"
            yield LintFinding(NO_TIMEOUT, call.key or call.method, detail, [call])


def _over_limit(stream: Sequence[Call]) -> Iterator[LintFinding]:
    if not clock_moves(stream):
        return
    served = sorted((call for call in stream if call.status != 429), key=lambda call: call.time or 0)
    refused = [call.time or 0 for call in stream if call.status == 429]
    for index, call in enumerate(served[RATE_LIMIT_PER_MINUTE:]):
        first = served[index]
        began, ended = first.time or 0, call.time or 0
        if ended - began < 60 and not any(began <= moment <= ended for moment in refused):
            count = f"more than {RATE_LIMIT_PER_MINUTE} requests within a minute"
            yield LintFinding(OVER_LIMIT, "", count, [first, call])
            return
