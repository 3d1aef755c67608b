"""Records in the shapes of the Zapier surface, as the document describes deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mock_server.app import load_contract
from mock_server.config.settings import Settings
from mock_server.spec.schema import Schema
from mock_server.store.base import NoLog
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.webhooks.events import EVENTS
from mock_server.webhooks.zapier_items import address, item
from mock_server.workspaces.seeding import seeded
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

CONTRACT = load_contract(Settings())
ZAPIER = next(document for document in CONTRACT.documents if document.name.endswith("zapier.yaml"))
LEAD = {
    "id": "ld_1",
    "firstName": "Avery",
    "lastName": "Stone",
    "email": "avery@example.com",
    "phone": "+61255501234",
    "businessName": None,
    "suburb": "Fernvale",
    "status": "active",
    "createdAt": "2026-03-04T05:06:07.089Z",
    "updatedAt": "2026-03-05T05:06:07.089Z",
    "defaultLeadAddress": {
        "address": {
            "line1": "12 Wattle Street",
            "line2": "Shop 3",
            "suburb": "Fernvale",
            "state": "QLD",
            "postcode": "4306",
            "country": "AU",
        }
    },
}
APPOINTMENT = {
    "id": "apt_1",
    "title": "Drain",
    "description": None,
    "start": "2026-03-10T22:00:00.000Z",
    "end": "2026-03-10T23:00:00.000Z",
    "leadId": "ld_1",
    "attendees": ["a@example.com", "b@example.com"],
    "status": "PENDING",
    "inquiryId": "in_1",
    "createdAt": "2026-03-04T05:06:07.089Z",
}
INQUIRY = {"id": "in_1", "leadId": "ld_1", "summary": "A blocked drain", "createdAt": "2026-03-04T05:06:07.089Z"}


def transaction(**records: Mapping[str, Any]) -> Transaction:
    kinds: dict[str, Sequence[Mapping[str, Any]]] = {
        "leads": [LEAD],
        "inquiries": [INQUIRY],
        "appointments": [APPOINTMENT],
    }
    kinds |= {kind: [record] for kind, record in records.items()}
    return Transaction(WorkspaceState.of(kinds, {}))


def body_schema(trigger: str) -> Schema:
    return Schema(ZAPIER, f"/webhooks/{trigger}/post/requestBody/content/application~1json/schema")


@pytest.mark.parametrize("world", ["default", "edge"])
def test_every_record_of_a_world_can_be_delivered_as_documented(world: str) -> None:
    state = seeded(CONTRACT, load_recipe(world), 1, parse("2026-03-04T05:06:07Z"))
    with state.transaction(NoLog(), "w") as tx:
        for trigger, kind in EVENTS.items():
            schema = body_schema(trigger)
            for row in tx.find(kind):
                body = item(tx, kind, row.record)
                assert schema.accepts(body), (trigger, body, schema.problems(body))
                assert body.keys() == schema.properties.keys()


def test_an_appointment_is_told_in_this_surfaces_words() -> None:
    told = item(transaction(), "appointments", APPOINTMENT)
    assert told["attendees"] == "a@example.com,b@example.com"
    assert told["summary"] == "A blocked drain"
    assert told["leadName"] == "Avery Stone"
    assert told["formattedLeadAddress"] == told["leadDetails"]["address"]
    assert isinstance(told["leadAddressId"], int)
    assert told["id"] == "apt_1 - 2026-03-04T05:06:07.089Z"


@pytest.mark.parametrize(
    ("status", "word"),
    [("PENDING", "scheduled"), ("CONFIRMED", "confirmed"), ("COMPLETED", "completed"), ("CANCELLED", "cancelled")],
)
def test_statuses_have_this_surfaces_words(status: str, word: str) -> None:
    assert item(transaction(), "appointments", {**APPOINTMENT, "status": status})["status"] == word


def test_the_id_carries_the_time_of_the_last_change() -> None:
    told = item(transaction(), "leads", LEAD)
    assert (told["id"], told["originalId"]) == ("ld_1 - 2026-03-05T05:06:07.089Z", "ld_1")
    assert (told["createdAt"], told["updatedAt"]) == (LEAD["createdAt"], LEAD["updatedAt"])


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({}, "12 Wattle Street, Shop 3, Fernvale QLD 4306, Australia"),
        ({"line2": None}, "12 Wattle Street, Fernvale QLD 4306, Australia"),
        ({"line2": None, "state": None, "country": "NZ"}, "12 Wattle Street, Fernvale 4306, NZ"),
        ({"country": None}, "12 Wattle Street, Shop 3, Fernvale QLD 4306"),
    ],
)
def test_an_address_is_one_line(parts: dict[str, Any], line: str) -> None:
    known: Any = LEAD["defaultLeadAddress"]
    assert address({"defaultLeadAddress": {"address": {**known["address"], **parts}}}) == line


@pytest.mark.parametrize("holder", [None, "12 Wattle Street", {}, {"address": None}])
def test_without_an_address_there_is_none_and_no_number_for_it(holder: Any) -> None:
    lead = {**LEAD, "defaultLeadAddress": holder}
    told = item(transaction(leads=lead), "appointments", APPOINTMENT)
    assert told["formattedLeadAddress"] is told["leadAddressId"] is told["leadDetails"]["address"] is None


def test_records_of_another_documents_shapes_are_told_as_far_as_they_go() -> None:
    """With `--spec` the v1 records may lack a field, or have another type in it."""
    odd = {"id": 7, "firstName": 5, "data": "text"}
    tx = transaction(leads=odd)
    assert item(tx, "leads", odd)["originalId"] == "7"
    assert item(tx, "inquiries", {"id": 8, "leadId": 7, "data": "text"})["leadName"] == "5"
    told = item(tx, "appointments", {"id": 9, "leadId": 404, "attendees": [{"name": "A"}, "a@example.com"]})
    assert (told["attendees"], told["leadName"], told["status"]) == ("a@example.com", "", "")
