"""The shapes that recordings have of answers: one for each operation and status."""

from collections.abc import Iterable, Mapping

from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.shape import Shape, merged

AnswerKey = tuple[str, int]
"""An operation and a status."""


def recorded_shapes(recordings: Iterable[ShapeRecording]) -> Mapping[AnswerKey, Shape]:
    """The shape of all bodies that an operation answered with a status."""
    found: dict[AnswerKey, dict[int, Shape]] = {}
    for recording in recordings:
        for it in recording.exchanges:
            if it.body is not None:  # an object that comes again is merged once
                found.setdefault((it.operation, it.status), {})[id(it.body)] = it.body
    return {key: shape for key, parts in found.items() if (shape := merged(parts.values())) is not None}
