"""Requests of the emulated API that can be answered while most of a large world is still being made."""

from urllib.parse import parse_qsl

from mock_server.behaviours.registry import by_hand
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation
from mock_server.store.late_collections import LateCollections


def is_early(contract: Contract, operation: Operation, query: bytes, late: LateCollections) -> bool:
    """True if a request reads a page of an early kind in its usual order, or one record of it.

    Another answer takes the whole world, or every record of a kind.
    """
    binding = contract.bindings.get(operation.key)
    if operation.method != "GET" or binding is None or by_hand(operation.key) or not late.can_read(binding.family.kind):
        return False
    paging = {parameter.name for parameter in binding.paging.values()}
    return {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)} <= paging
