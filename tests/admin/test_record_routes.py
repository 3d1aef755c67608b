"""Records are written, changed and removed by hand through the control plane: checked, and whole or not at all."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from desk import Desk, Tenant
from starlette.applications import Starlette
from wire import state_of

ADA = {
    "firstName": "Ada",
    "phone": "+61491579999",
    "appointments": [{"on": "in 3 days 09:30", "service": "Blocked drain clearing"}, {"on": "yesterday 10:00"}],
    "notes": ["Call back"],
}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def count(desk: Desk, kind: str) -> int:
    return int(desk.done("GET", f"/records/{kind}?limit=0")["total"])


def test_a_lead_is_written_with_its_story(desk: Desk) -> None:
    before = count(desk, "leads")
    made = desk.done("POST", "/records/leads", ADA)["records"]
    (lead,) = made["leads"]
    assert lead["firstName"] == "Ada"
    assert [it["leadId"] for it in made["appointments"]] == [lead["id"]] * 2
    assert count(desk, "leads") == before + 1
    shown = desk.ask("GET", f"/v1/leads/{lead['id']}").json
    assert "+61491579999" in str(shown)


def test_several_records_are_written_at_once(desk: Desk) -> None:
    made = desk.done("POST", "/records/faqs", {"records": [{"question": "A?", "answer": "B"}, {"question": "C?"}]})
    assert [it["question"] for it in made["records"]["faqs"]] == ["A?", "C?"]
    both = {"records": {"companies": [{"name": "Acme", "notes": ["hi"]}], "leads": ["Grace Hopper"]}}
    assert set(desk.done("POST", "/records", both)["records"]) >= {"companies", "companies/notes", "leads"}


@pytest.mark.parametrize("text", ["zoë", "ZOË", 'O"Hara', "back\\slash"])
def test_records_are_found_by_a_text_that_they_contain(desk: Desk, text: str) -> None:
    desk.done("POST", "/records/leads", {"firstName": "Zoë", "lastName": 'O"Hara', "suburb": "back\\slash"})
    found = desk.done("GET", f"/records/leads?limit=5&contains={quote(text)}")
    assert [it["firstName"] for it in found["items"]] == ["Zoë"]
    assert found["total"] == 1


def test_a_list_of_records_names_the_kinds_that_its_fields_refer_to(desk: Desk) -> None:
    assert desk.done("GET", "/records/appointments?limit=0")["refers"]["leadId"] == "leads"
    assert "id" not in desk.done("GET", "/records/leads?limit=0")["refers"]


@pytest.mark.parametrize(
    ("path", "body", "status", "pointer"),
    [
        ("/records/leads", {"fistName": "Ada"}, 400, "/fistName"),
        ("/records/leads", {"records": [{"name": "Al"}, {"email": 3}]}, 400, "/records/1/email"),
        ("/records/leads", {"records": [], "emitt": True}, 400, "/emitt"),
        ("/records", {"records": {"leads": [{"phone": 1}]}}, 400, "/records/leads/0/phone"),
        ("/records", {"records": {"leeds": []}}, 400, "/records/leeds"),
        ("/records/leads", {"appointments": [{"on": "soonish"}]}, 400, "/appointments/0/on"),
        ("/records/leads", {"email": []}, 400, "/email"),
        ("/records/leads", {"phone": {"a": 1}}, 400, "/phone"),
        ("/records/scenarios", {"name": []}, 400, "/name"),
        ("/records/appointments", {"source": "PIGEON"}, 400, "/source"),
        ("/records/appointments", {"source": [{}]}, 400, "/source"),
        ("/records/appointments", {"about": [], "service": "Gas fitting"}, 400, "/about"),
        ("/records/leads", {"createdAt": "tomorrow"}, 400, "/createdAt"),
        ("/records/leads", {"notes": [{"text": "a", "at": "in 2 hours"}]}, 400, "/notes/0/at"),
        ("/records/leads", {"appointments": [{"lead": "Ada"}]}, 400, "/appointments/0/lead"),
        (
            "/records/leads",
            {"records": [{"phone": "+61491579999"}, {"phone": "+61491579999"}]},
            409,
            "/records/1/phone",
        ),
    ],
)
def test_nothing_is_half_applied(desk: Desk, path: str, body: Any, status: int, pointer: str) -> None:
    before = state_of(desk.workspace)
    refused = desk.admin("POST", path, body)
    assert (refused.status, refused.json.get("pointer")) == (status, pointer), refused.body
    assert state_of(desk.workspace) == before


@pytest.mark.parametrize("name", ["a\nb", "   ", "<script>", "J. R.", "\0", "x" * 5_000, "\u202e"])
def test_a_made_up_mail_is_valid_whatever_the_name_is(desk: Desk, name: str) -> None:
    made = desk.done("POST", "/records/leads", {"firstName": name})["records"]["leads"][0]
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*@example\.(com|net|org)", made["email"])
    assert len(made["email"].partition("@")[0]) <= 64


def test_a_change_of_a_wrong_type_is_refused(desk: Desk) -> None:
    lead = desk.workspace.state.rows("leads")[0].id
    refused = desk.admin("PUT", f"/records/leads/{lead}", {"phone": [{}], "email": {}})
    assert refused.status == 400
    assert "/phone" in refused.json["detail"]
    assert "/email" in refused.json["detail"]


def test_events_are_emitted_only_where_they_are_asked_for(desk: Desk) -> None:
    def types() -> list[str]:
        return [row.record["type"] for row in desk.workspace.state.rows("$events")]

    desk.done("POST", "/records/leads", ADA)
    assert types() == []
    made = desk.done("POST", "/records/leads?emit=true", {"name": "Bob", "appointments": [{}]})["records"]
    assert sorted(types()) == ["APPOINTMENT_CREATED", "INQUIRY_CREATED", "LEAD_CREATED"]
    visit = made["appointments"][0]["id"]
    desk.done("PUT", f"/records/appointments/{visit}", {"status": "CANCELLED", "emit": True})
    assert types()[-1] == "APPOINTMENT_CANCELLED"
    desk.done("DELETE", f"/records/leads/{made['leads'][0]['id']}?emit=true")
    assert "LEAD_DELETED" in types()


def test_a_change_has_what_follows_from_it(desk: Desk) -> None:
    made = desk.done("POST", "/records/leads", ADA)["records"]
    lead, visit = made["leads"][0]["id"], made["appointments"][0]
    moved = desk.done("PUT", f"/records/appointments/{visit['id']}", {"on": "in 4 days 11:00"})
    assert (moved["isRescheduled"], moved["status"]) == (True, "PENDING")
    inquiry = made["inquiries"][0]["id"]
    desk.done("PUT", f"/records/inquiries/{inquiry}", {"read": True})
    others = [it for it in made["inquiries"] if it["id"] != inquiry]
    kept = next(row.record for row in desk.workspace.state.rows("leads") if row.id == lead)
    assert kept["unreadCalls"] == len(others)
    refused = desk.admin("PUT", f"/records/leads/{lead}", {"notes": ["x"]})
    assert (refused.status, refused.json["pointer"]) == (400, "/notes")
    refused = desk.admin("PUT", f"/records/appointments/{visit['id']}", {"status": "COMPLETED"})
    assert (refused.status, refused.json["pointer"]) == (400, "/status")
    assert desk.admin("PUT", "/records/leads/none", {"name": "x"}).status == 404


def test_a_record_is_put_back_as_it_is_after_the_clock_was_set_back(desk: Desk) -> None:
    lead = desk.done("POST", "/records/leads", {"name": "Ada Byron"})["records"]["leads"][0]
    desk.done("POST", "/clock/set", {"now": "2020-01-01T00:00:00Z"})
    same = desk.done("PUT", f"/records/leads/{lead['id']}", {"createdAt": lead["createdAt"], "suburb": "Ryde"})
    assert same["createdAt"] == lead["createdAt"]


def test_what_hangs_below_a_record_goes_with_it(desk: Desk) -> None:
    before = {kind: count(desk, kind) for kind in ("leads", "appointments", "leads/notes", "leads/activities")}
    made = desk.done("POST", "/records/leads", ADA)["records"]
    gone = desk.done("DELETE", f"/records/leads/{made['leads'][0]['id']}")
    assert gone["records"]["appointments"] == 2
    assert {kind: count(desk, kind) for kind in before} == before
    note = desk.done("POST", "/records/leads/notes", {"lead": desk.workspace.state.rows("leads")[0].id, "text": "x"})
    assert desk.done("DELETE", f"/records/leads/notes/{note['records']['leads/notes'][0]['id']}")


def test_the_only_record_of_a_kind_stays(desk: Desk) -> None:
    id = desk.records("organization")[0]["id"]
    assert desk.admin("DELETE", f"/records/organization/{id}").status == 409
    assert desk.done("PUT", f"/records/organization/{id}", {"name": "Acme"})["name"] == "Acme"


def test_many_records_are_worked_out_beside_the_event_loop(desk: Desk) -> None:
    made = desk.done("POST", "/records/leads", {"records": [{"name": f"Person {n}"} for n in range(200)]})
    ids = [it["id"] for it in made["records"]["leads"]]
    assert len(set(ids)) == 200
    assert desk.done("POST", "/records/leads", {"name": "One more"})["records"]["leads"][0]["id"] not in ids
    refused = desk.admin("POST", "/records/leads", {"records": [{}] * 2_001})
    assert refused.status == 400
    assert "more than 2,000 records" in refused.json["detail"]
