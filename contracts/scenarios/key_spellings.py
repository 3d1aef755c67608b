"""A scenario with the right key, written in another way that HTTP takes for the same."""

from contracts.rules import access as rules
from contracts.scenarios.client import ScenarioClient
from contracts.spec.document import Operation

_REFUSED = (401, 403)


def schemes(client: ScenarioClient, operation: Operation) -> None:
    """The name of the scheme may have any case: a client that writes ``bearer`` has the same right to come in."""
    for scheme in ("bearer", "BEARER"):
        headers = {**client.headers(operation), "Authorization": f"{scheme} {client.target.key}"}
        exchange = client.call(operation, headers=headers)
        if exchange.status in _REFUSED:
            due = f"the same answer as to Bearer, for {scheme}"
            client.broken(rules.SCHEME_CASE, operation, exchange, expected=due, got=exchange.answer(), where=scheme)
