"""Compile the answers of an operation from a document."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mock_server.spec.compilation import Compilation
from mock_server.spec.content import Content
from mock_server.spec.document import Node
from mock_server.spec.media_types import is_json
from mock_server.spec.operation import Response
from mock_server.spec.parameter_values import cast
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import write_json
from mock_server.support.json_pointer import escape

_OURS = re.compile("x-mock-", re.IGNORECASE)  # these tell what the mock did
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# The sender says what an answer is and where it ends; OpenAPI has no say in the first.
_OF_THE_SERVER = frozenset(
    {
        *("content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"),
        *("trailer", "upgrade", "date"),
    }
)
_CODE = re.compile(r"[1-5]([0-9][0-9]|XX)", re.IGNORECASE)


class AnswerCompiler:
    """Compiles the answers of one document, each once. It notes their faults in the compilation."""

    def __init__(self, shared: Compilation) -> None:
        self._shared, self._document = shared, shared.document
        self._made: dict[tuple[int, str], Response] = {}

    def answers(self, pointer: str, node: Node) -> Iterator[tuple[str, Response]]:
        """The answers of the operation ``node`` at ``pointer``, by their key: ``200``, ``4XX``, ``default``."""
        if "responses" not in node:
            return
        with self._shared.noting():
            where, responses = self._document.mapping(f"{pointer}/responses", "responses")
            for code in responses:
                status = _status(code)
                if status and (200 <= status < 300 or code == "default"):
                    with self._shared.noting():
                        yield _code(code), self._response(status, f"{where}/{escape(code)}")
                elif status:  # whoever asks for nothing wrong never sees it
                    answer = Response(status, "", None, {}, {})
                    with self._shared.leaving_out():
                        answer = self._response(status, f"{where}/{escape(code)}")
                    yield _code(code), answer

    def _response(self, status: int, pointer: str) -> Response:
        where, response = self._document.mapping(pointer, "a response")
        if (status, where) in self._made:  # most operations refuse in the same words
            return self._made[status, where]
        fields = list(self._headers(where, response)) if "headers" in response else []
        contents = tuple(self._contents(where)) if "content" in response else ()
        main = _main(contents)
        made = Response(
            status=status,
            description=str(response.get("description", "")),
            schema=main.schema if main else None,
            given=main.given if main else {},
            headers={name: value for name, value in fields if isinstance(value, str)},
            contents=contents,
            required_headers={name: value for name, value in fields if isinstance(value, Schema)},
            header_names=frozenset(name for name, _ in fields),
        )
        self._made[status, where] = made
        return made

    def _contents(self, where: str) -> Iterator[Content]:
        """The contents of an answer by media type. One of several that cannot be served is left out."""
        _, content = self._document.mapping(f"{where}/content", "content")
        for media in content:
            with self._shared.leaving_out() if len(content) > 1 and not is_json(media) else self._shared.noting():
                start, entry = self._document.mapping(f"{where}/content/{escape(media)}", "a media type")
                word = next((word for word in ("schema", "itemSchema") if word in entry), None)
                schema = self._shared.schema(f"{start}/{word}") if word else None
                yield Content(media, schema, self._given(start, entry, schema))

    def _headers(self, where: str, response: Node) -> Iterator[tuple[str, str | Schema | None]]:
        """The headers of an answer, by name: the document's value, a schema from which one must be made, or neither."""
        _, headers = self._document.mapping(f"{where}/headers", "headers")
        for name in headers:
            if not _TOKEN.fullmatch(name) or name.lower() in _OF_THE_SERVER or _OURS.match(name):
                continue
            pointer, header = self._document.mapping(f"{where}/headers/{escape(name)}", "a header")
            start, entry = self._described(pointer, header)
            schema = self._shared.schema(f"{start}/schema") if "schema" in entry else None
            given = self._given(start, entry, schema)
            values = [*(it for it in given.values() if _fits(schema, it)), *_chosen(schema)]
            write = _as_json if entry is not header else _exploded if header.get("explode") is True else header_value
            text = next((text for value in values if (text := write(value)) is not None), None)
            must = header.get("required") is True or name.lower() == "location"
            yield name.lower(), text if text is not None else schema if must else None

    def _described(self, pointer: str, header: Node) -> tuple[str, Node]:
        """Where a header has its schema and its examples: itself, or the JSON that is its content."""
        media = next((it for it in header.get("content") or () if is_json(it)), None)
        return self._document.mapping(f"{pointer}/content/{escape(media)}", "content") if media else (pointer, header)

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


def _status(code: str) -> int:
    """The status for a key below `responses`: the first one of a range, and 0 if the key is not a status."""
    if code == "default":
        return 200  # an operation that names no other answer succeeds with it
    return int(code.upper().replace("X", "0")) if _CODE.fullmatch(code) else 0


def _code(code: str) -> str:
    return code if code == "default" else code.upper()


def _main(contents: Sequence[Content]) -> Content | None:
    """The content that behaviours fill: JSON if there is any, else another format that can write a JSON value."""
    ranked = sorted(contents, key=lambda content: not is_json(content.media))
    return next((content for content in ranked if content.structured), None)


def _fits(schema: Schema | None, value: Any) -> bool:
    """True if a header may have a value: published examples are often a little wrong, or texts of other types."""
    return schema is None or schema.accepts(value) or (isinstance(value, str) and schema.accepts(cast(schema, value)))


def _chosen(schema: Schema | None) -> list[Any]:
    """The value of a header without an example: its schema's default, or one of its few values."""
    if schema is None:
        return []
    return [schema.default, *schema.node.get("enum", ())[:1], schema.node.get("const")]


def _as_json(value: Any) -> str | None:
    return None if value is None else header_value(write_json(value).decode())


def _exploded(value: Any) -> str | None:
    return header_value([f"{key}={part}" for key, part in value.items()] if isinstance(value, dict) else value)


def header_value(value: Any) -> str | None:
    """Write a value as a header has it (style `simple`); None if it cannot stand in one line."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, list):
        text = ",".join(map(str, value))
    elif isinstance(value, dict):
        text = ",".join(f"{key},{part}" for key, part in value.items())
    else:
        text = "" if value is None else str(value)
    return text.strip() if text.strip() and text.isprintable() else None
