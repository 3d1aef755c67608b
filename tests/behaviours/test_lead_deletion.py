"""A deleted lead vanishes everywhere, with all that is about it."""

from collections.abc import Mapping
from typing import Any

import pytest
from desk import Desk
from inprocess import LEAD_KINDS

ZAPIER = {"org_id": "org_1", "user_id": "usr_1"}


@pytest.fixture
def victim(api: Desk) -> Mapping[str, Any]:
    """A lead that has something of every kind, and is the newest of all that the Zapier lists show."""
    appointments, notes = ([it["leadId"] for it in api.records(kind)] for kind in ("appointments", "leads/notes"))
    lead = next(lead for lead in api.records("leads") if lead["id"] in appointments and lead["id"] in notes)
    assert all(any(it["leadId"] == lead["id"] for it in api.records(kind)) for kind in LEAD_KINDS)
    return lead


def test_nothing_of_it_is_listed_or_counted_any_more(api: Desk, victim: Mapping[str, Any]) -> None:
    paths = {"/v1/leads": "leads", "/v1/inquiries": "inquiries", "/v1/appointments": "appointments"}
    owned = {kind: [it["id"] for it in api.records(kind) if it["leadId"] == victim["id"]] for kind in LEAD_KINDS}
    owned["leads"] = [victim["id"]]
    before = {path: api.get(path)["totalCount"] for path in paths}
    assert api.delete(f"/v1/leads/{victim['id']}") == {"message": "Lead deleted successfully"}
    for path, kind in paths.items():
        assert api.get(path)["totalCount"] == before[path] - len(owned[kind])
        assert not {item["id"] for item in api.all(path)} & set(owned[kind])
    for path in ("/v1/inquiries", "/v1/appointments"):
        filtered = api.get(path, leadId=victim["id"])
        assert (filtered["totalCount"], filtered["totalPages"]) == (0, 0)
    for expand in ("lead", "both"):
        assert victim["id"] not in {it["lead"]["id"] for it in api.all("/v1/inquiries", expand=expand)}
    for path in ("leads", "inquiries", "appointments"):
        listed = api.get(f"/api/webhooks/zapier/{path}", **ZAPIER)
        assert not {item["originalId"] for item in listed} & set(owned[path])
    assert not any(it["leadId"] == victim["id"] for kind in LEAD_KINDS for it in api.records(kind))


def test_what_is_below_it_is_not_found(api: Desk, victim: Mapping[str, Any]) -> None:
    inquiry = next(it["id"] for it in api.records("inquiries") if it["leadId"] == victim["id"])
    api.delete(f"/v1/leads/{victim['id']}")
    below = (f"/v1/leads/{victim['id']}{path}" for path in ("", "/notes", "/activities"))
    for path in (*below, f"/v1/inquiries/{inquiry}"):
        api.refused(404, "GET", path)


def test_it_can_be_deleted_once(api: Desk, victim: Mapping[str, Any]) -> None:
    api.delete(f"/v1/leads/{victim['id']}")
    api.refused(404, "DELETE", f"/v1/leads/{victim['id']}")


def test_it_emits_the_lead_as_it_was_last_known(api: Desk, victim: Mapping[str, Any]) -> None:
    api.delete(f"/v1/leads/{victim['id']}")
    (event,) = api.events()
    assert (event["type"], event["recordId"], event["body"]["originalId"]) == (
        "LEAD_DELETED",
        victim["id"],
        victim["id"],
    )
    assert event["body"]["firstName"] == victim["firstName"]


def test_every_other_lead_keeps_what_it_has(api: Desk, victim: Mapping[str, Any]) -> None:
    others = {kind: [it for it in api.records(kind) if it["leadId"] != victim["id"]] for kind in LEAD_KINDS}
    api.delete(f"/v1/leads/{victim['id']}")
    assert {kind: api.records(kind) for kind in LEAD_KINDS} == others
