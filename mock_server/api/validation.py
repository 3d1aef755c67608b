"""Checks a request against the contract: path, query, header, cookie, content type, body. It gives a plain value."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mock_server.api.ignored_input import Ignored, ignored
from mock_server.api.payload import BodyReader
from mock_server.errors import BadRequest, InvalidPart, NotFound, Problem
from mock_server.spec.operation import Operation
from mock_server.spec.parameter import ABSENT, Parameter
from mock_server.spec.parameter_values import Unreadable
from mock_server.support.wire_texts import Texts, UnreadableQuery, cookie_texts, query_texts

Headers = Mapping[bytes, bytes]


@dataclass(slots=True)
class ValidRequest:
    """A checked request, as a behaviour gets it. ``ignored`` names the parts that have no effect."""

    path: Sequence[Any]
    query: Mapping[str, Any]
    body: Any
    ignored: Sequence[Ignored] = ()


class RequestReader:
    """Reads and checks the requests to one operation; what depends on the operation alone is made ready here.

    ``idle`` are query parameters that the operation has and nobody looks at.
    """

    def __init__(self, operation: Operation, idle: Sequence[str] = ()) -> None:
        self._operation, self._idle = operation, idle
        self._hides = 404 in operation.responses
        self._asks = "query" in operation.locations
        places = (("header", _header_texts), ("cookie", _cookie_texts))
        self._elsewhere = [(place, read) for place, read in places if place in operation.locations]
        self._body = BodyReader(operation) if operation.bodies else None

    def __call__(self, path: Sequence[str], query: bytes, headers: Headers, body: bytes) -> ValidRequest:
        """The values of a request.

        Raises BadRequest with the problems and their remedies, of a body the first ones; NotFound for a path that can
        name nothing, where the operation documents that answer (gap ``malformed-ids``); UnsupportedMediaType.
        """
        operation, problems = self._operation, list[Problem]()
        pairs = zip(operation.path_parameters, path, strict=True)
        values = [_of_path(parameter, text, problems) for parameter, text in pairs]
        if problems and self._hides:
            raise NotFound(*map(str, problems))
        texts = _query_texts(query, problems) if query else {}
        asked = _from_texts(operation, "query", texts, problems) if self._asks else {}
        for place, read in self._elsewhere:
            _from_texts(operation, place, read(headers), problems)
        payload = self._body.load(headers.get(b"content-type", b""), body, problems) if self._body else None
        if problems:
            said = {str(problem): problem for problem in problems}  # two parts of a schema may say one thing
            raise BadRequest(*said, parts=[it for it in said.values() if isinstance(it, InvalidPart)])
        unread = ignored(operation, texts, payload, self._idle) if texts or payload is not None else ()
        return ValidRequest(values, asked, payload, unread)


def _of_path(parameter: Parameter, text: str, problems: list[Problem]) -> Any:
    try:
        if "%" in text:
            unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(str(Problem(parameter.where, "is not UTF-8"))) from None
    return _value(parameter, {parameter.key: [text]}, (), problems)


def _value(parameter: Parameter, texts: Texts, taken: Container[str], problems: list[Problem]) -> Any:
    """The parameter's value, ABSENT where the texts have none that can be read."""
    try:
        value = parameter.find(texts, taken)
    except Unreadable as fault:
        problems.append(parameter.fault(str(fault)))
        return ABSENT
    if value is not ABSENT and not parameter.schema.accepts(value):
        problems.extend(parameter.problems(value))
    return value


def _query_texts(query: bytes, problems: list[Problem]) -> Texts:
    try:
        return query_texts(query)
    except UnreadableQuery as fault:
        problems.append(Problem("query", str(fault)))
        return {}


def _from_texts(operation: Operation, location: str, texts: Texts, problems: list[Problem]) -> dict[str, Any]:
    values = {}
    for parameter in operation.located[location]:
        value = _value(parameter, texts, operation.single_names, problems)
        if value is not ABSENT:
            values[parameter.name] = value
        elif parameter.required and parameter.key not in texts:
            problems.append(parameter.fault("is missing", parameter.hint))
        elif parameter.default is not None:
            values[parameter.name] = parameter.default
    return values


def _header_texts(headers: Headers) -> Texts:
    return {name.decode("latin-1"): [value.decode("latin-1")] for name, value in headers.items()}


def _cookie_texts(headers: Headers) -> Texts:
    return cookie_texts(headers.get(b"cookie", b"").decode("latin-1"))
