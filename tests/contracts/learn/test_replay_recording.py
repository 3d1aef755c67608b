"""A recording of the mock, asked again of the mock: it agrees, and what was changed in the recording is found."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from messages import assert_message
from test_learn import CONTRACT, GAPS, LEAD, exchange, har, organization

from contracts.cli.replay_recording import command
from contracts.learn.gap_ledger import asked_words
from contracts.learn.recording_comparison import OpenPlaces, shape_differences
from contracts.learn.remade_requests import RequestMaker, not_again_reason
from contracts.learn.sources import load_source
from contracts.shapes.exchanges import ShapedExchange
from contracts.shapes.shape import load_shape
from contracts.transport.exchange import Exchange


def observed(tmp_path: Path, *exchanges: Exchange) -> list[ShapedExchange]:
    (tmp_path / "a.har").write_text(json.dumps(har(*exchanges)))
    return load_source(tmp_path / "a.har", CONTRACT, asked_words(GAPS)).exchanges


def run(tmp_path: Path, *exchanges: Exchange) -> tuple[int, Any]:
    (tmp_path / "a.har").write_text(json.dumps(har(*exchanges)))
    shown = CliRunner().invoke(command, [str(tmp_path / "a.har"), "--json"], standalone_mode=False)
    return shown.return_value, json.loads(shown.output) if shown.output.startswith("{") else shown.output


LEADS = {"leads": [{**LEAD, "id": "ld_canary"}], "totalPages": 1, "currentPage": 1, "totalCount": 1}


def test_the_mock_agrees_with_what_it_would_answer(tmp_path: Path) -> None:
    code, found = run(
        tmp_path,
        organization(),
        exchange("POST", "/v1/leads", 201, {"lead": LEAD}, {"firstName": "Canary7"}),
        exchange("PUT", "/v1/leads/ld_canary", 200, {"lead": LEAD}, {"suburb": "Canary7"}),
        exchange("DELETE", "/v1/leads/ld_canary", 200, {"message": "x"}),
        exchange("DELETE", "/v1/leads/ld_canary", 404, {"success": False, "message": "No"}),
    )
    assert [one["place"] for one in found["findings"]] == []
    assert found["asked"] == 5
    assert code == (1 if found["differences"] else 0)


def test_another_status_and_another_type_are_findings(tmp_path: Path) -> None:
    code, found = run(
        tmp_path,
        organization(timeFormat="12"),
        exchange("POST", "/v1/leads", 422, {}, {"firstName": "Canary7"}),
    )
    assert code == 1
    assert {(one["recorded"], one["answered"]) for one in found["findings"]} == {
        ("status 422", "status 201"),
        ("string", "integer"),
    }


def test_what_cannot_be_asked_again_is_left_out_with_the_reason(tmp_path: Path) -> None:
    code, said = run(tmp_path, exchange("GET", "/v1/organization", 429, {}))
    assert code == 2
    assert_message(said, FOLDER=tmp_path)


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_a_status_that_hangs_on_more_than_the_request_is_not_asked(tmp_path: Path, status: int) -> None:
    [one] = observed(tmp_path, exchange("GET", "/v1/organization", status, {}))
    assert str(status) in not_again_reason(one)


def test_a_remade_request_breaks_what_the_recorded_one_broke(tmp_path: Path) -> None:
    broken = exchange("POST", "/v1/leads?limit=500", 400, {}, {"firstName": "A", "zip": 7})
    [one] = observed(tmp_path, broken)
    request = RequestMaker(CONTRACT).make(one)
    body = json.loads(request.content or b"")
    assert (len(body["firstName"]), body["zip"]) == (1, 1)
    assert "Canary7" not in str(request)


def test_one_record_of_the_recording_is_one_record_of_the_mock(tmp_path: Path) -> None:
    answers = [exchange("GET", f"/v1/leads/{id}", 200, LEAD) for id in ("ld_a", "ld_b", "ld_a")]
    maker = RequestMaker(CONTRACT)
    maker.offer("GET /v1/leads", ["ld_1", "ld_2", "ld_3"])
    one, two, again = (maker.make(each).path for each in observed(tmp_path, *answers))
    assert one == again != two


def test_a_record_that_a_body_refers_to_is_one_of_the_mock(tmp_path: Path) -> None:
    sent = {"leadId": "ld_canary", "message": "Canary7"}
    [one] = observed(tmp_path, exchange("POST", "/v1/sms", 200, {"message": "x"}, sent))
    maker = RequestMaker(CONTRACT)
    assert maker.lacks_references(one) == ["/v1/leads"]
    maker.offer("GET /v1/leads", ["ld_1", "ld_2"])
    assert maker.lacks_references(one) == []
    assert json.loads(maker.make(one).content or b"")["leadId"] == "ld_2"


def test_a_request_without_a_key_is_asked_without_the_key(tmp_path: Path) -> None:
    bare = replace(exchange("GET", "/v1/leads", 401, {}), sent_headers={})
    [one] = observed(tmp_path, bare)
    assert not RequestMaker(CONTRACT).make(one).with_key


def test_a_null_on_one_side_is_no_difference() -> None:
    null, text = load_shape({"types": ["null"]}), load_shape({"types": ["string"]})
    nothing = OpenPlaces(CONTRACT, "", 200)
    assert [*shape_differences(null, text, nothing), *shape_differences(text, null, nothing)] == []
