"""Scenarios about the rate limit: on a mock with the documented limit, on a real host only if the user asks for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from contracts.errors import RequestRefused
from contracts.rules import access as rules
from contracts.scenarios.client import NONE, Query, ScenarioClient
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange
from contracts.transport.guard import BURSTS
from contracts.transport.pacing import WINDOW_SECONDS
from mock_server.config.rates import RATE_LIMIT_PER_MINUTE

TOPIC = "limits"
RATE = RATE_LIMIT_PER_MINUTE
"""Requests a minute that the vendor documents."""
_RESET = "X-RateLimit-Reset"
_HEADERS: tuple[tuple[str, str, Callable[[str, int], bool]], ...] = (
    ("X-RateLimit-Limit", "{rate}", lambda text, rate: text == str(rate)),
    ("X-RateLimit-Remaining", "0", lambda text, _: text == "0"),
    (
        _RESET,
        f"a span of {WINDOW_SECONDS:.0f} seconds at most",
        lambda text, _: text.isdecimal() and len(text) < 4 and int(text) <= WINDOW_SECONDS,
    ),
)
"""For each header, a description of the right value, and a test of it for so many requests a minute."""
RULES = frozenset({rules.RATE.name, rules.RATE_HEADERS.name})


def window(
    client: ScenarioClient, operation: Operation, another: Callable[[], AbstractContextManager[ScenarioClient]]
) -> None:
    """Exactly as many requests as documented pass; the next is 429, with what is left of the window in seconds.

    ``another`` makes an organization with a key of its own, whose requests pass all the same.
    """
    passed, last = _until_refused(client, operation, NONE)
    _judge(client, operation, passed, last)
    if last.status == 429:
        with another() as other:
            _apart(other, operation, last)
        _time_passes(client, operation, last)


def _apart(other: ScenarioClient, operation: Operation, refused: Exchange) -> None:
    """The first request of another key passes, because each key has a limit of its own."""
    exchange = other.call(operation)
    if exchange.status == 429:
        due = "requests of another key to pass"
        other.broken(rules.RATE, operation, refused, exchange, expected=due, got=exchange.answer(), where="another-key")


def _time_passes(client: ScenarioClient, operation: Operation, refused: Exchange) -> None:
    """After some seconds of a mock's clock fewer are left, and after those that are left requests pass again."""
    left = refused.headers.get(_RESET.lower(), "")
    if not left.isdecimal() or not 0 < int(left) <= WINDOW_SECONDS:
        return
    elapsed = int(left) // 3
    later = client.call(operation) if _advance(client, elapsed) else refused
    text = later.headers.get(_RESET.lower(), "")
    if later.status == 429 and text.isdecimal() and int(text) > int(left) - elapsed:
        due = f"{int(left) - elapsed} at most, {elapsed} seconds after {left}"
        client.broken(rules.RATE_HEADERS, operation, refused, later, expected=due, got=text, where="time")
    if _advance(client, int(left) - elapsed):
        again = client.call(operation)
        if again.status == 429:
            due = f"requests that pass again after {left} seconds"
            client.broken(rules.RATE, operation, refused, again, expected=due, got=again.answer(), where="next-window")


def _advance(client: ScenarioClient, seconds: int) -> bool:
    """Move the clock of the client's own workspace forward. False if it cannot be moved."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.target.key}"}
    body = b'{"seconds": %d}' % seconds
    return client.send("POST", f"{client.target.origin}/__admin/clock/advance", headers, body).succeeded


def on_host(
    client: ScenarioClient, operation: Operation, query: Query, burst: Callable[[], AbstractContextManager[None]]
) -> None:
    """Test the rate limit of a host with unknown windows and a key that others may use too.

    A deviation is checked a second time: a window of the host may have ended in the middle, or somebody else may have
    used up a part of it. Raises ScenarioSkipped if that may have happened twice.
    """
    seen: list[tuple[int, Exchange]] = []
    while len(seen) < BURSTS and (not seen or seen[-1][0] != RATE):
        try:
            with burst():
                seen.append(_until_refused(client, operation, query))
        except RequestRefused as reason:
            raise ScenarioSkipped(str(reason)) from None
    counts = [passed for passed, _ in seen]
    if counts[-1] != RATE and min(counts) < RATE and (max(counts) > RATE or all(_says(last) for _, last in seen)):
        raise ScenarioSkipped(f"{' and then '.join(map(str, counts))} passed: does somebody else use this key?")
    _judge(client, operation, *seen[-1])


def _says(last: Exchange) -> bool:
    """Tell whether a refusal names the documented limit."""
    return last.headers.get("x-ratelimit-limit") == str(RATE)


def _until_refused(client: ScenarioClient, operation: Operation, query: Query) -> tuple[int, Exchange]:
    """Send requests until one is refused, one more than the limit at most. Return their number and the last answer."""
    passed = 0
    while (exchange := client.call(operation, query=query)).status != 429:
        client.accepted(exchange, operation)
        passed += 1
        if passed > RATE:
            break
    return passed, exchange


def _judge(client: ScenarioClient, operation: Operation, passed: int, last: Exchange) -> None:
    if passed < RATE:
        client.broken(rules.RATE, operation, last, expected=f"{RATE} requests to pass", got=f"{passed} passed")
        return
    if last.status != 429:
        client.broken(rules.RATE, operation, last, expected=f"429 for request {RATE + 1}", got=last.answer())
        return
    headers(client, operation, last, RATE)


def headers(client: ScenarioClient, operation: Operation, last: Exchange, rate: int) -> None:
    """A refusal gives the requests in a minute, that none is left, and the seconds to wait."""
    for name, words, right in _HEADERS:
        got, expected = last.headers.get(name.lower()), words.format(rate=rate)
        if got is None or not right(got, rate):
            client.broken(
                rules.RATE_HEADERS, operation, last, expected=expected, got=_shown_value(got, last), where=name
            )


def _shown_value(text: str | None, last: Exchange) -> str:
    """The value of a header for a report; texts of a real host are left out."""
    if text is None:
        return "no such header"
    return text if text.isdecimal() or not last.private else "another value"
