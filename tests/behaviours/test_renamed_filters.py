"""Lists of a document whose filters are spelt in another way: they narrow, or they say that they do not."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from renamed import renamed
from starlette.applications import Starlette
from wire import ask

from mock_server.app import create_app
from mock_server.behaviours.registry import idle_in
from mock_server.cli.main import cli
from mock_server.config.settings import Settings

IGNORED = "is ignored, although the document has it"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("renamed") / "renamed.json"
    path.write_text(json.dumps(renamed()))
    return str(path)


@pytest.fixture(scope="module")
def app(file: str) -> Starlette:
    return create_app(Settings(world="small", rate_limit="off", spec=file))


def inquiries(app: Starlette, query: str = "") -> Any:
    answer = ask(app, "GET", f"/v1/inquiries?limit=100&{query}")
    assert answer.status == 200, answer.explain
    return answer.json["inquiries"]


def test_a_renamed_filter_narrows_the_list(app: Starlette) -> None:
    every = inquiries(app)
    lead = every[0]["leadId"]
    assert inquiries(app, f"lead_id={lead}") == [it for it in every if it["leadId"] == lead] != every
    assert inquiries(app, "Source=CALL") == [it for it in every if it["source"] == "CALL"] != every
    assert inquiries(app, "Is-Read=false") == [it for it in every if not it["isRead"]] != every
    both = [it for it in every if it["leadId"] == lead and it["source"] == "CALL"]
    assert inquiries(app, f"lead_id={lead}&Source=CALL") == both
    assert inquiries(app, "lead_id=ld_nobody") == []


def test_what_narrows_says_nothing(app: Starlette) -> None:
    assert ask(app, "GET", "/v1/inquiries?lead_id=ld_1&Source=CALL&expand=lead&page=1").explain == ""
    assert ask(app, "GET", "/v1/inquiries").explain == ""


def test_a_declared_parameter_without_effect_says_so_each_time(app: Starlette) -> None:
    for _ in range(3):
        answer = ask(app, "GET", "/v1/inquiries?min_length=1")
        assert answer.status == 200
        assert f"query parameter min_length: {IGNORED}" in answer.explain


def test_a_range_and_an_order_that_the_document_adds_have_their_effect(app: Starlette) -> None:
    every = inquiries(app)
    oldest_first = inquiries(app, "sort_by=createdAt")
    assert [it["createdAt"] for it in oldest_first] == sorted(it["createdAt"] for it in every)
    assert inquiries(app, "sort_by=-createdAt")[0]["createdAt"] == oldest_first[-1]["createdAt"]
    middle = oldest_first[len(every) // 2]["createdAt"]
    assert inquiries(app, f"created_after={middle}") == [it for it in every if it["createdAt"] > middle] != []


def test_the_start_names_what_has_no_effect(app: Starlette) -> None:
    assert idle_in(app.state.workspaces.contract) == ["GET /v1/inquiries?min_length"]


def test_our_own_documents_have_nothing_without_effect() -> None:
    assert idle_in(create_app(Settings(world="empty")).state.workspaces.contract) == []


def test_verbs_that_show_a_document_name_what_has_no_effect(file: str) -> None:
    listed = CliRunner().invoke(cli, ["spec", "lint", file]).output
    assert "ignores: GET /v1/inquiries?min_length" in listed
    routes = json.loads(CliRunner().invoke(cli, ["routes", "--spec", file, "--json"]).output)
    found = {(it["method"], it["path"]): it["ignores"] for it in routes}
    assert found["GET", "/v1/inquiries"] == ["min_length"]
    assert found["GET", "/v1/appointments"] == []
    assert "ignored: GET /v1/inquiries?min_length" in CliRunner().invoke(cli, ["routes", "--spec", file]).stderr


def serving(root: Any, folder: Path) -> Starlette:
    file = folder / "document.json"
    file.write_text(json.dumps(root))
    return create_app(Settings(world="small", rate_limit="off", spec=str(file)))


def test_a_list_written_by_hand_narrows_too(tmp_path: Path) -> None:
    root = renamed()
    more = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("Role", "ids")]
    root["paths"]["/v1/organization/members"]["get"].setdefault("parameters", []).extend(more)
    app = serving(root, tmp_path)
    every = ask(app, "GET", "/v1/organization/members").json["members"]
    role = every[0]["role"]
    narrowed = ask(app, "GET", f"/v1/organization/members?Role={role}").json["members"]
    assert narrowed == [it for it in every if it["role"] == role] != every
    ids = f"{every[1]['id']},{every[2]['id']}"
    assert [it["id"] for it in ask(app, "GET", f"/v1/organization/members?ids={ids}").json["members"]] == [
        every[1]["id"],
        every[2]["id"],
    ]


def test_two_parameters_for_one_field_both_hold(tmp_path: Path) -> None:
    root = renamed()
    more = {"name": "LeadID", "in": "query", "schema": {"type": "string"}}
    root["paths"]["/v1/inquiries"]["get"]["parameters"].append(more)
    app = serving(root, tmp_path)
    lead = inquiries(app)[0]["leadId"]
    assert inquiries(app, f"lead_id={lead}&LeadID={lead}") == inquiries(app, f"lead_id={lead}") != []
    assert inquiries(app, f"lead_id={lead}&LeadID=ld_1") == []


def test_a_renamed_expansion_still_expands(tmp_path: Path) -> None:
    root = renamed()
    (expand,) = [it for it in root["paths"]["/v1/inquiries"]["get"]["parameters"] if it["name"] == "expand"]
    expand["name"] = "include"
    app = serving(root, tmp_path)
    answer = ask(app, "GET", "/v1/inquiries?include=lead&limit=1")
    assert ("lead" in answer.json["inquiries"][0], answer.explain) == (True, "")


def test_a_renamed_field_keeps_its_meaning(tmp_path: Path) -> None:
    root = renamed()
    inquiry = root["components"]["schemas"]["InquiryBase"]
    inquiry["properties"]["lead_id"] = inquiry["properties"].pop("leadId")
    inquiry["required"] = ["lead_id" if name == "leadId" else name for name in inquiry["required"]]
    app = serving(root, tmp_path)
    leads = {it["id"] for it in ask(app, "GET", "/v1/leads?limit=100").json["leads"]}
    assert {it["lead_id"] for it in inquiries(app)} <= leads
    member = ask(app, "GET", "/v1/members").json["members"][0]["id"]
    lead = min(leads)
    before = inquiries(app, f"lead_id={lead}")
    body = json.dumps({"leadId": lead, "userId": member, "message": "On our way"}).encode()
    assert ask(app, "POST", "/v1/sms", body=body).status == 200
    assert len(inquiries(app, f"lead_id={lead}")) == len(before) + 1
