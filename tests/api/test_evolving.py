"""Evolutions: answers as the API may give them tomorrow. They are named, seeded, and leave the store alone."""

import gzip
import json
import re
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from wire import TINY, Answer, Tenant, ask, state_of

from mock_server.app import create_app
from mock_server.config.evolutions import KINDS, OUTAGES, PATTERN, evolutions
from mock_server.config.settings import Settings
from mock_server.errors import SettingsError
from mock_server.workspaces.workspace import Workspace

LEADS = "/v1/leads?limit=4"


def evolved(app: Starlette, key: str, kinds: str, path: str = LEADS, method: str = "GET", **more: Any) -> Answer:
    headers = [("Prefer", f"evolve={kinds}"), *more.pop("headers", ())]
    return ask(app, method, path, key=key, headers=headers, **more)


def first_leads(answer: Answer) -> Any:
    return answer.json["leads"][0]


@pytest.fixture
def mine(app: Starlette, tenant: Tenant) -> tuple[Workspace, str]:
    return tenant()


def test_what_is_asked_for_is_named_everywhere(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    answer = evolved(app, key, "key-order+null")

    assert answer.get("x-mock-evolve") == "null, key-order"
    assert answer.get("preference-applied") == "evolve=key-order+null"
    assert "evolved: null, key-order" in answer.explain
    assert list(workspace.journal)[-1].to_dict()["evolved"] == "null, key-order"


def test_the_store_stays_as_it_is(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    before, plain = state_of(workspace), ask(app, "GET", LEADS, key=key).body
    for kind in [*KINDS, *OUTAGES]:
        evolved(app, key, kind)

    assert state_of(workspace) == before
    assert ask(app, "GET", LEADS, key=key).body == plain


def test_an_envelope_still_leads_from_page_to_page(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain = ask(app, "GET", LEADS, key=key).json
    for kind in ("null", "missing-field", "enum-value", "long-text", "key-order"):
        answer = evolved(app, key, kind).json
        assert {**answer, "leads": []} == {**plain, "leads": []}
        assert [lead["id"] for lead in answer["leads"]] == [lead["id"] for lead in plain["leads"]]


def test_a_legal_evolution_leaves_a_valid_answer(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    schema = app.state.workspaces.contract.operations["GET /v1/leads"].success.schema
    for kind in ("null", "missing-field", "long-text", "time-form", "key-order"):
        assert schema.accepts(evolved(app, key, kind).json), kind


def test_every_second_record_of_a_list_changes(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain, new = ask(app, "GET", LEADS, key=key).json["leads"], evolved(app, key, "null").json["leads"]

    assert [one == other for one, other in zip(plain, new, strict=True)] == [False, True, False, True]
    assert (new[0]["email"], new[0]["id"]) == (None, plain[0]["id"])


def test_a_value_is_new_in_its_own_spelling(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    inquiry = ask(app, "GET", "/v1/inquiries?limit=1", key=key).json["inquiries"][0]
    for path, kind in (("/v1/inquiries?limit=1", "enum-value"), (f"/v1/inquiries/{inquiry['id']}", "new-variant")):
        answer = evolved(app, key, kind, path).json
        source = (answer["inquiries"][0] if "inquiries" in answer else answer)["source"]
        assert source.isupper()
        assert source not in ("CALL", "EMAIL", "CHATBOT", "SMS", "WEBFORM")


def test_a_time_is_the_same_moment(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain, new = (
        first_leads(it)["createdAt"] for it in (ask(app, "GET", LEADS, key=key), evolved(app, key, "time-form"))
    )

    assert new.endswith("+10:00")
    assert datetime.fromisoformat(plain) == datetime.fromisoformat(new)


def test_a_text_is_long_an_id_is_not(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain, new = first_leads(ask(app, "GET", LEADS, key=key)), first_leads(evolved(app, key, "long-text"))

    assert len(new["suburb"]) > 200
    assert all(new[name] == plain[name] for name in ("id", "email", "status", "createdAt", "lastInquiryId"))


def test_keys_come_in_the_opposite_order(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain, new = ask(app, "GET", LEADS, key=key).json, evolved(app, key, "key-order").json

    assert new == plain
    assert list(new["leads"][0]) == list(plain["leads"][0])[::-1]


def test_every_object_has_one_more_field(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    plain, new = ask(app, "GET", LEADS, key=key).json, evolved(app, key, "extra-field").json

    assert len(new) == len(plain) + 1
    assert [len(one) - len(other) for one, other in zip(new["leads"], plain["leads"], strict=True)] == [1] * 4


def test_bytes_differ_and_mean_the_same(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    plain = ask(app, "GET", LEADS, key=key)
    packed = evolved(app, key, "compressed+content-type", headers=[("Accept-Encoding", "gzip")])

    assert gzip.decompress(packed.body) == plain.body
    assert int(packed.get("content-length")) == len(packed.body)
    assert packed.get("content-type") == "application/json; charset=utf-8"
    assert json.loads(list(workspace.journal)[-1].answer) == plain.json  # the journal shows it unpacked
    assert not evolved(app, key, "compressed").get("content-encoding")  # the client did not ask for it
    assert not evolved(app, key, "chunked").all("content-length")


def test_a_success_has_the_other_status_of_its_gap(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    lead = json.dumps({"firstName": "Ana", "suburb": "Ryde"}).encode()
    made = evolved(app, key, "other-success", "/v1/leads", "POST", body=lead)

    assert (made.status, made.get("x-mock-evolve")) == (200, "other-success"), made.body
    assert evolved(app, key, "other-success").get("x-mock-evolve") == ""  # no gap is about a list


def test_a_request_that_names_an_outage_gets_it(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine

    assert evolved(app, key, "unknown-status").status == 520
    page = evolved(app, key, "edge-page")
    assert (page.status, page.get("content-type"), page.body[:15]) == (
        502,
        "text/html; charset=utf-8",
        b"<!DOCTYPE html>",
    )


def test_of_a_workspace_only_its_5xx_answers_get_an_outage(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    workspace.evolution.asked = evolutions("unknown-status+edge-page")

    assert ask(app, "GET", LEADS, key=key).status == 200
    answer = ask(app, "GET", LEADS, key=key, headers=[("Prefer", "code=500")])
    assert (answer.status, answer.get("content-type")) == (520, "text/html; charset=utf-8")


def test_an_outage_that_passes_strikes_the_first_get_of_a_url(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    workspace.evolution.asked = evolutions("edge-page-once")

    assert [ask(app, "GET", path, key=key).status for path in (LEADS, LEADS, "/v1/faqs")] == [502, 200, 502]


def test_an_error_evolves_too(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    workspace.evolution.asked = evolutions("extra-field+null")
    answer = ask(app, "GET", "/v1/leads/ld_none", key=key)

    assert (answer.status, answer.get("x-mock-evolve")) == (404, "extra-field")


def test_a_mix_is_the_same_for_the_same_seed(tenant: Tenant, app: Starlette) -> None:
    mixes = []
    for seed in (7, 7, 8):
        workspace, key = tenant()
        workspace.evolution.asked = evolutions(str(seed))
        mixes.append([ask(app, "GET", LEADS, key=key).get("x-mock-evolve") for _ in range(6)])

    assert mixes[0] == mixes[1] != mixes[2]
    assert {name for names in mixes[0] for name in names.split(", ") if name} >= {"null", "extra-field"}


def test_a_placebo_is_an_ordinary_answer(app: Starlette, mine: tuple[Workspace, str]) -> None:
    _, key = mine
    schema = app.state.workspaces.contract.operations["GET /v1/leads"].success.schema
    plain = ask(app, "GET", LEADS, key=key).json
    statuses = {lead["status"] for lead in plain["leads"]}
    for kind in ("null", "enum-value", "long-text", "time-form"):
        answer = evolved(app, key, f"{kind}:placebo")
        assert answer.json != plain, kind
        assert schema.accepts(answer.json)
        assert {lead["status"] for lead in answer.json["leads"]} <= statuses
        assert "as a placebo" in answer.explain


@pytest.mark.parametrize(
    ("text", "says"),
    [("nul", "did you mean null?"), ("1.5", "write a seed"), ("null,key", "write a seed"), (":", "write a seed")],
)
def test_what_is_no_evolution_is_refused(app: Starlette, text: str, says: str) -> None:
    with pytest.raises(ValueError, match="no evolution") as refused:
        evolutions(text)
    with pytest.raises(SettingsError):
        Settings(evolve=text)

    assert says in str(refused.value)


def test_a_server_evolves_and_reports(tmp_path: Any) -> None:
    app = create_app(Settings(**TINY, evolve="3:extra-field"))
    assert ask(app, "GET", "/v1/leads").get("x-mock-evolve") == "extra-field"

    app.state.endpoint.evolving.write_report(str(tmp_path / "report"))
    assert json.loads((tmp_path / "report").read_bytes()) == {"extra-field": 1}


def test_a_request_wins_over_its_workspace(app: Starlette, mine: tuple[Workspace, str]) -> None:
    workspace, key = mine
    workspace.evolution.asked = evolutions("null")

    assert evolved(app, key, "none").get("x-mock-evolve") == ""


def test_it_is_written_as_it_is_read() -> None:
    for text in ("7", "1:null+key-order", "1:null:placebo", "none"):
        assert str(evolutions(text)) == text


@pytest.mark.parametrize("text", ["7", "-3", "null", "null+key-order", "7:null", "7:placebo", "7:null:placebo", "none"])
def test_what_is_written_is_read_again(text: str) -> None:
    read = evolutions(text)
    assert re.search(PATTERN, text)
    assert evolutions(str(read)) == read
    assert read.placebo == text.endswith("placebo")


@pytest.mark.parametrize("text", ["nul", "7:", "7:nothing", "null+", "placebo", "none:placebo", "0" * 500])
def test_the_document_admits_nothing_that_is_refused(text: str) -> None:
    assert not re.search(PATTERN, text)
