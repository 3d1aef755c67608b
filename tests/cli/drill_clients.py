"""Clients with one weakness each, as tests of a person, and a sound one. ``test_cli_drill.py`` copies this file."""

import json
import urllib.request
from dataclasses import make_dataclass
from datetime import datetime
from typing import Any

from mock_server.testing import Sophiie

SOURCES = {"CALL": 1, "EMAIL": 2, "CHATBOT": 3, "SMS": 4, "WEBFORM": 5}


def leads(sophiie: Sophiie) -> list[dict[str, Any]]:
    return list(sophiie.client.get("/v1/leads?limit=50").raise_for_status().json()["leads"])


def test_sound(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/faqs", status=503, count=1)
    answers = [sophiie.client.get("/v1/faqs") for _ in range(2)]
    assert [answer.is_success for answer in answers] == [False, True]
    assert len({lead["id"] for lead in leads(sophiie)}) == sophiie.world.count("leads")
    assert all(datetime.fromisoformat(lead["createdAt"]) for lead in leads(sophiie))
    assert sophiie.client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Ryde"}).is_success


def test_compares_a_text(sophiie: Sophiie) -> None:
    suburbs = {lead["id"]: lead["suburb"] for lead in sophiie.world.leads}
    assert {lead["id"]: lead["suburb"] for lead in leads(sophiie)} == suburbs


def test_weak_extra_field(sophiie: Sophiie) -> None:
    page = make_dataclass("Page", ["leads", "totalPages", "currentPage", "totalCount"])
    assert page(**sophiie.client.get("/v1/leads").json())


def test_weak_enum_value(sophiie: Sophiie) -> None:
    kinds = {lead["status"]: 1 for lead in sophiie.world.leads}
    assert sum(kinds[lead["status"]] for lead in leads(sophiie))


def test_weak_new_variant(sophiie: Sophiie) -> None:
    for inquiry in sophiie.client.get("/v1/inquiries?limit=3").json()["inquiries"]:
        source = sophiie.client.get(f"/v1/inquiries/{inquiry['id']}").json()["source"]
        assert SOURCES[source]


def test_weak_null(sophiie: Sophiie) -> None:
    assert [lead["suburb"].strip() for lead in leads(sophiie) if lead["suburb"] != ""]


def test_weak_long_text(sophiie: Sophiie) -> None:
    for lead in leads(sophiie):
        if len(lead["firstName"]) > 255:
            raise ValueError("value too long for type character varying(255)")


def test_weak_time_form(sophiie: Sophiie) -> None:
    assert [datetime.strptime(lead["createdAt"], "%Y-%m-%dT%H:%M:%S.%fZ") for lead in leads(sophiie)]


def test_weak_key_order(sophiie: Sophiie) -> None:
    assert all(next(iter(lead.values())) == lead["id"] for lead in leads(sophiie))


def test_weak_other_success(sophiie: Sophiie) -> None:
    if sophiie.client.post("/v1/leads", json={"firstName": "Ana", "suburb": "Ryde"}).status_code != 201:
        raise RuntimeError("the lead was not made")


def test_weak_unknown_status(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/faqs", status=503, count=1)
    if sophiie.client.get("/v1/faqs").status_code not in (200, 429, 500, 502, 503, 504):
        raise RuntimeError("a status that nobody has heard of")


def test_weak_edge_page(sophiie: Sophiie) -> None:
    sophiie.faults.add("GET /v1/faqs", status=503, count=1)
    assert sophiie.client.get("/v1/faqs").json()["message"]


def test_weak_content_type(sophiie: Sophiie) -> None:
    if sophiie.client.get("/v1/faqs").headers["content-type"] != "application/json":
        raise RuntimeError("no JSON")


def test_weak_compressed(sophiie: Sophiie) -> None:
    headers = {"Authorization": f"Bearer {sophiie.api_key}", "Accept-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(f"{sophiie.url}/v1/faqs", headers=headers)) as answer:
        assert json.loads(answer.read())


def test_weak_chunked(sophiie: Sophiie) -> None:
    assert int(sophiie.client.get("/v1/faqs").headers["content-length"])
