"""Scenarios about one limit for all operations: each surface counts reads and writes, and refuses both."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from contracts.rules import access as rules
from contracts.scenarios import rate_limit
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.second_tenant import SecondTenant
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange

Limited = Callable[[int], AbstractContextManager[ScenarioClient]]


@contextmanager
def limited_client(client: ScenarioClient, rate: int) -> Generator[ScenarioClient, None, None]:
    """A client of an organization with this many requests a minute. Raises ScenarioSkipped."""
    tenant = SecondTenant(b'{"rateLimit": %d}' % rate)
    tenant.create(client)
    if not tenant.key:
        raise ScenarioSkipped("the mock makes no organization with a rate limit")
    show_evidence = partial(tenant.show_evidence, known_as=client.target.other_key)
    try:
        yield client.elsewhere(tenant.key, show_evidence)
    finally:
        tenant.delete(client)


def counted(limited: Limited, operations: Sequence[Operation]) -> None:
    """Send one request to each operation until the limit is used up; then each must be answered 429."""
    with limited(len(operations)) as client:
        for operation in operations:
            exchange = _ask(client, operation)
            if exchange.status == 429:
                client.broken(rules.RATE, operation, exchange, expected="one request counted once", got="429 too early")
                return
        if _ask(client, operations[0]).status != 429:
            _not_counted(limited, operations)
            return
        left: list[tuple[int, Exchange]] = []
        for operation in operations:
            exchange = _ask(client, operation)
            if exchange.status != 429:
                client.broken(rules.RATE, operation, exchange, expected="429, as for all others", got=exchange.answer())
            else:
                rate_limit.headers(client, operation, exchange, len(operations))
                _counts_down(client, operation, exchange, left)


def _counts_down(
    client: ScenarioClient, operation: Operation, exchange: Exchange, left: list[tuple[int, Exchange]]
) -> None:
    """The remaining seconds of a window never grow. ``left`` is the smallest so far, with its answer."""
    text = exchange.headers.get("x-ratelimit-reset", "")
    if not text.isdecimal():
        return
    if left and int(text) > left[-1][0]:
        due = f"{left[-1][0]} seconds at most, as a moment ago"
        client.broken(
            rules.RATE_HEADERS, operation, left[-1][1], exchange, expected=due, got=text, where="seconds-left"
        )
    else:
        left.append((int(text), exchange))


def _not_counted(limited: Limited, operations: Sequence[Operation]) -> None:
    """Find operations that do not count: after them another request passes although the limit is one."""
    for operation in operations:
        with limited(1) as client:
            first, second = _ask(client, operation), _ask(client, operation)
            third = _ask(client, next(other for other in operations if other is not operation))
            if third.status != 429:
                client.broken(
                    rules.RATE, operation, first, second, third, expected="429 after the only request there is",
                    got=third.answer(),
                )  # fmt: skip


def _ask(client: ScenarioClient, operation: Operation) -> Exchange:
    """Send a request with ids that no record has: a refused request counts as well."""
    ids = [parameter.example or 1 for parameter in operation.parameters_in("path")]
    return client.call(operation, *ids, body=client.sampler.some_body(operation))
