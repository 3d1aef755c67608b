"""The rate limit: on a mock in an organization with the documented one, on a real host when that was asked for."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from contracts.checks import access as rules
from contracts.document import Operation
from contracts.errors import Refused
from contracts.exchange import Exchange
from contracts.guard import BURSTS
from contracts.pace import WINDOW
from contracts.probe import NONE, Abandoned, Probe, Query

TOPIC = "limits"
RATE = 60
"""Requests a minute that the vendor documents."""


def window(probe: Probe, operation: Operation, query: Query = NONE) -> None:
    """Exactly as many requests as documented pass; the next is 429, with what is left of the window in seconds."""
    _judge(probe, operation, *_until_refused(probe, operation, query))


def on_host(
    probe: Probe, operation: Operation, query: Query, burst: Callable[[], AbstractContextManager[None]]
) -> None:
    """The same on a host whose windows nobody knows, with a key that others may use too.

    What is not as documented is looked at again: a window of the host may have turned in the middle, or somebody else
    may have used up a part of it.
    """
    for _ in range(BURSTS):
        try:
            with burst():
                passed, last = _until_refused(probe, operation, query)
        except Refused as reason:
            raise Abandoned(str(reason)) from None
        if passed == RATE:
            break
    _judge(probe, operation, passed, last, " (or somebody else uses the key)")


def _until_refused(probe: Probe, operation: Operation, query: Query) -> tuple[int, Exchange]:
    """How many passed, one more than the documented number at most, and the last answer."""
    passed = 0
    while (exchange := probe.call(operation, query=query)).status != 429:
        probe.accepted(exchange, operation)
        passed += 1
        if passed > RATE:
            break
    return passed, exchange


def _judge(probe: Probe, operation: Operation, passed: int, last: Exchange, doubt: str = "") -> None:
    if passed < RATE:
        probe.broken(rules.RATE, operation, f"{RATE} requests to pass", f"{passed} passed{doubt}", last)
        return
    if last.status != 429:
        probe.broken(rules.RATE, operation, f"429 for request {RATE + 1}", last.answer(), last)
        return
    due = {"X-RateLimit-Limit": str(RATE), "X-RateLimit-Remaining": "0"}
    for name, value in due.items():
        got = last.headers.get(name.lower(), "nothing")
        if got != value:
            probe.broken(rules.RATE_HEADERS, operation, value, got, last, where=name)
    reset = last.headers.get("x-ratelimit-reset", "nothing")
    if not reset.isdigit() or int(reset) > WINDOW:
        expected = f"a span of {WINDOW:.0f} seconds at most"
        probe.broken(rules.RATE_HEADERS, operation, expected, reset, last, where="X-RateLimit-Reset")
