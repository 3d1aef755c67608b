"""The operations of a document, compiled for serving; none is keyed by operationId or parameter name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import METHODS, Document, Node, escape
from mock_server.spec.fitting import Project, filled, projection
from mock_server.spec.parameter import Parameter
from mock_server.spec.pattern import Chance
from mock_server.spec.schema import Schema

_PARAMETER = re.compile(r"\{([^}]*)\}")
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Response:
    """One documented answer. ``examples`` maps the example's name to its value; ``""`` is the unnamed one."""

    status: int
    description: str
    schema: Schema | None
    examples: Mapping[str, Any]
    headers: Mapping[str, Schema]

    @cached_property
    def _project(self) -> Project:
        return projection(self.schema) if self.schema else _as_it_is

    def fit(self, value: Any, chance: Chance) -> Any:
        """``value`` in this answer's shape: without what the schema lacks, with what it asks for."""
        fit = self._project(value)
        if self.schema is None or self.schema.accepts(fit):
            return fit
        return self._project(filled(value, self.schema, chance))


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class Operation:
    """One method on one path. ``key`` names it everywhere: ``GET /v1/leads/{}``."""

    document: Document = field(repr=False)
    method: str
    path: str
    pointer: str
    node: Node = field(repr=False)
    parameters: tuple[Parameter, ...] = field(repr=False)
    bodies: Mapping[str, Schema] = field(repr=False)
    body_required: bool
    responses: Mapping[int, Response] = field(repr=False)

    @cached_property
    def key(self) -> str:
        return f"{self.method} {blanked(self.path)}"

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(blanked(self.path).split("/")[1:])

    @cached_property
    def tag(self) -> str:
        tags = self.node.get("tags")
        return str(tags[0]) if tags else ""

    @cached_property
    def summary(self) -> str:
        return str(self.node.get("summary", ""))

    @cached_property
    def provenance(self) -> str:
        """How the operation is known (design §6); a document without marks is the vendor's own."""
        return str(self.node.get("x-provenance", "documented"))

    @cached_property
    def secured(self) -> bool:
        return bool(self.node.get("security", self.document.root.get("security", [])))

    @cached_property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """In the order in which they stand in the path."""
        by_name = {item.name: item for item in self.parameters if item.location == "path"}
        return tuple(by_name[name] for name in _PARAMETER.findall(self.path))

    @cached_property
    def locations(self) -> frozenset[str]:
        """Where it takes parameters from."""
        return frozenset(parameter.location for parameter in self.parameters)

    @cached_property
    def body(self) -> Schema | None:
        """The schema of its JSON body."""
        return next((schema for media, schema in self.bodies.items() if _JSON.fullmatch(media)), None)

    @cached_property
    def success(self) -> Response:
        """The documented success; an empty 200 when the document names none."""
        for status in sorted(self.responses):
            if 200 <= status < 300:
                return self.responses[status]
        return Response(200, "", None, {}, {})


def blanked(path: str) -> str:
    """The path with its parameters blanked: ``/v1/leads/{}``."""
    return _PARAMETER.sub("{}", path)


def _whole_segments(document: Document, path: str) -> Iterator[Problem]:
    for segment in path.split("/"):
        if "{" in segment and not re.fullmatch(r"\{[^{}]+\}", segment):
            where = f"{document.name}#/paths/{escape(path)}"
            yield Problem(where, f"a parameter that is only part of a segment: `{segment}`", "give it a segment")


def operations(document: Document) -> list[Operation]:
    """Every operation, in the document's order. Raises SpecError, one line for each fault."""
    faults: list[Problem] = []
    found = []
    base = base_path(document)
    for path in document.root["paths"]:
        if not path.startswith("/"):
            continue
        faults.extend(_whole_segments(document, path))
        where, item = document.resolve(f"/paths/{escape(path)}")
        for method in METHODS:
            if isinstance(item.get(method), dict):
                try:
                    found.append(_operation(document, method, base, path, where, item))
                except SpecError as fault:
                    faults.extend(fault.problems)
    if not found and not faults:
        faults.append(Problem(f"{document.name}#/paths", "no operations", "add one"))
    if faults:
        raise SpecError(*faults)
    return found


def base_path(document: Document) -> str:
    """The path of the first server, which stands before every path of the document."""
    servers = document.root.get("servers")
    if not isinstance(servers, list) or not servers or not isinstance(servers[0], dict):
        return ""
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")


def _operation(document: Document, method: str, base: str, path: str, where: str, item: Node) -> Operation:
    pointer = f"{where}/{method}"
    node = item[method]
    parameters = _parameters(document, where, item, pointer, node, path)
    bodies, required = _bodies(document, pointer, node)
    responses = dict(_responses(document, pointer, node))
    operation = Operation(document, method.upper(), base + path, pointer, node, parameters, bodies, required, responses)
    _compile(operation)
    return operation


def _compile(operation: Operation) -> None:
    """Every validator now, so that a wrong schema is refused at start and not in a request."""
    schemas = [parameter.schema for parameter in operation.parameters]
    schemas += operation.bodies.values()
    schemas += [response.schema for response in operation.responses.values() if response.schema]
    for schema in schemas:
        _ = schema.validator


def _parameters(
    document: Document, where: str, item: Node, pointer: str, node: Node, path: str
) -> tuple[Parameter, ...]:
    found: dict[tuple[str, str], Parameter] = {}
    for start, owner in ((where, item), (pointer, node)):
        for index in range(len(owner.get("parameters", ()))):
            parameter = _parameter(document, f"{start}/parameters/{index}")
            found[parameter.location, parameter.name] = parameter
    for name in _PARAMETER.findall(path):
        # A path that names a parameter nobody declared is common; any text fits it.
        found.setdefault(("path", name), Parameter(name, "path", True, Schema.inline(document, {"type": "string"})))
    return tuple(found.values())


def _parameter(document: Document, pointer: str) -> Parameter:
    pointer, node = document.resolve(pointer)
    location = str(node.get("in", "query"))
    style = node.get("style", "form" if location in ("query", "cookie") else "simple")
    content = node.get("content")
    if content:
        media = next(iter(content))
        schema = Schema(document, f"{pointer}/content/{escape(media)}/schema")
    elif "schema" in node:
        schema = Schema(document, f"{pointer}/schema")
    else:
        raise SpecError(Problem(f"{document.name}#{pointer}", "a parameter without a schema", "give it one"))
    return Parameter(
        name=str(node["name"]),
        location=location,
        # The vendor marks some path parameters optional, which OpenAPI does not allow: they are not.
        required=location == "path" or bool(node.get("required", False)),
        schema=schema,
        explode=bool(node.get("explode", style == "form")),
        deep=style == "deepObject",
        json=bool(content),
    )


def _bodies(document: Document, pointer: str, node: Node) -> tuple[dict[str, Schema], bool]:
    if "requestBody" not in node:
        return {}, False
    where, body = document.resolve(f"{pointer}/requestBody")
    content = body.get("content") or {}
    schemas = {
        media: Schema(document, f"{where}/content/{escape(media)}/schema")
        for media, entry in content.items()
        if isinstance(entry, dict) and "schema" in entry
    }
    return schemas, bool(body.get("required", False))


def _responses(document: Document, pointer: str, node: Node) -> Iterator[tuple[int, Response]]:
    for code in node.get("responses") or {}:
        if not re.fullmatch(r"[1-5]([0-9][0-9]|XX)", code):
            continue  # `default` says nothing that we could promise
        status = int(code.replace("XX", "00"))
        where, response = document.resolve(f"{pointer}/responses/{code}")
        content = response.get("content") or {}
        media = next((name for name in content if _JSON.fullmatch(name)), None)
        entry = content.get(media) or {}
        start = f"{where}/content/{escape(media or '')}"
        schema = Schema(document, f"{start}/schema") if "schema" in entry else None
        headers = dict(_headers(document, where, response))
        examples = _examples(document, start, entry, schema)
        yield status, Response(status, str(response.get("description", "")), schema, examples, headers)


def _headers(document: Document, where: str, response: Node) -> Iterator[tuple[str, Schema]]:
    for name in response.get("headers") or {}:
        pointer, header = document.resolve(f"{where}/headers/{escape(name)}")
        if "schema" in header:
            yield name.lower(), Schema(document, f"{pointer}/schema")


def _examples(document: Document, start: str, entry: Node, schema: Schema | None) -> dict[str, Any]:
    if "example" in entry:
        return {"": entry["example"]}
    found = {}
    for name in entry.get("examples") or {}:
        _, example = document.resolve(f"{start}/examples/{escape(name)}")
        if "value" in example:
            found[name] = example["value"]
    if not found and schema and schema.example is not None:
        return {"": schema.example}
    return found
