"""How the parts of an operation are known, by the marks in the document."""

from collections import Counter
from typing import Any

from contracts.spec.document import Operation
from contracts.spec.provenance import Provenance


def describe_provenance(operation: Operation) -> str:
    """The mark of an operation, and how many of its parts have another one of their own."""
    paths = operation.document.raw["paths"]
    node = operation.document.resolve(operation.document.resolve(paths[operation.path])[operation.method.lower()])
    counts: Counter[str] = Counter()
    _count(operation, node, counts, set())
    counts.pop(operation.provenance, None)
    parts = ", ".join(f"{counts[mark]} {mark}" for mark in Provenance if counts[mark])
    return f"{operation.provenance}; of its parts {parts}" if parts else str(operation.provenance)


def _count(operation: Operation, node: Any, counts: Counter[str], met: set[int]) -> None:
    """Count the marks below a node; a shared component is counted once for each operation."""
    waiting = [node]
    while waiting:
        here = operation.document.resolve(waiting.pop())
        if id(here) in met or not isinstance(here, dict | list):
            continue
        met.add(id(here))
        if isinstance(here, dict):
            counts.update([here["x-provenance"]] if isinstance(here.get("x-provenance"), str) else [])
            waiting += here.values()
        else:
            waiting += here
