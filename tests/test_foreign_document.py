"""Documents that this program has never heard of, served statefully: what they say is all that it knows.

``widgets.yaml`` and ``legacy.yaml`` are somebody else's; ``published.py`` is our own in the vendor's style.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from published import published
from schemathesis.cli import schemathesis
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.config.paths import OPENAPI
from mock_server.config.settings import Settings
from mock_server.errors import SpecError
from mock_server.server import MockServer
from mock_server.support.bounded_files import read_file
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import parse
from mock_server.world.recipe import load_recipe

DOCUMENTS = Path(__file__).with_name("documents")
START = "2026-03-04T05:06:07Z"
SIZE = {"width": 2, "height": 3.5}


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Name → file of each document."""
    own = tmp_path_factory.mktemp("documents") / "published.json"
    own.write_text(json.dumps(published(read_file(OPENAPI / "v1.yaml", SpecError))))
    return {
        "published": str(own),
        "widgets": str(DOCUMENTS / "widgets.yaml"),
        "legacy": str(DOCUMENTS / "legacy.yaml"),
        "odd": str(DOCUMENTS / "odd.yaml"),
    }


def settings(paths: Mapping[str, str], name: str, **more: Any) -> Settings:
    return Settings(spec=paths[name], world="small", now=START, rate_limit="off", self_check="all", **more)


@dataclass(frozen=True)
class Api:
    """One workspace of an application that serves the document."""

    app: Starlette
    workspace: Workspace
    key: str

    def ask(self, status: int, method: str, target: str, body: Any = None) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        answer = ask(self.app, method, target, key=self.key, body=raw)
        assert answer.status == status, (method, target, body, answer.status, answer.body, answer.explain)
        return answer.json if answer.body else None

    def get(self, target: str) -> Any:
        return self.ask(200, "GET", target)

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        return [row.record for row in self.workspace.state.rows(kind)]


Open = Callable[..., Api]


@pytest.fixture(scope="session")
def open_api(paths: Mapping[str, str]) -> Open:
    """A new workspace on the document of that name, and on the world of that name."""
    apps: dict[str, Starlette] = {}
    numbers = count()

    def make(name: str, world: str = "small") -> Api:
        if name not in apps:
            apps[name] = create_app(settings(paths, name, vendor="sophiie" if name == "odd" else "auto"))
        app = apps[name]
        id, plan = f"w{next(numbers)}", WorldPlan(load_recipe(world), start=parse(START), limit=0)
        return Api(app, app.state.workspaces.create(id, plan, [f"sk_test_mock_{id}"]), f"sk_test_mock_{id}")

    return make


@pytest.fixture
def widgets(open_api: Open) -> Api:
    return open_api("widgets")


@pytest.fixture
def gadgets(open_api: Open) -> Api:
    return open_api("legacy")


@pytest.fixture
def vendor(open_api: Open) -> Api:
    return open_api("published")


@pytest.fixture
def odd(open_api: Open) -> Api:
    return open_api("odd")


# --- widgets: bare arrays, UUIDs, PATCH, offsets, things in things -----------------------------------------------


def widget(api: Api, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = api.ask(201, "POST", "/v1/widgets", {"name": "One", "colour": "red", "size": SIZE, **more})
    return made


def test_what_was_created_is_got_listed_changed_and_deleted(widgets: Api) -> None:
    made = widget(widgets, labels=["a"])
    assert made.items() >= {"name": "One", "colour": "red", "size": SIZE, "labels": ["a"], "in_stock": False}.items()
    path = f"/v1/widgets/{made['uuid']}"
    assert widgets.get(path) == widgets.get("/v1/widgets")[0] == made
    changed = widgets.ask(200, "PATCH", path, {"in_stock": True})
    assert changed == widgets.get(path) == {**made, "in_stock": True}
    widgets.ask(204, "DELETE", path)
    for method in ("GET", "DELETE"):
        widgets.ask(404, method, path)
    assert made["uuid"] not in [it["uuid"] for it in widgets.get("/v1/widgets")]


def test_a_new_record_has_nothing_that_nobody_said(widgets: Api) -> None:
    """Optional fields stay away, nullable ones are null, defaults apply, times are now in the document's own form."""
    made = widget(widgets)
    assert "code" not in made
    assert (made["note"], made["labels"], made["modified_on"]) == (None, [], "2026-03-04")
    assert made["created"] // 10 == 1772600767 // 10


def test_offsets_walk_the_bare_list(widgets: Api) -> None:
    made = [widget(widgets, name=str(number))["uuid"] for number in range(7)][::-1]
    assert [it["uuid"] for it in widgets.get("/v1/widgets")][:7] == made
    walked = [it["uuid"] for skip in (0, 3, 6) for it in widgets.get(f"/v1/widgets?skip={skip}&take=3")]
    assert walked[:7] == made
    assert widgets.get("/v1/widgets?skip=1000") == []


def test_filters_on_fields_of_any_type(widgets: Api) -> None:
    red, blue = widget(widgets, labels=["x", "y"])["uuid"], widget(widgets, colour="blue", in_stock=True)["uuid"]
    for query, found in (
        ("colour=blue&in_stock=true", [blue]),
        ("colour=red&labels=x", [red]),
        ("labels=y&labels=nothing", [red]),
        ("labels=nothing", []),
    ):
        mine = [it["uuid"] for it in widgets.get(f"/v1/widgets?{query}") if it["uuid"] in (red, blue)]
        assert mine == found, query


def test_records_that_were_there_from_the_start_are_like_any_other(widgets: Api) -> None:
    there = widgets.get("/v1/widgets")
    assert len({it["uuid"] for it in there}) == 3
    path = f"/v1/widgets/{there[1]['uuid']}"
    assert widgets.ask(200, "PATCH", path, {"name": "Mine"}) == {**there[1], "name": "Mine", **touched(widgets, path)}
    parts = [part for it in there for part in widgets.get(f"/v1/widgets/{it['uuid']}/parts")["parts"]]
    assert len(parts) == 3
    assert {part["widget_id"] for part in parts} <= {it["uuid"] for it in there}


def touched(api: Api, path: str) -> dict[str, Any]:
    return {"modified_on": api.get(path)["modified_on"]}


def test_things_in_things_are_found_below_their_own_only(widgets: Api) -> None:
    one, two = widget(widgets)["uuid"], widget(widgets)["uuid"]
    part = widgets.ask(201, "POST", f"/v1/widgets/{one}/parts", {"kind": "bolt", "torque": 2.5})["part"]
    assert (part["widget_id"], part["torque"]) == (one, 2.5)
    assert widgets.get(f"/v1/widgets/{one}/parts") == {"parts": [part], "count": 1}
    assert widgets.get(f"/v1/widgets/{two}/parts") == {"parts": [], "count": 0}
    assert widgets.get(f"/v1/widgets/{one}/parts/{part['id']}")["part"] == part
    widgets.ask(404, "GET", f"/v1/widgets/{two}/parts/{part['id']}")
    nobody = "00000000-0000-4000-a000-000000000000"
    widgets.ask(404, "GET", f"/v1/widgets/{nobody}/parts")
    widgets.ask(404, "POST", f"/v1/widgets/{nobody}/parts", {"kind": "nut"})


def test_things_go_with_what_they_hang_below(widgets: Api) -> None:
    one = widget(widgets)["uuid"]
    part = widgets.ask(201, "POST", f"/v1/widgets/{one}/parts", {"kind": "nut"})["part"]["id"]
    widgets.ask(204, "DELETE", f"/v1/widgets/{one}")
    widgets.ask(404, "GET", f"/v1/widgets/{one}/parts/{part}")
    assert part not in [it["id"] for it in widgets.records("widgets/parts")]


def test_an_operation_of_no_family_answers_validly_and_always_alike(widgets: Api) -> None:
    one = widget(widgets)["uuid"]
    shine = widgets.ask(200, "POST", f"/v1/widgets/{one}/polish")
    assert shine == widgets.ask(200, "POST", f"/v1/widgets/{one}/polish")
    assert 0 <= shine["shine"] <= 1


# --- gadgets: OpenAPI 3.0, a base path, numbers in paths, one record that stands alone -----------------------------


def test_an_older_document_below_a_base_path_is_stateful_too(gadgets: Api) -> None:
    body = {"name": "Sprocket", "price": 9.5}
    made = gadgets.ask(200, "POST", "/base/v2/gadgets", body)
    assert made["success"] is True
    gadget = made["gadget"]
    assert gadget.items() >= {**body, "maker": None, "state": None, "remark": None}.items()
    path = f"/base/v2/gadgets/{gadget['id']}"
    assert gadgets.get(path) == {"data": gadget}
    maker = {"name": "Acme", "country": "AU"}
    assert gadgets.ask(200, "PUT", path, {"maker": maker})["data"].items() >= {**body, "maker": maker}.items()
    assert gadgets.get("/base/v2/gadgets?per_page=1")["data"][0]["maker"] == maker
    gadgets.ask(204, "DELETE", path)
    gadgets.ask(404, "GET", path)


def test_an_id_that_only_looks_like_one_is_not_found(gadgets: Api) -> None:
    for id in ("1.5", "1e300", "99999999"):
        gadgets.ask(404, "GET", f"/base/v2/gadgets/{id}")


def test_totals_of_other_names_are_right(gadgets: Api) -> None:
    for state in ("new", "used", "used"):
        gadgets.ask(200, "POST", "/base/v2/gadgets", {"name": "G", "price": 1, "state": state})
    used = gadgets.get("/base/v2/gadgets?state=used&per_page=1")
    there = sum(it["state"] == "used" for it in gadgets.get("/base/v2/gadgets")["data"])
    assert there >= 2
    assert (used["total"], used["per_page"], used["has_more"], len(used["data"])) == (there, 1, True, 1)
    last = gadgets.get(f"/base/v2/gadgets?state=used&per_page=1&page={there}")
    assert (last["has_more"], len(last["data"])) == (False, 1)


def test_the_one_record_of_its_kind_is_changed_in_place(gadgets: Api) -> None:
    before = gadgets.get("/base/v2/settings")
    other = "light" if before["theme"] == "dark" else "dark"
    assert gadgets.ask(200, "PUT", "/base/v2/settings", {"theme": other}) == {**before, "theme": other}
    assert gadgets.get("/base/v2/settings") == {**before, "theme": other}


# --- the vendor's style: our behaviours on a document that is not ours ----------------------------------------------


def test_fields_that_the_document_adds_are_there_varied_stable_and_valid(vendor: Api) -> None:
    leads = vendor.get("/v1/leads")["leads"]
    assert len({lead["priority"] for lead in leads}) > 1
    assert len({lead["billing"]["terms"] for lead in leads}) > 1
    assert all("businessName" not in lead for lead in leads)
    for lead in leads:
        assert type(lead["id"]) is int
        assert vendor.get(f"/v1/leads/{lead['id']}").items() >= lead.items()
    assert leads == vendor.get("/v1/leads")["leads"]


def test_added_fields_do_not_depend_on_how_big_the_world_is(open_api: Open) -> None:
    """Each record's are its own: a bigger world contains the smaller one."""
    small, big = (
        {lead["id"]: lead["billing"] for lead in open_api("published", world).records("leads")}
        for world in ("small", "default")
    )
    assert len(big) > len(small)
    assert small == {id: big[id] for id in small}


def test_added_fields_filter_and_update(vendor: Api) -> None:
    low = [it["id"] for it in vendor.get("/v1/leads")["leads"] if it["priority"] == "low"]
    listed = vendor.get("/v1/leads?priority=low")
    assert [it["id"] for it in listed["leads"]] == low
    assert listed["totalCount"] == len(low) > 0
    billing = {"terms": 30, "note": None}
    body = {"priority": "high", "billing": billing}
    assert vendor.ask(200, "PUT", f"/v1/leads/{low[0]}", body)["lead"].items() >= body.items()
    assert low[0] not in [it["id"] for it in vendor.get("/v1/leads?priority=low")["leads"]]
    made = vendor.ask(201, "POST", "/v1/leads", {"firstName": "Avery", "priority": "low"})["lead"]
    assert vendor.get("/v1/leads?priority=low")["leads"][0]["id"] == made["id"]


def test_our_behaviours_hold(vendor: Api) -> None:
    mail = {"firstName": "Avery", "email": "avery@example.com"}
    lead = vendor.ask(201, "POST", "/v1/leads", mail)["lead"]["id"]
    vendor.ask(409, "POST", "/v1/leads", mail)
    member = vendor.get("/v1/members")["members"][0]["id"]
    vendor.ask(200, "POST", "/v1/sms", {"leadId": lead, "userId": member, "message": "Hello"})
    vendor.ask(200, "POST", "/v1/calls", {"name": "Avery", "phoneNumber": "+61255501234"})
    (inquiry,) = vendor.get(f"/v1/inquiries?leadId={lead}&expand=lead")["inquiries"]
    assert (inquiry["source"], inquiry["lead"]["id"]) == ("SMS", lead)
    events = [it["event"] for it in vendor.get(f"/v1/leads/{lead}/activities")["activities"]]
    assert events == ["SMS_SENT", "INQUIRY_CREATED", "LEAD_CREATED"]
    assert vendor.get(f"/v1/leads/{lead}")["lastInquiryId"] == inquiry["id"]
    vendor.ask(200, "DELETE", f"/v1/leads/{lead}")
    assert vendor.get(f"/v1/inquiries?leadId={lead}")["totalCount"] == 0
    vendor.ask(404, "GET", f"/v1/inquiries/{inquiry['id']}")


def test_a_story_is_still_one(vendor: Api) -> None:
    """Inquiries lead to their leads, and each keeps the data of its own source, whatever fields came or went."""
    listed = vendor.get("/v1/inquiries?limit=100")["inquiries"]
    leads = {lead["id"] for lead in vendor.get("/v1/leads?limit=100")["leads"]}
    assert {it["leadId"] for it in listed} <= leads
    marks = {"CALL": "transcripts", "EMAIL": "subject", "CHATBOT": "startedAt", "SMS": "messageThreadId"}
    for it in listed:
        inquiry = vendor.get(f"/v1/inquiries/{it['id']}")
        assert inquiry["source"] == it["source"]
        assert marks.get(it["source"], "formName") in inquiry["data"]
        assert inquiry["sentiment"] == it["sentiment"]
    assert len({it["sentiment"] for it in listed}) == 2


def test_a_family_that_our_document_does_not_have_is_stateful(vendor: Api) -> None:
    tag = vendor.ask(201, "POST", "/v1/tags", {"name": "vip"})["tag"]
    assert tag["id"].startswith("tag_")
    assert vendor.get(f"/v1/tags/{tag['id']}") == tag
    assert vendor.get("/v1/tags")["totalCount"] == 4
    vendor.ask(200, "PUT", f"/v1/tags/{tag['id']}", {"name": "friend"})
    assert vendor.get("/v1/tags")["tags"][0]["name"] == "friend"
    vendor.ask(204, "DELETE", f"/v1/tags/{tag['id']}")
    assert vendor.get("/v1/tags")["totalCount"] == 3


def test_the_zapier_surface_goes_on_beside_it(vendor: Api) -> None:
    newest = vendor.get("/v1/inquiries?limit=5")["inquiries"]
    for kind in ("leads", "inquiries", "appointments"):
        recent = vendor.get(f"/api/webhooks/zapier/{kind}?org_id=o&user_id=u")
        assert len(recent) == 5
    recent = vendor.get("/api/webhooks/zapier/inquiries?org_id=o&user_id=u")
    assert [(it["originalId"], it["leadId"]) for it in recent] == [(it["id"], str(it["leadId"])) for it in newest]


# --- odd: our paths with something else behind them, ids that change their type -------------------------------------


def test_what_is_not_what_our_behaviours_are_about_is_answered_as_documented(odd: Api) -> None:
    assert odd.ask(202, "POST", "/v1/leads", {"firstName": "Avery"}) == {"place": 7}  # of two examples, the valid one
    assert odd.get("/v1/inquiries").keys() == {"open"}
    assert odd.get("/v1/organization/members").keys() == {"n"}
    assert odd.ask(200, "POST", "/v1/sms", ["Hello"]).keys() == {"sent"}
    odd.ask(204, "POST", "/v1/calls", {"number": "+61255501234"})
    assert odd.records("$events") == []


def test_a_call_is_told_even_where_the_document_has_no_leads(odd: Api) -> None:
    odd.ask(204, "POST", "/v1/calls", {"name": "Avery Stone", "phoneNumber": "+61255501234"})
    assert odd.records("leads")[-1]["lastName"] == "Stone"
    assert odd.records("inquiries")[-1]["leadId"] == odd.records("leads")[-1]["id"]


def test_an_id_that_is_text_in_the_path_and_a_number_in_the_record_is_found(odd: Api) -> None:
    for record in odd.get("/v1/records")["records"]:
        assert odd.get(f"/v1/records/{record['id']}") == record
        odd.ask(404, "GET", f"/v1/records/{record['id']}x")


def test_what_a_free_body_says_is_kept_as_far_as_the_record_admits_it(odd: Api) -> None:
    made = odd.ask(201, "POST", "/v1/records", {"text": "Hello", "state": {"off": True}, "more": 1, "id": 77})
    assert made.keys() == {"id", "text", "state"}
    assert made["text"] == "Hello"
    assert made["id"] <= 4
    assert odd.ask(200, "PUT", f"/v1/records/{made['id']}", {"text": 5, "state": {"on": True}})["state"] == {"on": True}


def test_a_record_of_which_nothing_was_said_is_valid_all_the_same(odd: Api) -> None:
    made = odd.ask(201, "POST", "/v1/records")
    assert odd.get(f"/v1/records/{made['id']}") == made


def test_ids_that_are_used_up_are_a_conflict_and_not_a_search_without_end(odd: Api) -> None:
    assert len(odd.get("/v1/records")["records"]) == 3
    odd.ask(201, "POST", "/v1/records", {"text": "The last one"})
    odd.ask(409, "POST", "/v1/records", {"text": "One too many"})


def test_things_below_something_that_has_no_list_are_kept_apart(odd: Api) -> None:
    seeded = odd.get("/v1/machines/8/logs")  # nothing is known of machines: these hang below each of them
    log = odd.ask(201, "POST", "/v1/machines/7/logs", {"line": "Started"})
    assert odd.get("/v1/machines/7/logs") == [log, *seeded]
    assert odd.get("/v1/machines/8/logs") == seeded
    mark = odd.ask(201, "POST", f"/v1/machines/7/logs/{log['id']}/marks", {"line": "Seen"})
    assert odd.get(f"/v1/machines/7/logs/{log['id']}/marks") == [mark]
    odd.ask(404, "GET", f"/v1/machines/8/logs/{log['id']}/marks")


# --- and nothing in them finds a fault ------------------------------------------------------------------------------


# The others, and all phases: `make schemathesis`.
@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), [("widgets", ["--phases", "coverage"])])
def test_schemathesis_finds_nothing(
    paths: Mapping[str, str], name: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # without the settings of our schemathesis.toml
    chosen = settings(paths, name, port=0, quiet=True)
    with MockServer(chosen) as server:
        header = f"Authorization: Bearer {server.api_key}"
        few = ["--max-examples", "2", "--seed", "1", "--no-color", "--warnings", "off"]
        run = ["run", f"{server.url}/openapi", "--header", header, *few, *options]
        result = CliRunner().invoke(schemathesis, run)
    assert result.exit_code == 0, result.output
    assert " passed" in result.output
