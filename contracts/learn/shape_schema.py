"""Schemas and JSONPaths for the actions of an Overlay."""

from collections.abc import Iterable
from typing import Any

from contracts.shapes.shape import Shape
from contracts.shapes.text_classes import Kind, TextFormat
from contracts.shapes.vocabulary import ANY_NAME

_FORMATS = {TextFormat.MOMENT: "date-time", TextFormat.OTHER_MOMENT: "date-time", TextFormat.DATE: "date",
            TextFormat.EMAIL: "email", TextFormat.URL: "uri", TextFormat.UUID: "uuid"}  # fmt: skip


def json_path(steps: Iterable[str | int]) -> str:
    """The JSONPath (RFC 9535) to the place that steps lead to."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f"['{quoted(step)}']" for step in steps)


def quoted(step: str) -> str:
    """A name as it stands between apostrophes in a JSONPath."""
    return step.replace("\\", "\\\\").replace("'", "\\'")


def schema_of(shape: Shape) -> dict[str, Any]:
    """A schema that a shape is of."""
    kinds = sorted(shape.kinds - {Kind.INTEGER} if Kind.NUMBER in shape.kinds else shape.kinds)
    found: dict[str, Any] = (
        {"type": str(kinds[0]) if len(kinds) == 1 else [str(kind) for kind in kinds]} if kinds else {}
    )
    forms = {_FORMATS.get(form) for form in shape.formats}
    if len(forms) == 1 and (form := forms.pop()) and Kind.STRING in shape.kinds:
        found["format"] = form
    if shape.items is not None:
        found["items"] = schema_of(shape.items)
    named = {str(name): member for name, member in shape.members.items() if name != ANY_NAME}
    if named:
        found["properties"] = {name: schema_of(member) for name, member in named.items()}
        found["required"] = sorted({*named} - {*map(str, shape.optional)})
    if ANY_NAME in {*map(str, shape.members)}:
        found["additionalProperties"] = True
    return found
