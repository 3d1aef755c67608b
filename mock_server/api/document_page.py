"""The documents as a web page that people read: their operations, then their schemas. Every text is escaped."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from mock_server.config.control_paths import PAGE
from mock_server.errors import SpecError
from mock_server.spec.contract import Contract
from mock_server.spec.document import Document
from mock_server.spec.operation import Operation, Response
from mock_server.spec.parameter import Parameter

_REFERENCE = re.compile(r"&quot;#/components/schemas/([^&\s]+)&quot;")
_COLUMNS = ("parameter", "in", "schema", "description")
_HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>%s</title>
<link rel="icon" href="{PAGE}/icon.svg"><link rel="stylesheet" href="{PAGE}/style.css"></head><body><main>
<p><a href="{PAGE}">What happens on this server</a></p>
"""


def document_page(contract: Contract) -> bytes:
    """Write the page of all documents. It takes a second for a document of many megabytes."""
    return "".join(_parts(contract)).encode()


def _parts(contract: Contract) -> Iterator[str]:
    yield _HEAD % escape(contract.documents[0].title)
    for document in contract.documents:
        info = document.root.get("info")
        described = info.get("description") if isinstance(info, dict) else None
        yield f"<h1>{escape(document.title)}</h1>{_paragraph(described)}"
        tag = None
        for operation in contract.operations.values():
            if operation.document is document:
                if operation.tag != tag:
                    tag = operation.tag
                    yield f"<h2>{escape(tag or 'Operations')}</h2>"
                yield _operation(operation)
        yield from _schemas(document)
    yield "</main></body></html>\n"


def _operation(operation: Operation) -> str:
    name = f"<code>{escape(operation.method)} {escape(operation.path)}</code>"
    description = _paragraph(operation.node.get("description"))
    return _details(
        f'{name} {escape(operation.summary)} <span class="tag">{escape(operation.provenance)}</span>',
        (f'<p class="bad">{escape(operation.unserved)}</p>' if operation.unserved else "") + description,
        _parameters(operation),
        *(f"<h3>Body: {escape(media)}</h3>{_json(schema.node)}" for media, schema in operation.bodies.items()),
        *(_response(status, response) for status, response in operation.responses.items()),
        *(_response(status, response) for status, response in operation.ranges.items()),
    )


def _parameters(operation: Operation) -> str:
    if not operation.parameters:
        return ""
    texts = _descriptions(operation)
    rows = "".join(_parameter(one, texts.get((one.location, one.name), "")) for one in operation.parameters)
    head = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    named = f"Parameters of {escape(operation.key)}"  # a region that scrolls needs a name, and keys must reach it
    return f'<h3>Parameters</h3><div class="scroll" tabindex="0" role="region" aria-label="{named}">{table}</div>'


def _parameter(parameter: Parameter, description: str) -> str:
    name = f"<code>{escape(parameter.name)}</code>" + (" required" if parameter.required else "")
    cells = [name, escape(parameter.location), f"<code>{_text(parameter.schema.node)}</code>", escape(description)]
    shown = (f'<td data-name="{column}">{cell}</td>' for column, cell in zip(_COLUMNS, cells, strict=True))
    return f"<tr>{''.join(shown)}</tr>"  # a narrow window shows each cell behind its column's name


def _descriptions(operation: Operation) -> Mapping[tuple[str, str], str]:
    """The descriptions of parameters, which the compiled ones do not have."""
    found = {}
    written = operation.node.get("parameters")
    for index in range(len(written) if isinstance(written, list) else 0):
        try:
            _, node = operation.document.resolve(f"{operation.pointer}/parameters/{index}")
        except SpecError:
            continue
        if isinstance(node, dict):
            found[str(node.get("in")), str(node.get("name"))] = str(node.get("description") or "")
    return found


def _response(status: object, response: Response) -> str:
    shown = "".join(
        f"<p>{escape(content.media)}</p>{_json(content.schema.node) if content.schema else ''}"
        for content in response.contents
    )
    return f"<h3>{escape(str(status))}</h3><p>{escape(response.description)}</p>{shown}"


def _schemas(document: Document) -> Iterator[str]:
    components = document.root.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(schemas, dict) and schemas:
        yield f"<h2>Schemas of {escape(document.title)}</h2>"
        for name, schema in schemas.items():
            yield f'<div id="{escape(str(name))}">{_details(f"<code>{escape(str(name))}</code>", _json(schema))}</div>'


def _details(summary: str, *parts: str) -> str:
    return f'<details class="card row"><summary>{summary}</summary>{"".join(parts)}</details>'


def _paragraph(text: object) -> str:
    return f'<p class="soft">{escape(text)}</p>' if isinstance(text, str) and text else ""


def _json(value: Any) -> str:
    return f'<pre tabindex="0">{_text(value, indent=2)}</pre>'


def _text(value: Any, indent: int | None = None) -> str:
    """A value as JSON; references to schemas are links."""
    written = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return _REFERENCE.sub(r'<a href="#\1">\g<0></a>', escape(written))
