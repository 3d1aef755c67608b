"""The rate limit, on a mock that was started with one."""

from contracts.checks import access as rules
from contracts.document import Operation
from contracts.probe import Probe


def window(probe: Probe, operation: Operation, limit: int) -> None:
    """Exactly ``limit`` requests pass; the next is 429, with what is left of the window in seconds."""
    statuses = [probe.call(operation).status for _ in range(limit)]
    if set(statuses) != {200}:
        passed = statuses.count(200)
        probe.broken(rules.RATE, operation, f"{limit} requests to pass", f"{passed} passed")
        return
    exchange = probe.call(operation)
    if exchange.status != 429:
        probe.broken(rules.RATE, operation, f"429 for request {limit + 1}", exchange.answer(), exchange)
        return
    headers = exchange.headers
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-limit") != str(limit) or headers.get("x-ratelimit-remaining") != "0":
        got = f"{headers.get('x-ratelimit-limit')} and {headers.get('x-ratelimit-remaining')}"
        probe.broken(rules.RATE_HEADERS, operation, f"limit {limit}, remaining 0", got, exchange)
    if not reset.isdigit() or int(reset) > 60:
        probe.broken(rules.RATE_HEADERS, operation, "a span of 60 seconds at most", f"reset {reset}", exchange)
