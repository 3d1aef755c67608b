"""From a document to its operations: parameters, bodies and answers read, and every validator made."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import METHODS, Document, Node, base_path, escape, kind_of
from mock_server.spec.operation import JSON, PARAMETER, Operation, Response, blanked
from mock_server.spec.parameter import STYLES, Parameter
from mock_server.spec.schema import Schema
from mock_server.spec.schema_lint import SchemaLint

_LOCATIONS = ("path", "query", "header", "cookie")


def operations(document: Document) -> list[Operation]:
    """Every operation, in the document's order. Raises SpecError, one line for each fault."""
    compiler = _Compiler(document, sound=document.known_sound)
    found = compiler.operations()
    if not found and not compiler.faults:
        compiler.faults.append(Problem(f"{document.name}#/paths", "no operations", "add one"))
    if compiler.faults:
        raise SpecError(*dict.fromkeys(compiler.faults))
    document.found_sound()
    return found


def webhooks(document: Document) -> dict[str, Schema]:
    """What the bodies of the document's events look like, by event; one that cannot be read is left out."""
    named = document.root.get("webhooks")
    found: dict[str, Schema] = {}
    for name, item in named.items() if isinstance(named, dict) else ():
        post = item.get("post") if isinstance(item, dict) else None
        if isinstance(post, dict) and "requestBody" in post:
            bodies, _ = _Compiler(document).bodies(f"/webhooks/{escape(name)}/post/requestBody")
            schema = next((schema for media, schema in bodies.items() if JSON.fullmatch(media)), None)
            if schema is not None:
                found[name] = schema
    return found


class _Compiler:
    """One pass over a document. ``faults`` collects what is wrong, so that a person reads of all of it at once."""

    def __init__(self, document: Document, *, sound: bool = False) -> None:
        self.document = document
        self._sound = sound  # then schemas are not looked at again, and a validator is made at its first use
        self.faults: list[Problem] = []
        self._soundness = SchemaLint(document)
        self._made: dict[tuple[int, str], Response] = {}

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except SpecError as fault:
            self.faults.extend(fault.problems)

    def operations(self) -> list[Operation]:
        found = []
        self._paths()
        for path in self.document.root["paths"]:
            if not path.startswith("/"):
                continue
            with self._noting():
                where, item = self.document.mapping(f"/paths/{escape(path)}", "a path item")
                for method in METHODS:
                    if method in item:
                        with self._noting():
                            found.append(self._operation(method, path, where, item))
        return found

    def _paths(self) -> None:
        """Paths that cannot be told apart, or not be matched."""
        seen: dict[str, str] = {}
        for path in self.document.root["paths"]:
            what = ""
            if path.startswith("x-"):
                continue
            if not path.startswith("/"):
                what, remedy = "a path that does not start with `/`", f"write `/{path}`"
            elif "?" in path or "#" in path:
                what, remedy = "a path with a query", "declare query parameters below it"
            elif part := next((part for part in path.split("/") if not re.fullmatch(r"[^{}]*|\{[^{}]+\}", part)), ""):
                what, remedy = f"a parameter that is only part of a segment: `{part}`", "give it a segment of its own"
            elif blanked(path) in seen:
                what, remedy = f"the same path as `{seen[blanked(path)]}` with other parameter names", "merge the two"
            if what:
                self.faults.append(Problem(f"{self.document.name}#/paths/{escape(path)}", what, remedy))
            seen.setdefault(blanked(path), path)

    def _operation(self, method: str, path: str, where: str, item: Node) -> Operation:
        pointer, node = self.document.mapping(f"{where}/{method}", "an operation")
        parameters = self._parameters(((where, item), (pointer, node)), path)
        bodies, required = self.bodies(f"{pointer}/requestBody") if "requestBody" in node else ({}, False)
        responses = dict(self._responses(pointer, node))
        base = base_path(self.document)
        return Operation(
            *(self.document, method.upper(), base, base + path, pointer, node),
            *(parameters, bodies, required, responses),
        )

    def _schema(self, pointer: str, *, sent: bool = False) -> Schema:
        """The schema at ``pointer``, its validator made: a wrong one is refused at start and not in a request."""
        faults = [] if self._sound else self._soundness.faults(pointer)
        if faults or self.faults:
            raise SpecError(*faults)
        schema = Schema(self.document, pointer, sent=True) if sent else Schema.of(self.document, pointer)
        if not self._sound:
            _ = schema.validator
        return schema

    def _parameters(self, owners: tuple[tuple[str, Node], ...], path: str) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for start, owner in owners:
            listed = owner.get("parameters", [])
            if not isinstance(listed, list):
                what = f"parameters are {kind_of(listed)}"
                self.faults += self.document.fault(f"{start}/parameters", what, "list them").problems
                continue
            for index in range(len(listed)):
                with self._noting():
                    parameter = self._parameter(*self.document.mapping(f"{start}/parameters/{index}", "a parameter"))
                    found[parameter.location, parameter.name] = parameter
        for name in PARAMETER.findall(path):
            # A path that names a parameter nobody declared is common; any text fits it.
            text = Schema.inline(self.document, {"type": "string"})
            found.setdefault(("path", name), Parameter(name, "path", True, text))
        return tuple(found.values())

    def _parameter(self, pointer: str, node: Node) -> Parameter:
        name, location = node.get("name"), node.get("in")
        if not isinstance(name, str) or not name:
            raise self.document.fault(f"{pointer}/name", f"a parameter's name is {kind_of(name)}", "name it, in quotes")
        if location not in _LOCATIONS:
            what = f"parameter `{name}` is in {kind_of(location)}"
            raise self.document.fault(f"{pointer}/in", what, f"write one of {', '.join(_LOCATIONS)}")
        style = node.get("style", "form" if location in ("query", "cookie") else "simple")
        if not isinstance(style, str) or style not in STYLES:
            what = f"parameter `{name}` has the style {kind_of(style)}"
            raise self.document.fault(f"{pointer}/style", what, f"write one of {', '.join(STYLES)}")
        media, schema = "", None
        if "content" in node:
            _, content = self.document.mapping(f"{pointer}/content", "content")
            media = next(iter(content), "")
            schema = self._media(f"{pointer}/content/{escape(media)}") if media else None
        elif "schema" in node:
            schema = self._schema(f"{pointer}/schema")
        if schema is None:
            raise self.document.fault(pointer, f"parameter `{name}` has no schema", "give it one")
        return Parameter(
            name=name,
            location=location,
            # The vendor marks some path parameters optional, which OpenAPI does not allow: they are not.
            required=location == "path" or node.get("required") is True,
            schema=schema,
            explode=node.get("explode", style == "form") is True,
            style=style,
            json=bool(JSON.fullmatch(media)),
        )

    def _media(self, pointer: str) -> Schema:
        """The schema of a media type; one that admits anything where it has none."""
        where, entry = self.document.mapping(pointer, "a media type")
        return self._schema(f"{where}/schema", sent=True) if "schema" in entry else Schema.inline(self.document, {})

    def bodies(self, pointer: str) -> tuple[dict[str, Schema], bool]:
        """The schemas of a request body by media type, and whether there has to be one."""
        found: dict[str, Schema] = {}
        required = False
        with self._noting():
            start, body = self.document.mapping(pointer, "a request body")
            required = body.get("required") is True
            _, content = self.document.mapping(f"{start}/content", "content") if "content" in body else ("", {})
            for media in content:
                with self._noting():
                    found[media] = self._media(f"{start}/content/{escape(media)}")
        return found, required

    def _responses(self, pointer: str, node: Node) -> Iterator[tuple[int, Response]]:
        if "responses" not in node:
            return
        with self._noting():
            where, responses = self.document.mapping(f"{pointer}/responses", "responses")
            named = {code: int(code.upper().replace("X", "0")) for code in responses if _CODE.fullmatch(code)}
            if "default" in responses and not any(200 <= status < 300 for status in named.values()):
                named["default"] = 200  # it says nothing that we could promise, unless nothing else does
            for code in sorted(named, key=str.isdigit):  # `2XX` before the exact ones, which count more
                with self._noting():
                    yield named[code], self._response(named[code], f"{where}/{escape(code)}")

    def _response(self, status: int, pointer: str) -> Response:
        where, response = self.document.mapping(pointer, "a response")
        if (status, where) in self._made:  # most operations refuse in the same words
            return self._made[status, where]
        headers = dict(self._headers(where, response)) if "headers" in response else {}
        schema, given = None, {}
        if "content" in response:
            _, content = self.document.mapping(f"{where}/content", "content")
            media = next((name for name in content if JSON.fullmatch(name)), None)
            if media is not None:
                start, entry = self.document.mapping(f"{where}/content/{escape(media)}", "a media type")
                schema = self._schema(f"{start}/schema") if "schema" in entry else None
                given = self._given(start, entry, schema)
        made = Response(status, str(response.get("description", "")), schema, given, headers)
        self._made[status, where] = made
        return made

    def _headers(self, where: str, response: Node) -> Iterator[tuple[str, str]]:
        _, headers = self.document.mapping(f"{where}/headers", "headers")
        for name in headers:
            pointer, header = self.document.mapping(f"{where}/headers/{escape(name)}", "a header")
            example = header.get("example")
            if example is None and "schema" in header:
                example = self._schema(f"{pointer}/schema").example
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
                _, example = self.document.resolve(f"{start}/examples/{escape(name)}")
                if isinstance(example, dict) and "value" in example:
                    given[name] = example["value"]
        if not given and schema and schema.example is not None:
            given[""] = schema.example
        return given


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
