"""Rules of the document that a request broke, by place and keyword; the value that broke them is not shown."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

from contracts.rules.first_violations import first_problems, place_of
from contracts.rules.object_members import undocumented
from contracts.shapes.exchanges import Keyword, Part
from contracts.spec.document import Operation
from contracts.spec.operation_parts import Parameter
from contracts.transport.exchange import NOT_JSON, Exchange

Found = tuple[Part, Sequence[str], Keyword]
_INTEGER_DIGITS = 18


def breaches_of(operation: Operation, exchange: Exchange, sent: Any) -> Iterator[Found]:
    """Every rule of the operation that a request broke."""
    yield from _path(operation, exchange)
    yield from _query(operation, exchange)
    if operation.body is None:
        return
    if sent is NOT_JSON:
        if operation.body_required and not exchange.sent_body:
            yield Part.BODY, (), Keyword.REQUIRED
        return
    for error in first_problems(operation.document, operation.body, sent):
        yield Part.BODY, _steps(place_of(error)), keyword(error.kind.name)
    for place, _, _ in undocumented(operation.document, operation.body, sent):
        yield Part.BODY, _steps(place), Keyword.UNKNOWN


def keyword(text: str) -> Keyword:
    """The keyword of a validator's error; ``other`` for one that tells nothing of its own."""
    return Keyword(text) if text in {*Keyword} else Keyword.OTHER


def _steps(pointer: str) -> Sequence[str]:
    return [step for step in pointer.split("/") if step]


def _path(operation: Operation, exchange: Exchange) -> Iterator[Found]:
    template, steps = operation.path.split("/"), exchange.path.split("/")
    known = {parameter.name: parameter for parameter in operation.parameters_in("path")}
    for part, text in zip(template, steps, strict=False):
        parameter = known.get(part.strip("{}")) if part.startswith("{") else None
        if parameter is not None:
            yield from _value(operation, parameter, unquote(text), Part.PATH)


def _query(operation: Operation, exchange: Exchange) -> Iterator[Found]:
    parameters = operation.parameters_in("query")
    given = parse_qsl(exchange.query, keep_blank_values=True)
    for name, text in given:
        parameter = next((it for it in parameters if it.takes(name)), None)
        if parameter is None:
            yield Part.QUERY, [name], Keyword.UNKNOWN
        elif parameter.name == name and parameter.schema.get("type") != "array":
            yield from _value(operation, parameter, text, Part.QUERY)
    names = {name for name, _ in given}
    for parameter in parameters:
        if parameter.required and parameter.name not in names:
            yield Part.QUERY, [parameter.name], Keyword.REQUIRED


def _value(operation: Operation, parameter: Parameter, text: str, part: Part) -> Iterator[Found]:
    kinds = parameter.schema.get("type")
    value: Any = text
    if kinds in ("integer", "number") and text.lstrip("-").isdecimal() and len(text) <= _INTEGER_DIGITS:
        value = int(text)
    elif kinds == "boolean":
        value = {"true": True, "false": False}.get(text, text)
    for error in first_problems(operation.document, parameter.schema, value):
        yield part, [parameter.name], keyword(error.kind.name)
