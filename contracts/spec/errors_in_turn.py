"""Errors of schemas that contain themselves in several ways, found component by component.

A validator that holds all of such schemas looks at a part of a value once for each way that leads to it: with every
level of the value there are several times as many.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema_rs

Path = Sequence[str | int]


class ErrorBelow:
    """An error of a component's validator, with the paths that lead from the whole value and the whole schema to it."""

    def __init__(self, error: jsonschema_rs.ValidationError, above: Path, way: Path) -> None:
        self.kind, self.message, self.instance = error.kind, error.message, error.instance
        self.instance_path = [*above, *error.instance_path]
        self.evaluation_path = [*way, *error.evaluation_path]


def errors_in_turn(
    validators: Any, keyword: str, validator: jsonschema_rs.Validator, value: Any
) -> Iterator[ErrorBelow]:
    """The errors of a validator that is cut at each component: an error of the cut is asked of the component.

    ``keyword`` is the cut; its error tells the reference. Each component is asked about each place once.
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
