"""Ids that a path takes, and that no record has; what else a document knows of the records above a list, or a path."""

from collections.abc import Sequence
from typing import Any

from contracts.spec.document import Contract, Operation, blank

USUAL_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY"})
"""The methods that the suite sends; nothing is known of those that a document has as `additionalOperations`."""
_PLAIN = ("string", "integer", "number", "boolean")
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
    """Tell whether a document says which records are above a list: an operation is of them, and one supplies them.

    That is at the path of their collection, or below another record under the same word.
    """
    collection = blank(operation.path).partition("/{}")[0]
    others = contract.operations.values()
    if operation.document.vendors:
        return True
    nested = f"/{{}}/{collection.rpartition('/')[2]}"
    named = any(blank(other.path) == f"{collection}/{{}}" for other in others)
    return named and any(
        _supplies(it) for it in others if blank(it.path) == collection or blank(it.path).endswith(nested)
    )


def _supplies(operation: Operation) -> bool:
    """True for an operation at a collection that creates a record, or that may list some: names alone are none."""
    answer = operation.success
    if operation.method != "GET" or answer is None or answer.schema is None:
        return operation.method == "POST"
    schema = operation.document.resolve(answer.schema)
    if schema.get("type") != "array":
        return bool(operation.document.properties(schema))
    return operation.document.resolve(schema.get("items", {})).get("type") not in _PLAIN


def shares_path(contract: Contract, operation: Operation, path: str) -> bool:
    """Tell whether the path of a request has methods that a generator does not know of.

    They are those of another path that fits as well, and those of `additionalOperations`.
    """
    fitting = [other for other in contract.operations.values() if other.pattern.fullmatch(path)]
    own = {it.method for it in fitting if it.path == operation.path and it.method in USUAL_METHODS}
    return {other.method for other in fitting} > own
