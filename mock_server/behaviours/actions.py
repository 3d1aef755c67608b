"""The change that an action makes in a record: its state, its flags, and the time in the field that has its name."""

from collections.abc import Mapping
from typing import Any

from mock_server.behaviours.registry import OperationContext
from mock_server.spec.actions import effects, moments, undone_moments
from mock_server.spec.families import TIMES
from mock_server.workspaces.fitting import as_time


def acted(call: OperationContext, word: str) -> Mapping[str, Any]:
    """The fields of the record that an action called ``word`` sets: ``cancel`` sets `status` and `cancelledAt`."""
    shapes = call.binding.family.shapes
    fields: dict[str, Any] = {**effects(word, shapes)}
    for name, part in moments(word, shapes).items():
        form = next((index for index, time in enumerate(TIMES) if part.accepts(time)), None)
        if form is not None:
            fields[name] = as_time(call.now, form)
    return {**fields, **dict.fromkeys(undone_moments(word, shapes))}
