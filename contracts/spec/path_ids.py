"""Ids that a path takes, and that no record has; what else a document knows of the records above a list, or a path."""

from collections.abc import Sequence
from typing import Any

from contracts.spec.document import Contract, Operation, blank

_NO_UUID = "00000000-0000-4000-8000-000000000000"


def ids_of_the_form(operation: Operation, ids: Sequence[Any]) -> list[Any]:
    """Return the ids that the path of an operation takes; a UUID if it takes none of them."""
    parameter = next(iter(operation.parameters_in("path")), None)
    if parameter is None:
        return list(ids)
    validator = operation.document.validator(parameter.schema)
    fits = [id for id in ids if validator.is_valid(id) or validator.is_valid(str(id))]
    return fits or [id for id in (_NO_UUID,) if validator.is_valid(id)]


def in_order_of_parameters(operation: Operation, ids: Sequence[Any]) -> list[Any]:
    """The ids of a path, from left to right, in the order in which the operation lists its parameters."""
    names = [parameter.name for parameter in operation.parameters_in("path")]
    placed = dict(zip(sorted(names, key=lambda name: operation.path.find(f"{{{name}}}")), ids, strict=False))
    return [placed[name] for name in names if name in placed]


def knows_parents(contract: Contract, operation: Operation) -> bool:
    """Tell whether a document has an operation of the records above a list; else nobody can say which there are."""
    above = f"{blank(operation.path).partition('{}')[0]}{{}}"
    return operation.document.vendors or any(blank(other.path) == above for other in contract.operations.values())


def shares_path(contract: Contract, operation: Operation, path: str) -> bool:
    """Tell whether the path of a request fits another path of the document too, which has further methods."""
    fitting = [other for other in contract.operations.values() if other.pattern.fullmatch(path)]
    return {other.method for other in fitting} > {it.method for it in fitting if it.path == operation.path}
