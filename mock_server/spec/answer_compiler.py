"""The answers of an operation, read from a document."""

import re
from collections.abc import Iterator
from typing import Any

from mock_server.spec.compilation import Compilation
from mock_server.spec.document import Node, escape
from mock_server.spec.operation import JSON, Response
from mock_server.spec.schema import Schema

_OURS = re.compile("x-mock-", re.IGNORECASE)  # these tell what the mock did
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What an answer is and where it ends is said by who sends it; OpenAPI has no say in the first.
_OF_THE_SERVER = frozenset(
    {
        *("content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"),
        *("trailer", "upgrade", "date"),
    }
)
_CODE = re.compile(r"[1-5]([0-9][0-9]|XX)", re.IGNORECASE)


class AnswerCompiler:
    """Reads answers of one document, each once; what is wrong with them is noted in the compilation."""

    def __init__(self, shared: Compilation) -> None:
        self._shared, self._document = shared, shared.document
        self._made: dict[tuple[int, str], Response] = {}

    def answers(self, pointer: str, node: Node) -> Iterator[tuple[int, Response]]:
        """The answers of the operation ``node`` at ``pointer``, by status."""
        if "responses" not in node:
            return
        with self._shared.noting():
            where, responses = self._document.mapping(f"{pointer}/responses", "responses")
            named = {code: int(code.upper().replace("X", "0")) for code in responses if _CODE.fullmatch(code)}
            if "default" in responses and not any(200 <= status < 300 for status in named.values()):
                named["default"] = 200  # it says nothing that we could promise, unless nothing else does
            for code in sorted(named, key=str.isdigit):  # `2XX` before the exact ones, which count more
                status, place = named[code], f"{where}/{escape(code)}"
                if 200 <= status < 300:
                    with self._shared.noting():
                        yield status, self._response(status, place)
                else:  # whoever asks for nothing wrong never sees it
                    answer = Response(status, "", None, {}, {})
                    with self._shared.leaving_out():
                        answer = self._response(status, place)
                    yield status, answer

    def _response(self, status: int, pointer: str) -> Response:
        where, response = self._document.mapping(pointer, "a response")
        if (status, where) in self._made:  # most operations refuse in the same words
            return self._made[status, where]
        headers = dict(self._headers(where, response)) if "headers" in response else {}
        schema, given = None, {}
        if "content" in response:
            _, content = self._document.mapping(f"{where}/content", "content")
            media = next((name for name in content if JSON.fullmatch(name)), None)
            if media is not None:
                start, entry = self._document.mapping(f"{where}/content/{escape(media)}", "a media type")
                schema = self._shared.schema(f"{start}/schema") if "schema" in entry else None
                given = self._given(start, entry, schema)
        made = Response(status, str(response.get("description", "")), schema, given, headers)
        self._made[status, where] = made
        return made

    def _headers(self, where: str, response: Node) -> Iterator[tuple[str, str]]:
        _, headers = self._document.mapping(f"{where}/headers", "headers")
        for name in headers:
            pointer, header = self._document.mapping(f"{where}/headers/{escape(name)}", "a header")
            example = header.get("example")
            if example is None and "schema" in header:
                example = self._shared.schema(f"{pointer}/schema").example
            sendable = _TOKEN.fullmatch(name) and name.lower() not in _OF_THE_SERVER and not _OURS.match(name)
            if sendable and example is not None and str(example).isprintable():
                yield name.lower(), str(example)

    def _given(self, start: str, entry: Node, schema: Schema | None) -> dict[str, Any]:
        """The examples of an answer, by name."""
        given: dict[str, Any] = {}
        named = entry.get("examples")
        if "example" in entry:
            given[""] = entry["example"]
        elif isinstance(named, dict):
            for name in named:
                _, example = self._document.resolve(f"{start}/examples/{escape(name)}")
                if isinstance(example, dict) and "value" in example:
                    given[name] = example["value"]
        if not given and schema and schema.example is not None:
            given[""] = schema.example
        return given
