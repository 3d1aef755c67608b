"""Stubs and faults as a test writes them: one line, checked against the contract, gone when they should be."""

from datetime import timedelta
from typing import Any

import pytest
from messages import assert_message

from mock_server.testing import Refused, Sophiie

NOBODY = {"members": [], "totalCount": 0, "pagination": {"page": 1, "limit": 10, "totalPages": 0, "hasMore": False}}


def statuses(mine: Sophiie, count: int, path: str = "/v1/organization") -> list[int]:
    return [mine.client.get(path).status_code for _ in range(count)]


def test_a_raw_body_is_a_line(mine: Sophiie) -> None:
    mine.stub("GET /v1/organization", status=502, body="<html>502</html>", headers={"Content-Type": "text/html"})
    answer = mine.client.get("/v1/organization")

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (502, "<html>502</html>", "text/html")


def test_bytes_are_sent_as_they_are(mine: Sophiie) -> None:
    mine.stub("GET /v1/organization", body=b"\xff\x00")

    assert mine.client.get("/v1/organization").content == b"\xff\x00"


def test_a_stub_can_pass_some_and_answer_some(mine: Sophiie) -> None:
    stub = mine.stub("GET /v1/organization", status=500, body="", after=1, times=2)

    assert statuses(mine, 4) == [200, 500, 500, 200]
    assert stub.answers == 2


def test_a_stub_ends_with_its_block(mine: Sophiie) -> None:
    with mine.stub("GET /v1/organization", status=500, body=""):
        assert statuses(mine, 1) == [500]

    assert statuses(mine, 1) == [200]


def test_a_stub_that_is_gone_already_can_be_removed(mine: Sophiie) -> None:
    stub = mine.stub("GET /v1/organization", status=500, body="")
    mine.reset()
    stub.remove()
    stub.remove()

    assert statuses(mine, 1) == [200]


def test_json_that_breaks_the_contract_is_refused_with_its_place(mine: Sophiie) -> None:
    with pytest.raises(Refused) as refused:
        mine.stub("GET /v1/organization", json={"id": 5})

    assert refused.value.problem["pointer"].startswith("/response/jsonBody")
    mine.stub("GET /v1/organization", json={"id": 5}, allow_invalid=True)
    assert mine.client.get("/v1/organization").json() == {"id": 5}


def test_null_is_a_body(mine: Sophiie) -> None:
    mine.stub("GET /v1/organization", json=None, allow_invalid=True)

    assert mine.client.get("/v1/organization").text == "null"


def test_a_stub_of_a_misspelt_operation_is_refused(mine: Sophiie) -> None:
    with pytest.raises(Refused, match="did you mean"):
        mine.stub("GET /v1/organisation", status=500, body="")


def test_a_query_and_a_body_narrow_a_stub(mine: Sophiie) -> None:
    mine.stub("GET /v1/leads", query={"page": 2}, status=500, body="")
    mine.stub("POST /v1/leads", sent={"firstName": "Eve"}, status=500, body="")

    assert [statuses(mine, 1, f"/v1/leads?page={page}") for page in (1, 2)] == [[200], [500]]
    made_leads = [mine.client.post("/v1/leads", json={"firstName": n, "suburb": "Ryde"}) for n in ("Ana", "Eve")]
    assert [answer.status_code for answer in made_leads] == [201, 500]


def test_stubs_of_a_scenario_follow_each_other(mine: Sophiie) -> None:
    mine.stub("GET /v1/organization", status=500, body="", scenario="outage", when="Started", then="over")

    assert statuses(mine, 2) == [500, 200]


def test_the_answer_says_which_stub_it_is_of(mine: Sophiie) -> None:
    stub = mine.stub("GET /v1/organization", status=500, body="")

    assert f"stub {stub.id} answers" in mine.client.get("/v1/organization").headers["x-mock-explain"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, {"status": 503}),
        ({"status": 500}, {"status": 500}),
        ({"fault": "TIMEOUT"}, {"fault": "TIMEOUT"}),
        ({"delay": timedelta(seconds=0.01)}, {"fixedDelayMilliseconds": 10}),
        ({"status": 502, "body": "<html>"}, {"status": 502, "body": "<html>"}),
        ({"status": 429, "headers": {"Retry-After": "2"}}, {"status": 429, "headers": {"Retry-After": "2"}}),
    ],
)
def test_a_fault_is_said_in_words_of_python(mine: Sophiie, said: dict[str, Any], kept: dict[str, Any]) -> None:
    assert mine.faults.add("GET /v1/leads", **said)["response"] == kept


def test_a_fault_may_answer_with_a_raw_body(mine: Sophiie) -> None:
    mine.faults.add("GET /v1/leads", status=502, body="<html>Bad gateway</html>", headers={"Content-Type": "text/html"})
    answer = mine.client.get("/v1/leads")

    assert (answer.status_code, answer.text) == (502, "<html>Bad gateway</html>")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["x-mock-fault"]


def test_a_raw_body_of_a_fault_needs_a_status(mine: Sophiie) -> None:
    with pytest.raises(Refused) as refused:
        mine.faults.add("GET /v1/leads", body="x")

    assert refused.value.problem["pointer"] == "/response/status"


def test_answers_evolve_for_the_length_of_a_block(mine: Sophiie) -> None:
    def evolved() -> str:
        return str(mine.client.get("/v1/organization").headers.get("x-mock-evolve", ""))

    with mine.evolve("key-order"):
        with mine.evolve("extra-field"):
            assert evolved() == "extra-field"
        assert evolved() == "key-order"
    assert evolved() == ""
    with pytest.raises(Refused) as refused:
        mine.evolve("nul")
    assert_message(refused.value)
