"""From a document to its operations: parameters, bodies and answers read, and every validator made."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mock_server.errors import Problem, SpecError
from mock_server.spec.document import METHODS, Document, Node, escape
from mock_server.spec.operation import JSON, PARAMETER, Operation, Response
from mock_server.spec.parameter import Parameter
from mock_server.spec.schema import Schema


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
    for name in PARAMETER.findall(path):
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
        media = next((name for name in content if JSON.fullmatch(name)), None)
        entry = content.get(media) or {}
        start = f"{where}/content/{escape(media or '')}"
        schema = Schema(document, f"{start}/schema") if "schema" in entry else None
        headers = dict(_headers(document, where, response))
        examples = _examples(document, start, entry, schema)
        yield status, Response(status, str(response.get("description", "")), schema, examples, headers)


def _headers(document: Document, where: str, response: Node) -> Iterator[tuple[str, str]]:
    for name in response.get("headers") or {}:
        pointer, header = document.resolve(f"{where}/headers/{escape(name)}")
        example = header.get("example")
        if example is None and "schema" in header:
            example = Schema(document, f"{pointer}/schema").example
        if example is not None:
            yield name.lower(), str(example)


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
