"""A scenario with the right key, written in another way: one that HTTP takes for the same, and one that it does not."""

from contracts.rules import access as rules
from contracts.scenarios.client import ScenarioClient
from contracts.spec.document import Operation

_REFUSED = (401, 403)


def schemes(client: ScenarioClient, operation: Operation) -> None:
    """The name of the scheme may have any case: ``bearer`` opens as well as ``Bearer``. The key may not."""
    for scheme in ("bearer", "BEARER"):
        headers = {**client.headers(operation), "Authorization": f"{scheme} {client.target.key}"}
        exchange = client.call(operation, headers=headers)
        if exchange.status in _REFUSED:
            due = f"the same answer as to Bearer, for {scheme}"
            client.broken(rules.SCHEME_CASE, operation, exchange, expected=due, got=exchange.answer(), where=scheme)
    turned = client.target.key.swapcase()
    if turned == client.target.key:
        return
    exchange = client.call(operation, headers={**client.headers(operation), "Authorization": f"Bearer {turned}"})
    if exchange.status not in _REFUSED:
        due = "401 for the key in another case"
        client.broken(rules.IGNORED_AUTH, operation, exchange, expected=due, got=exchange.answer(), where="case")
