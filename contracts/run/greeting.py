"""The first request of a run. It shows whether a server answers, whether it is the API, and whether it is a mock."""

from contextlib import suppress
from dataclasses import replace

from contracts.errors import CannotRun
from contracts.real_host.read_plan import ReadStep
from contracts.scenarios.client import ScenarioClient
from contracts.spec.samples import CannotSample
from contracts.transport.exchange import Exchange
from contracts.transport.network_errors import NETWORK_ERRORS, answered, in_words, remedy
from contracts.transport.target import Target


def _knock(client: ScenarioClient) -> Exchange:
    """Ask for nothing that the document has: it has no operation that can be read without an id."""
    operation = next(iter(client.contract.operations.values()))
    return client.send("GET", f"{client.target.origin}/suite-nothing", client.headers(operation))


def _asked(client: ScenarioClient, step: ReadStep | None) -> tuple[ReadStep | None, Exchange]:
    """Make the first step, unless there is none or no request for it can be made; return it with the answer."""
    if step is not None:
        with suppress(CannotSample):
            return step, client.call(step.operation, query=step.query)
    return None, _knock(client)


def _is_page(step: ReadStep, exchange: Exchange) -> bool:
    """True for a web page where the document has none."""
    success = step.operation.success
    is_documented = success is not None and success.media_types and success.admits(exchange.media_type)
    return exchange.media_type == "text/html" and not is_documented


def greet(client: ScenarioClient, step: ReadStep | None) -> Target:
    """Make the first ``step`` of a run, and return the target with what the answer shows of it.

    Raises CannotRun when no server answers, when it refuses the key, or when it is not the API.
    """
    target = client.target
    try:
        step, exchange = _asked(client, step)
    except NETWORK_ERRORS as fault:
        if answered(fault):
            raise CannotRun(f"{target.origin}: {in_words(fault)}", "give the URL of the API itself") from None
        raise CannotRun(f"{target.origin} does not answer: {in_words(fault)}", remedy(fault)) from None
    if exchange.status in (401, 403):
        raise CannotRun(f"{target.origin} refuses the key ({exchange.status})", "put one in SOPHIIE_API_KEY")
    if step and (_is_page(step, exchange) or exchange.status == 404):
        reason = f"{step.operation.key} answers {exchange.status} {exchange.media_type}: this is not the API"
        raise CannotRun(f"{target.origin}: {reason}", "give the URL of the API itself")
    is_mock = target.is_mock or (target.local and "x-mock-request-id" in exchange.headers)
    return replace(target, is_mock=is_mock)
