"""Recorded traffic: read as browsers, proxies and the mock write it; judged by the contract; no value of it shown."""

import base64
import json
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message, line_with
from recordings import LEAD, ORGANIZATION, SECRET, Json, Judge, entry, har, judged_entries, not_judged, organization

from contracts.cli.traffic import command
from contracts.spec.json_file import MAX_FILE_BYTES
from contracts.transport.target import mock


def test_good_traffic_of_a_browser_is_good(judge: Judge) -> None:
    packed = organization()
    text = packed["response"]["content"]["text"]
    packed["response"]["content"] |= {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}
    page = entry("https://www.sophiie.ai/app.js", "x")
    preflight = entry("https://api.sophiie.ai/v1/leads", None, method="OPTIONS", status=204)
    preflight["request"]["headers"].append({"name": "Access-Control-Request-Method", "value": "POST"})
    blocked = {**organization(), "response": {"status": 0, "headers": [], "content": {"size": 0, "mimeType": ""}}}
    code, out, _ = judge(har(organization(), packed, page, preflight, blocked))
    assert code == 0
    assert judged_entries(out) == (2, 5)
    assert "1 left out: no answer" in out


def test_a_base_path_is_found_out(judge: Judge) -> None:
    behind = entry("http://gateway.example:8080/vendors/sophiie/v1/organization", ORGANIZATION)
    code, out, _ = judge(har(behind))
    assert (code, "base path /vendors/sophiie" in out) == (0, True)
    assert judge(har(behind), "--base", "/elsewhere")[0] == 2


def test_a_wrong_answer_is_found_with_its_place_and_without_its_value(judge: Judge) -> None:
    wrong = [organization(), organization(timeFormat="Canary-value"), organization(timeFormat="Canary-value")]
    code, out, _ = judge(har(*wrong), "-v", "--strict")
    assert "[200 /timeFormat]" in out
    assert_message(line_with(out, "/log/entries/1"))
    assert "Canary" not in out
    assert code in (0, 1)  # by how the vendor documents it


def test_a_request_that_breaks_the_contract_and_is_accepted_is_a_finding(judge: Judge) -> None:
    made = {"id": "ld_1", **LEAD}
    code, out, _ = judge(har(entry("https://api.sophiie.ai/v1/leads", made, method="POST", status=201, sent={})))
    assert "request_conformance" in out
    assert "the member firstName" in out
    assert code == 1


def test_a_request_that_was_refused_is_a_note_unless_asked_for(judge: Judge) -> None:
    told = {"success": False, "message": "no", "error": {"status": 400, "message": "no"}}
    refused = entry("https://api.sophiie.ai/v1/leads?limit=0", told, status=400)
    both = har(organization(), refused)
    code, out, _ = judge(both)
    assert code == 0
    assert_message(line_with(out, "--strict"))
    code, out, _ = judge(both, "--strict")
    assert "expected  at least 1" in out


@pytest.mark.parametrize("changes", [{"content": {"size": 90, "mimeType": "application/json"}}, {"content": None}])
def test_a_body_that_was_not_recorded_is_not_judged(judge: Judge, changes: Json) -> None:
    lost = organization()
    lost["response"] |= changes
    code, out, _ = judge(har(lost))
    assert code == 0
    assert not_judged(out)


def test_a_masked_value_is_not_judged(judge: Judge) -> None:
    assert judge(har(organization(timeFormat="***")))[0] == 0


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (b"{", "not JSON: line 1"),
        (b"\xff", "not JSON: line 1"),
        (b"[" * 5000, "not JSON: it nests deeper than 106 levels"),
        (b'{"log": ' + b"[" * 500 + b"]" * 500 + b"}", "it nests deeper than 106 levels"),
        (b'{"log": ' * 50_000, "it nests deeper than 106 levels"),
        ([], "neither `log` nor `requests`"),
        ({"log": []}, "(/log): a list, not an object"),
        ({"log": {}}, "(/log): `entries` is missing"),
        ({"log": {"entries": [1]}}, "entry 1 (/log/entries/0): a number, not an object"),
        ({"log": {"entries": [{"request": {"url": "/"}}]}}, "entry 1 (/log/entries/0/request): `method` is missing"),
        (
            har({**organization(), "response": {"status": "200"}}),
            "entry 1 (/log/entries/0/response/status): a text, not a number",
        ),
        (
            har({**organization(), "response": {"status": True}}),
            "entry 1 (/log/entries/0/response/status): true or false, not a number",
        ),
        ({"requests": [{"request": {"method": "GET"}, "response": {}}]}, "entry 1 (/requests/0/request): `url`"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_place(judge: Judge, recording: Any, said: str) -> None:
    code, out, err = judge(recording)
    assert (code, out) == (2, "")
    assert said in err
    assert "→" in err


def test_text_that_is_not_base64_is_refused_with_its_place(judge: Judge) -> None:
    wrong = organization()
    wrong["response"]["content"]["encoding"] = "base64"
    code, _, err = judge(har(wrong))
    assert (code, "entry 1 (/log/entries/0/response/content/text): not base64" in err) == (2, True)


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = tmp_path / "large.har"
    with large.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert command.main([str(large)], standalone_mode=False) == 2
    assert command.main([str(tmp_path / "none.har")], standalone_mode=False) == 2
    assert "larger than 64 MiB" in capsys.readouterr().err


@pytest.mark.parametrize("entries", [[], [entry("https://www.sophiie.ai/app.js", "x")]], ids=["empty", "another site"])
def test_traffic_of_something_else_proves_nothing(judge: Judge, entries: Sequence[Json]) -> None:
    code, _, err = judge(har(*entries))
    assert code == 2
    assert f"none of {len(entries)} entries" in err


def test_traffic_that_only_failed_proves_nothing(judge: Judge) -> None:
    text = "Invalid or expired token"
    denied = {"success": False, "message": text, "error": {"status": 401, "message": text}}
    code, out, _ = judge(har(entry("https://api.sophiie.ai/v1/organization", denied, status=401)))
    assert (code, "nothing is proved" in out) == (2, True)


def test_no_credential_of_a_recording_is_shown(judge: Judge, tmp_path: Path) -> None:
    wrong = organization(**{SECRET: 1, "timeFormat": SECRET})
    reports = [f"{kind}={tmp_path / kind}" for kind in ("json", "html", "junit", "sarif", "summary", "github")]
    _, out, err = judge(har(wrong), "-v", "--strict", "--report", ",".join(reports))
    texts = [out, err, *(Path(report.partition("=")[2]).read_text("utf-8") for report in reports)]
    assert all(texts[index] for index in (0, 2, 3, 4, 5, 6, 7))
    assert not [text for text in texts if SECRET in text or "Canary" in text]


def test_an_empty_journal_asks_for_that_of_the_workspace(judge: Judge) -> None:
    code, _, err = judge({"requests": []})
    assert code == 2
    assert_message(err.strip().partition("→ ")[2])


def test_the_journal_of_the_mock_is_judged(judge: Judge) -> None:
    with mock() as target:

        def send(path: str, **options: Any) -> bytes:
            headers = {"Authorization": f"Bearer {target.key}", "Content-Type": "application/json", **options}
            body = headers.pop("body", None)
            request = urllib.request.Request(target.origin + path, body, headers)
            with urllib.request.urlopen(request) as response:
                return bytes(response.read())

        send("/v1/leads?limit=2")
        send("/v1/organization")
        send("/v1/organization", Prefer="code=200, dynamic=true")
        send("/v1/leads", body=json.dumps(LEAD).encode())
        journal = send("/__admin/requests")
    code, out, _ = judge(journal)
    assert code == 0, out
    assert judged_entries(out) == (4, 4)
    assert_message(line_with(out, "(entry 2)"))
    shown = json.loads(journal)
    shown["requests"][-1]["response"]["body"]["leads"][0]["id"] = 7
    code, out, _ = judge(shown)
    assert code == 1
    assert "[200 /leads/*/id]" in out
    assert "/requests/3" in out
