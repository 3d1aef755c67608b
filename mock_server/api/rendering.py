"""A value as the bytes of a documented media type: JSON, XML, CSV, YAML, a form, lines, text, a file."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from mock_server.api.xml_body import as_xml
from mock_server.spec.content import Content
from mock_server.spec.file_samples import sample_file, sample_text
from mock_server.spec.generation import generate
from mock_server.spec.media_types import Format, parsed
from mock_server.spec.regex_samples import RandomSource
from mock_server.support.exact_json import write_json


def rendered(content: Content, value: Any) -> bytes:
    """``value`` in the format of ``content``. A text is sent as it is where the format is not JSON."""
    if content.format is Format.JSON:
        return write_json(value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _encoded(value, content)
    return _encoded(_written(content, value), content)


def made_body(content: Content, rng: RandomSource) -> bytes:
    """A body from the document: its first example, or one made from the schema, or a small file."""
    for example in content.examples.values():
        return rendered(content, example)
    return generated_body(content, rng)


def generated_body(content: Content, rng: RandomSource) -> bytes:
    """A body made from the schema, or for the media type where the schema says no more than that it is a text."""
    if content.schema is None and content.format in (Format.JSON, Format.JSON_LINES):
        return b"{}"  # nothing is known of it but that it is JSON
    essence = parsed(content.content_type).essence
    if content.format is Format.BINARY and not content.structured:
        return sample_file(essence)
    says_more = content.schema is not None and bool(content.schema.node.keys() - {"type", "format", "description"})
    if content.schema is not None and (content.structured or says_more):
        return rendered(content, generate(content.schema, rng, example=False))
    words = str(generate(content.schema, rng)) if content.schema is not None and content.format is Format.TEXT else ""
    return _encoded(sample_text(essence, words or "Sample of the mock"), content)


def _written(content: Content, value: Any) -> str:
    """``value`` as a text of the format."""
    match content.format:
        case Format.XML:
            return as_xml(value, content.schema)
        case Format.CSV:
            return _csv(value, "\t" if "tab" in content.media else ",")
        case Format.YAML:
            import yaml  # start-up: 25 ms that a document without YAML answers does without

            return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False))
        case Format.FORM:
            return urlencode({name: _cell(part) for name, part in value.items()}) if isinstance(value, dict) else ""
        case Format.JSON_LINES:
            return "".join(f"{_json(item)}\n" for item in (value if isinstance(value, list) else [value]))
        case Format.EVENT_STREAM:
            return "".join(f"data: {_json(item)}\n\n" for item in (value if isinstance(value, list) else [value]))
    return _cell(value)


def _encoded(text: str, content: Content) -> bytes:
    try:
        return text.encode(parsed(content.media).charset, "replace")
    except LookupError:  # the document names an encoding that nobody knows
        return text.encode()


def _json(value: Any) -> str:
    return write_json(value).decode()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else _json(value)


def _csv(value: Any, separator: str) -> str:
    """A line for each record, below the names of the fields; of an envelope the list in it."""
    if isinstance(value, Mapping):
        lists = [part for part in value.values() if isinstance(part, list)]
        value = lists[0] if len(lists) == 1 else [value]
    rows: Iterable[Any] = value if isinstance(value, list) else [value]
    rows = [row if isinstance(row, Mapping) else {"value": row} for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return ""
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=separator, lineterminator="\n")
    writer.writerows([names, *([_cell(row.get(name)) for name in names] for row in rows)])
    return sink.getvalue()
