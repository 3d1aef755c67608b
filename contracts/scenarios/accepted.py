"""Tell whether an answer says that a valid request was accepted."""

from contracts.spec.document import Operation
from contracts.transport.exchange import Exchange


def is_accepted(operation: Operation, exchange: Exchange) -> bool:
    """True for a success, and for a documented answer that leads elsewhere."""
    return exchange.succeeded or leads_elsewhere(operation, exchange)


def leads_elsewhere(operation: Operation, exchange: Exchange) -> bool:
    """True for a documented 3xx: the request was taken, and nothing more can be learned from the answer."""
    return 300 <= exchange.status < 400 and str(exchange.status) in operation.answers
