"""The body of a request. Its media type must be documented, and its value must fit the schema."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mock_server.api.form_body import read_form
from mock_server.api.multipart_body import read_multipart
from mock_server.api.xml_request import read_xml
from mock_server.errors import InvalidPart, Problem, UnsupportedMediaType
from mock_server.spec.media_types import Format, format_of, is_json, parsed
from mock_server.spec.operation import Operation
from mock_server.spec.schema import Schema
from mock_server.spec.uploaded_file import as_texts
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.json_pointer import split
from mock_server.support.text import shorten

Read = Callable[[Operation, str, str, bytes], Any]

MAX_PROBLEMS = 10
"""Problems of a body that a refusal names; it says so if there are more."""
_MAX_KNOWN = 64  # Content-Types whose way is remembered: clients send the same few
_MAX_CONTENT_TYPE_BYTES = 200  # bytes of one
_MAX_INDEX_DIGITS = 10
_CHARSETS = ("utf-8", "utf8", "us-ascii")


class BodyReader:
    """Reads and checks the bodies of requests to one operation."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._known: dict[bytes, _Way] = {}

    def load(self, content_type: bytes, body: bytes, problems: list[Problem]) -> Any:
        """The value of a body as JSON has it; None for a body that is not read. Errors in it go to ``problems``.

        Raises UnsupportedMediaType, which names the documented types.
        """
        operation = self._operation
        if not body and not _may_be_empty(operation, content_type.decode("latin-1")):
            if operation.body_required:
                problems.append(InvalidPart("body", "is missing", f"send {', '.join(operation.bodies)}", "body"))
            return None
        declared, media, read = self._way(content_type)
        if read is None:
            return None  # any other body is accepted as it is
        try:
            value = read(operation, declared, media, body)
        except NotJson as fault:
            where = f"body, line {fault.line} column {fault.column}" if fault.line else "body"
            problems.append(
                InvalidPart(where, f"not JSON: {fault.what}" if fault.line else fault.what, location="body")
            )
            return None
        except ValueError as fault:
            problems.append(InvalidPart("body", str(fault), location="body"))
            return None
        schema, checked = operation.bodies[declared], as_texts(value) if read is _multipart else value
        if not schema.accepts(checked):
            problems.extend(_problems(schema, checked))
        return value

    def _way(self, content_type: bytes) -> "_Way":
        """How a body of a Content-Type is read. Raises UnsupportedMediaType."""
        way = self._known.get(content_type)
        if way is None:
            media = content_type.decode("latin-1")
            declared = _declared(self._operation, media)
            read = _READERS.get(format_of(media))
            way = _Way(declared, media, None if read is _json and not is_json(media) else read)
            if len(self._known) < _MAX_KNOWN and len(content_type) <= _MAX_CONTENT_TYPE_BYTES:
                self._known[content_type] = way
        return way


class _Way(NamedTuple):
    """The documented media type that a Content-Type is of, its text, and the reader of such bodies, if there is one."""

    declared: str
    media: str
    read: Read | None


def _may_be_empty(operation: Operation, media: str) -> bool:
    """Tell whether nothing at all is a body of this type: a form without a field is one."""
    return format_of(media) is Format.FORM and media != "" and operation.body_required


def _problems(schema: Schema, value: Any) -> Iterator[Problem]:
    found = schema.problems(value, MAX_PROBLEMS + 1)
    for problem in found[:MAX_PROBLEMS]:
        way = (
            [int(token) if token.isdecimal() else token for token in split(problem.where)]
            if problem.where != "/"
            else ()
        )
        yield InvalidPart(f"body {problem.where}", problem.what, problem.remedy, "body", way)
    if len(found) > MAX_PROBLEMS:
        yield Problem("body", f"has more problems than these {MAX_PROBLEMS}", "mend these, and send it again")


def _index(token: str) -> str | int:
    return int(token) if token.isdecimal() and len(token) < _MAX_INDEX_DIGITS else token


def _declared(operation: Operation, media: str) -> str:
    """The documented media type that a Content-Type is of, the one that names it most exactly."""
    sent = parsed(media)
    ranked = sorted(operation.bodies, key=lambda name: parsed(name).is_range)
    for declared in ranked:
        wanted = parsed(declared).essence
        ranged = wanted.endswith("/*") and sent.essence.startswith(wanted[:-1])
        fits = sent.essence == wanted or wanted == "*/*" or ranged
        if fits and (sent.charset in _CHARSETS or format_of(media) not in _IN_UTF_8):
            return declared
    raise UnsupportedMediaType(f"content type `{shorten(media, 60)}`; send {', '.join(operation.bodies)}")


def _json(operation: Operation, declared: str, media: str, body: bytes) -> Any:
    return read_json(body, doubles=True)  # records show what was sent, and every client must be able to read it


def _form(operation: Operation, declared: str, media: str, body: bytes) -> Any:
    return read_form(body, operation.bodies[declared], operation.encodings.get(declared, {}))


def _multipart(operation: Operation, declared: str, media: str, body: bytes) -> Any:
    return read_multipart(body, media, operation.bodies[declared], operation.encodings.get(declared, {}))


def _text(operation: Operation, declared: str, media: str, body: bytes) -> Any:
    return body.decode(errors="replace")  # its encoding is not said; the schema is asked all the same


def _xml(operation: Operation, declared: str, media: str, body: bytes) -> Any:
    return read_xml(body, operation.bodies[declared], parsed(media).parameters.get("charset"))


_IN_UTF_8 = (Format.JSON, Format.FORM, Format.MULTIPART, Format.TEXT)
_READERS: Mapping[Format, Read] = {
    Format.JSON: _json,
    Format.FORM: _form,
    Format.MULTIPART: _multipart,
    Format.TEXT: _text,
    Format.XML: _xml,
}
