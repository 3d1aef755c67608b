"""XML bodies: read as the schema's `xml` objects say, judged as JSON is, and never trusted."""

import time
from typing import Any

import pytest

from mock_server.api.xml_request import read_xml
from mock_server.spec.document import parse
from mock_server.spec.schema import Schema

TEXT: Any = {"type": "string"}
PET = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string"},
        "weight": {"type": "number"},
        "tame": {"type": "boolean"},
        "chip": {"type": ["integer", "null"]},
        "photos": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "photo"}}},
        "tags": {"type": "array", "items": {"type": "object", "xml": {"name": "tag"}, "properties": {"n": TEXT}}},
        "owner": {"type": "object", "xml": {"name": "keeper", "prefix": "z"}, "properties": {"name": TEXT}},
    },
    "xml": {"name": "pet"},
}


def schema(node: Any) -> Schema:
    root = {"openapi": "3.1.0", "paths": {"/a": {}}, "components": {"schemas": {"A": node}}}
    return Schema.of(parse(root, "pets.yaml"), "/components/schemas/A")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('<pet id="7"><name>Ann &amp; Bo</name></pet>', {"id": 7, "name": "Ann & Bo"}),
        ("<pet><weight>1.5</weight><tame>true</tame><chip/></pet>", {"weight": 1.5, "tame": True, "chip": None}),
        ("<pet><photos><photo>a</photo><photo>b</photo></photos></pet>", {"photos": ["a", "b"]}),
        ("<pet><photos/></pet>", {"photos": []}),
        ("<pet><tag><n>1</n></tag></pet>", {"tags": [{"n": "1"}]}),
        ('<z:pet xmlns:z="urn:z"><z:keeper><name>Z</name></z:keeper></z:pet>', {"owner": {"name": "Z"}}),
        ("<pet><weight>heavy</weight><other>1</other></pet>", {"weight": "heavy", "other": "1"}),
        ("<pet/>", {}),
    ],
)
def test_elements_and_attributes_become_what_the_schema_has(text: str, value: Any) -> None:
    assert read_xml(text.encode(), schema(PET)) == value


def test_without_a_schema_names_and_texts_are_kept() -> None:
    assert read_xml(b"<a><b>1</b><b>2</b><c><d/></c></a>", None) == {"b": ["1", "2"], "c": {"d": ""}}
    assert read_xml(b"<a>1</a>", schema(TEXT)) == "<a>1</a>"


def test_the_encoding_is_the_headers_or_the_declared_one() -> None:
    assert read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a><b>ä</b></a>'.encode("latin-1"), None) == {"b": "ä"}
    assert read_xml("<a><b>ä</b></a>".encode("latin-1"), None, "iso-8859-1") == {"b": "ä"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<a>", "no element found, line 1"),
        ("<a/><b/>", "junk after document element"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type"),
        ('<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', "a document type"),
        ("<a>" * 400 + "</a>" * 400, "in one another"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
    ],
)
def test_what_is_no_plain_xml_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_xml(text.encode(), None)


def test_a_large_body_takes_no_long_time() -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match="more than 20000 elements"):
        read_xml(b"<a>" + b"<b/>" * 250_000 + b"</a>", None)
    assert time.process_time() - began < 0.1
