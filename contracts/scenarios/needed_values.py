"""Values for the required parameters of operations: a scenario sends them with every request."""

from typing import Any

from contracts.spec.document import Operation
from contracts.spec.operation_parts import Parameter
from contracts.spec.samples import CannotSample, Sampler


class NeededValues:
    """Chooses values for required parameters.

    In a query, an operation always gets the same values, because requests that are compared must ask the same; a
    header may need a new value each time.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._queries: dict[str, dict[str, Any]] = {}

    def in_place(self, operation: Operation, place: str) -> dict[str, Any]:
        """Values for the required parameters in ``place``, by the names that they have in a request."""
        if place != "query":
            return self._made(operation, place)
        if operation.key not in self._queries:
            self._queries[operation.key] = self._made(operation, place)
        return {**self._queries[operation.key]}

    def _made(self, operation: Operation, place: str) -> dict[str, Any]:
        if place == "query" and any(it.required for it in operation.parameters_in("querystring")):
            raise CannotSample(f"{operation.key} takes the whole query as one value")
        required = (parameter for parameter in operation.parameters_in(place) if parameter.required)
        if place != "query":
            return {it.name: self._value(operation, it) for it in required}
        return {name: part for it in required for name, part in it.in_query(self._value(operation, it)).items()}

    def _value(self, operation: Operation, parameter: Parameter) -> Any:
        """The example or, in a query, the default; a fitting value if the document has no valid one.

        Raises CannotSample if there is none of these.
        """
        usual = parameter.schema.get("default") if parameter.place == "query" else None
        validator = operation.document.validator(parameter.schema)
        shown = [it for it in (parameter.example, usual) if it is not None]
        valid = [it for it in shown if validator.is_valid(it)]
        if valid:
            return valid[0]
        try:
            return self._sampler.value(operation.document, parameter.schema)
        except CannotSample:
            if not shown:
                raise
            return shown[0]
