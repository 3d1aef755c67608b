"""What a test's requests had that nobody looks at: each is named, with what was probably meant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from messages import assert_message

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing import Refused, Sophiie, workspace

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}


def ignored(sophiie: Sophiie) -> list[Any]:
    """Place, name and what was meant, of all requests, the oldest first."""
    shown = sophiie.control("GET", "/requests?ignored=true")["requests"][::-1]
    return [(one["in"], one["name"], one["didYouMean"]) for request in shown for one in request["ignored"]]


def test_what_is_the_documents_is_not_ignored(mine: Sophiie) -> None:
    mine.client.get("/v1/leads?limit=5&page=1")
    mine.client.post("/v1/leads", json=LEAD)
    mine.client.get("/v1/leads?limit=x")  # wrong, and not ignored

    mine.requests.assert_nothing_ignored()
    assert mine.control("GET", "/requests/req_1")["ignored"] == []


def test_each_thing_that_is_ignored_is_named_once_with_its_number(mine: Sophiie) -> None:
    for _ in range(2):
        mine.client.get("/v1/leads?limt=5")
    mine.client.post("/v1/leads", json=LEAD | {"lastNme": "Lim"})
    mine.client.get("/v1/laeds")
    mine.client.delete("/v1/leads")

    with pytest.raises(AssertionError) as failure:
        mine.requests.assert_nothing_ignored()
    assert_message(failure.value)


def test_it_counts_however_the_request_ended(mine: Sophiie) -> None:
    mine.faults.add("GET /v1/leads", {"status": 503}, count=1)
    mine.control("POST", "/mappings", {"request": {"urlPath": "/own"}, "response": {}, "allowInvalid": True})
    mine.control(
        "POST",
        "/mappings",
        {"request": {"operation": "listFaqs"}, "response": {"status": 418}, "allowInvalid": True},
    )
    mine.client.get("/v1/leads?limt=1")  # struck
    mine.client.get("/v1/leads?limt=2&limit=x")  # refused
    mine.client.get("/v1/faqs?lmit=3")  # answered by a mapping
    mine.client.get("/own?x=1")  # nobody's but the mapping's: meant
    for _ in range(2):
        mine.client.get("/v1/leads?pge=4")  # the second is over the limit

    assert ignored(mine) == [
        ("query", "limt", "limit"),
        ("query", "limt", "limit"),
        ("query", "lmit", "limit"),
        ("query", "pge", "page"),
        ("query", "pge", "page"),
    ]


def test_a_secret_that_is_ignored_is_masked(mine: Sophiie) -> None:
    mine.client.get("/v1/leads?sk_live_abcdef123456=1")

    assert ignored(mine) == [("query", "sk_live_***", None)]


def test_a_word_that_is_no_flag_is_refused(mine: Sophiie) -> None:
    for name in ("ignored", "unmatched"):
        with pytest.raises(Refused) as refused:
            mine.control("GET", f"/requests?{name}=yes")
        assert_message(refused.value, "flag that is no word of two", NAME=name)
    with pytest.raises(Refused, match="since"):
        mine.control("GET", "/requests?since=soon")


def test_nothing_is_said_of_all_requests_where_some_were_dropped(running: MockServer) -> None:
    with workspace(running.url, world="empty") as made:
        for _ in range(201):
            made.client.get("/v1/faqs")
        for check in (made.requests.assert_nothing_ignored, made.requests.assert_all_matched):
            with pytest.raises(Refused) as dropped:
                check()
            assert_message(dropped.value, "a journal that dropped requests")
        made.client.get("/v1/laeds")
        with pytest.raises(AssertionError) as refused:
            made.requests.assert_nothing_ignored()
        assert_message(refused.value)


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    {"name": "colour", "in": "query", "schema": {"type": "string"}},
                    {"name": "odd", "in": "query", "schema": {"type": "string"}},
                    {"name": "ids[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {
                        "name": "page",
                        "in": "query",
                        "schema": {"type": "object", "properties": {"size": {"type": "integer"}}},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "All.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
                            }
                        },
                    }
                },
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "201": {
                        "description": "Made.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    }
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "colour": {"type": "string"},
                    "place": {"type": "object", "properties": {"suburb": {"type": "string"}}},
                    "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "more": {
                        "type": "object",
                        "properties": {"known": {"type": "string"}},
                        "additionalProperties": {},
                    },
                    "any": {},
                },
            }
        }
    },
}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sophiie]:
    """A workspace with another document."""
    spec: Path = tmp_path_factory.mktemp("spec") / "things.json"
    spec.write_bytes(orjson.dumps(DOCUMENT))
    with (
        MockServer(Settings(port=0, quiet=True, spec=str(spec), world="empty")) as server,
        workspace(server.url) as made,
    ):
        yield made


def test_fields_of_any_depth_and_filters_without_a_field_are_found(foreign: Sophiie) -> None:
    foreign.client.get("/things?colour=red&odd=1&ids[]=1&size=3&sise=3").raise_for_status()
    body = {
        "colour": "red",
        "place": {"suburbb": "Newtown"},
        "parts": [{"name": "a"}, {"nme": "b"}],
        "labels": {"own": "x"},
        "more": {"own": 1},
        "any": {"own": 1},
    }
    foreign.client.post("/things", json=body).raise_for_status()

    assert ignored(foreign) == [
        ("filter", "odd", None),
        ("filter", "size", None),
        ("query", "sise", "size"),
        ("body", "/place/suburbb", "suburb"),
        ("body", "/parts/1/nme", "name"),
    ]
    with pytest.raises(AssertionError) as refused:
        foreign.requests.assert_nothing_ignored()
    assert_message(refused.value)
    assert foreign.requests.count("GET /things?size=3") == 1
