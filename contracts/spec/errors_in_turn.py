"""Find the errors of schemas that contain themselves in several ways, component by component.

A validator that contains all such schemas checks a part of a value once for each way that leads to it, so the work
multiplies with every level of the value.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs

Path = Sequence[str | int]


class ErrorBelow:
    """An error of a component's validator, with its paths from the whole value and the whole schema."""

    def __init__(self, error: jsonschema_rs.ValidationError, above: Path, way: Path) -> None:
        self.kind, self.message, self.instance = error.kind, error.message, error.instance
        self.instance_path = [*above, *error.instance_path]
        self.evaluation_path = [*way, *error.evaluation_path]


def errors_in_turn(
    validators: Any, keyword: str, validator: jsonschema_rs.Validator, value: Any
) -> Iterator[ErrorBelow]:
    """The errors of a validator that ends at each component: for an error there, the component is asked.

    ``keyword`` stands where a component begins; its error names the reference. Each component is asked once about a
    place.
    """
    known: set[tuple[str, tuple[str | int, ...]]] = set()
    waiting: list[tuple[jsonschema_rs.Validator, Any, Path, Path]] = [(validator, value, (), ())]
    while waiting:
        asked, part, above, way = waiting.pop()
        for error in asked.iter_errors(part):
            if error.kind.name != keyword:
                yield ErrorBelow(error, above, way)
                continue
            reference = str(error.kind.as_dict()["message"])
            place = (*above, *error.instance_path)
            if (reference, place) not in known:
                known.add((reference, place))
                below = (*way, *list(error.evaluation_path)[:-1], "$ref")
                waiting.append((validators.at(reference).quick, error.instance, place, below))
