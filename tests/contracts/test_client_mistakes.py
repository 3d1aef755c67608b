"""What a client asks wrongly and nobody refuses: paths, parameters and members that the document does not know."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from messages import assert_message, line_with
from recordings import LEAD, ORGANIZATION, Json, Judge, entry, har, judged_entries, organization

from contracts.spec.document import Contract, Document, load
from contracts.traffic import unknown_requests
from mock_server.support.did_you_mean import nearest

API = "https://api.sophiie.ai"
NOT_FOUND = {"success": False, "message": "Not found", "error": {"status": 404, "message": "Not found"}}
NO_LEADS = {"leads": [], "totalPages": 0, "currentPage": 1, "totalCount": 0}


def journal(*requests: tuple[str, str, int, Any]) -> Json:
    """As the mock answers it: (method, URL, status, answer)."""
    return {
        "requests": [
            {
                "request": {"method": method, "url": url, "headers": {}, "body": None, "bodyCut": False},
                "response": {
                    "status": status,
                    "headers": {"content-type": "application/json", "x-mock-request-id": "req_1", **_reason(status)},
                    "body": answer,
                    "bodyCut": False,
                },
            }
            for method, url, status, answer in requests
        ]
    }


def _reason(status: int) -> dict[str, str]:
    return {"x-mock-explain": "no such path"} if status == 404 else {}


FINE = ("GET", "/v1/organization", 200, ORGANIZATION)


# --- parameters -------------------------------------------------------------------------------------------------


MISSPELT = {
    "journal": journal(("GET", "/v1/leads?limt=5", 200, NO_LEADS)),
    "HAR": har(entry(f"{API}/v1/leads?limt=5", NO_LEADS)),
}


@pytest.mark.parametrize("recording", MISSPELT.values(), ids=MISSPELT)
def test_a_misspelt_parameter_is_a_finding(judge: Judge, recording: Json) -> None:
    code, out, _ = judge(recording)
    assert (code, "undocumented_parameter" in out, "[query limt]" in out) == (1, True, True)
    assert_message(line_with(out, "`limit`"), "parameter that was meant")
    assert "limt in entry 1, " in out


def test_a_filter_that_the_document_has_renamed_is_a_finding(judge: Judge, tmp_path: Path) -> None:
    """The break to catch on adoption: the old name is asked, nobody refuses it, and everything comes."""
    renamed = json.loads(json.dumps(load().documents[0].raw))
    renamed["components"]["parameters"]["LeadFilter"]["name"] = "lead_id"
    (tmp_path / "new.json").write_text(json.dumps(renamed))
    inquiries = {"inquiries": [], "totalPages": 0, "currentPage": 1, "totalCount": 0}
    asked = journal(("GET", "/v1/inquiries?leadId=ld_1", 200, inquiries))
    assert judge(asked)[0] == 0
    code, out, _ = judge(asked, "--spec", str(tmp_path / "new.json"))
    assert (code, "did you mean `lead_id`?" in out) == (1, True)


STYLES = """
openapi: 3.1.0
info: {title: Styles, version: '1'}
components: {securitySchemes: {key: {type: apiKey, in: query, name: api_key}}}
paths:
  /a:
    parameters: [{name: everywhere, in: query, schema: {type: string}}]
    get:
      parameters:
      - {name: filter, in: query, style: deepObject, schema: {type: object}}
      - {name: where, in: query, schema: {type: object, properties: {city: {type: string}}}}
      - {name: flat, in: query, explode: false, schema: {type: object, properties: {town: {type: string}}}}
      - {name: 'tags[]', in: query, schema: {type: array, items: {type: string}}}
      responses: {'204': {description: Fine}}
"""


@pytest.mark.parametrize(
    ("query", "odd"),
    [
        ("everywhere=1&filter[status]=x&city=x&tags[]=1&tags[]=2&api_key=k", []),
        ("flat=town,x", []),
        ("town=x", ["town"]),
        ("filtr[status]=x&tags=1", ["filtr[status]", "tags"]),
    ],
)
def test_every_style_of_a_parameter_is_known(judge: Judge, tmp_path: Path, query: str, odd: list[str]) -> None:
    (tmp_path / "styles.yaml").write_text(STYLES)
    _, out, _ = judge(journal(("GET", f"/a?{query}", 204, None)), "--spec", str(tmp_path / "styles.yaml"), "-v")
    assert re.findall(r"\[query (.*)\]", out) == odd


@pytest.mark.parametrize("name", ["ana@example.com", "sk_live_" + "0123456789abcdef", "0491570006", "x" * 70])
def test_a_parameter_that_may_be_a_value_is_not_shown(judge: Judge, name: str) -> None:
    code, out, _ = judge(journal(("GET", f"/v1/leads?{name}", 200, NO_LEADS)))
    assert (code, name in out) == (1, False)


# --- paths ------------------------------------------------------------------------------------------------------


def test_a_misspelt_path_is_a_finding_that_names_it(judge: Judge) -> None:
    code, out, _ = judge(journal(FINE, ("GET", "/v1/leeds", 404, NOT_FOUND), ("GET", "/v1/leeds", 404, NOT_FOUND)))
    assert (code, "undocumented_operation" in out) == (1, True)
    assert_message(line_with(out, "GET /v1/leads?"), "path that was meant")
    assert_message(line_with(out, "/requests/1"))


def test_a_journal_of_nothing_but_mistakes_is_a_finding(judge: Judge) -> None:
    assert judge(journal(("GET", "/v1/leeds", 404, NOT_FOUND)))[0] == 1


@pytest.mark.parametrize(
    ("method", "path", "shown", "meant"),
    [
        ("GET", "/v1/leeds", "GET /v1/leeds", "GET /v1/leads"),
        ("GET", "/v1/leads/", "GET /v1/leads/", "GET /v1/leads"),
        ("GET", "/v1/lead/ld_8f3k2", "GET /v1/lead/{}", "GET /v1/leads/{}"),
        ("PATCH", "/v1/leads/ana", "PATCH /v1/leads/{}", "PUT /v1/leads/{}"),
        ("GET", "/leads", "GET /leads", "GET /v1/leads"),
        ("GET", "/api/v1/leads", "GET /api/v1/leads", "GET /v1/leads"),
        ("GET", "/v1/leads/ld_1/note", "GET /v1/leads/{}/note", "GET /v1/leads/{}/notes"),
        ("POST", "/v1/search/ana@example.com", "POST /v1/search/{}", ""),
        ("GET", "/", "GET /", ""),
    ],
)
def test_what_was_meant_is_told_and_no_value(method: str, path: str, shown: str, meant: str) -> None:
    assert unknown_requests.Names(load()).describe(method, path) == (shown, meant)


@pytest.mark.parametrize(
    ("word", "near"),
    [("leadId", "lead_id"), ("lead-id", "lead_id"), ("LEAD_ID", "lead_id"), ("limt", "limit"), ("zzz", ""), ("", "")],
)
def test_a_name_is_near_one_that_differs_in_case_and_punctuation(word: str, near: str) -> None:
    assert nearest(word, ["limit", "lead_id", "page"]) == near


# --- which requests were for the API ----------------------------------------------------------------------------


def page(url: str, media: str = "text/html", status: int = 200) -> Json:
    one = entry(url, "x", status=status)
    one["response"]["headers"] = [{"name": "content-type", "value": media}]
    return one


def test_in_a_har_what_is_beside_the_api_is_left_out_and_counted(judge: Judge) -> None:
    base = "https://app.example/api"
    beside = [
        page("https://app.example/login"),
        entry("https://cdn.example/v1/x", {}),
        page("https://app.example/a.css"),
    ]
    code, out, _ = judge(har(entry(f"{base}/v1/organization", ORGANIZATION), *beside))
    assert code == 0
    assert_message(line_with(out, "left out"))
    assert "host app.example, base path /api" in out
    code, out, _ = judge(har(entry(f"{base}/v1/organization", ORGANIZATION), entry(f"{base}/leads", {}, status=404)))
    assert code == 1
    assert_message(line_with(out, "GET /leads, "))


def test_pages_of_the_apis_own_host_are_left_out(judge: Judge) -> None:
    files = [page(f"{API}/"), page(f"{API}/app/main.js", "text/javascript"), page(f"{API}/favicon.ico", "image/x-icon")]
    code, out, _ = judge(har(organization(), *files))
    assert code == 0
    assert_message(line_with(out, "left out"))


def test_a_misspelt_path_that_a_web_application_answers_with_its_page_is_a_finding(judge: Judge) -> None:
    code, out, _ = judge(har(organization(), page(f"{API}/v1/leeds")))
    assert (code, "GET /v1/leeds, answered 200" in out) == (1, True)


def test_another_host_that_has_such_paths_is_named_and_can_be_chosen(judge: Judge) -> None:
    other = entry("https://staging.example:8443/v1/organization", {**ORGANIZATION, "timeFormat": "x"})
    both = har(organization(), organization(), other)
    code, out, _ = judge(both)
    assert code == 0
    assert_message(line_with(out, "left out"))
    out = judge(both, "--base", "https://staging.example:8443/")[1]
    assert judged_entries(out) == (1, 3)
    assert "[200 /timeFormat]" in out


def test_a_request_of_the_named_host_alone_is_a_finding_when_nothing_fits(judge: Judge) -> None:
    code, out, _ = judge(har(entry(f"{API}/v1/leeds", NOT_FOUND, status=404)), "--base", API)
    assert code == 1
    assert_message(line_with(out, "GET /v1/leads?"), "path that was meant")


@pytest.mark.parametrize("base", ["https://", "ftp://host/a", "https://host:99999", "http://[::1"])
def test_a_base_that_is_none_is_refused(judge: Judge, base: str) -> None:
    code, _, err = judge(har(organization()), "--base", base)
    assert code == 2
    assert_message(err, "base that is none", BASE=base)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_what_http_itself_has_need_not_be_documented(judge: Judge, method: str) -> None:
    code, out, _ = judge(har(organization(), entry(f"{API}/v1/leads", None, method=method, status=204)))
    assert code == 0
    assert_message(line_with(out, "left out"), "requests that HTTP itself has")
    assert judge(journal(FINE, (method, "/v1/leads", 405, NOT_FOUND)))[0] == 1


# --- members of bodies ------------------------------------------------------------------------------------------


def made(**members: Any) -> Json:
    lead = {"lead": {"id": "ld_1", **LEAD}}
    return har(entry(f"{API}/v1/leads", lead, method="POST", status=201, sent={**LEAD, **members}))


def test_a_member_that_the_document_does_not_name_is_a_warning_and_strictly_a_finding(judge: Judge) -> None:
    code, out, _ = judge(made(subrb="Newtown"), "--requests-only")
    assert (code, "[body /subrb]" in out, "did you mean `suburb`?" in out) == (0, True, True)
    assert "a warning" in out
    assert judge(made(subrb="Newtown"), "--requests-only", "--strict")[0] == 1
    assert judge(made(), "--requests-only", "--strict")[0] == 0


BODIES = """
openapi: 3.1.0
info: {title: Bodies, version: '1'}
paths:
  /a:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                known: {type: string}
                open: {type: object, properties: {x: {}}, additionalProperties: true}
                closed: {type: object, properties: {x: {}}, additionalProperties: false}
                list: {type: array, items: {type: object, properties: {x: {}}}}
                free: {type: object}
      responses: {'204': {description: Fine}}
"""


@pytest.mark.parametrize(
    ("body", "odd"),
    [
        ({"known": "x", "open": {"y": 1}, "free": {"y": 1}, "list": [{"x": 1}]}, []),
        (
            {"knwon": "x", "list": [{"y": 1}, {"y": 2}]},
            ["undocumented_member body /knwon", "undocumented_member body /list/*/y"],
        ),
        ({"closed": {"y": 1}}, ["request_conformance body /closed"]),
    ],
)
def test_whether_a_member_may_be_there_is_what_the_document_says(
    judge: Judge, tmp_path: Path, body: Any, odd: list[str]
) -> None:
    (tmp_path / "bodies.yaml").write_text(BODIES)
    sent = journal(("POST", "/a", 204, None))
    sent["requests"][0]["request"] |= {"headers": {"content-type": "application/json"}, "body": body}
    report = tmp_path / "r.json"
    judge(sent, "--spec", str(tmp_path / "bodies.yaml"), "--report", f"json={report}")
    found = json.loads(report.read_text())["findings"]
    assert sorted(f"{one['rule']} {one['where']}" for one in found) == odd


# --- what the mock says, and what a team accepts ---------------------------------------------------------------


def test_the_reason_of_the_mock_stands_beside_the_finding(judge: Judge) -> None:
    out = judge(journal(("GET", "/v1/leeds", 404, NOT_FOUND)))[1]
    assert_message(line_with(out, "reason  "))


def test_what_a_team_has_accepted_is_no_finding(judge: Judge, tmp_path: Path) -> None:
    asked = journal(("GET", "/v1/leads?_=17", 200, NO_LEADS), ("GET", "/v1/leeds", 404, NOT_FOUND))
    code, out, _ = judge(asked, "--baseline-entries")
    printed = out[out.index("- check:") :]
    baseline = tmp_path / "baseline.yaml"
    baseline.write_text(printed.replace("# who sees to it", "ana"))
    assert (code, printed.count("- check:")) == (1, 2)
    code, out, _ = judge(asked, "--baseline", str(baseline))
    assert (code, "2 findings accepted by" in out) == (0, True)


# --- requests only ----------------------------------------------------------------------------------------------


def test_with_requests_only_the_answers_of_an_older_mock_are_left_alone(judge: Judge) -> None:
    old = journal(("GET", "/v1/leads?limit=5", 200, {"leads": 7}))
    assert judge(old)[0] == 1
    code, out, _ = judge(old, "--requests-only")
    assert (code, "response_schema_conformance" in out) == (0, False)
    wrong = journal(("GET", "/v1/leads?limit=0", 200, {"leads": 7}))
    code, out, _ = judge(wrong, "--requests-only")
    assert (code, "[query limit]" in out, "response_schema_conformance" in out) == (1, True, False)


def test_requests_that_were_all_refused_can_be_judged_alone(judge: Judge) -> None:
    refused = journal(("GET", "/v1/leads", 500, NOT_FOUND))
    assert judge(refused, "--requests-only")[0] == 0


# --- sizes ------------------------------------------------------------------------------------------------------


def test_a_document_without_paths_that_are_alike_has_no_suggestion() -> None:
    contract = Contract([Document("x", yaml.safe_load(STYLES))])
    assert unknown_requests.Names(contract).describe("GET", "/somewhere/else") == ("GET /somewhere/else", "")
