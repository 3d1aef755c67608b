"""What was asked is verified from its arrival, and what nobody can know is not taken for what did not happen."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from desk import Desk, Tenant
from messages import assert_message
from starlette.applications import Starlette
from wire import TINY, Answer, ask, scope_of

from mock_server.app import create_app
from mock_server.config.settings import Settings

LEADS = {"operation": "GET /v1/leads"}


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def small(journal_size: int) -> Desk:
    app = create_app(Settings(**{**TINY, "journal_size": journal_size}))
    return Desk(app, app.state.workspaces.get("default"), "sk_test_local")


def verdict(desk: Desk, request: Any = None, **bounds: int) -> int:
    return desk.admin("POST", "/verify", {"request": request or LEADS, **bounds}).status


async def _asked_meanwhile(desk: Desk, target: str, body: bytes | None, question: Callable[[], Answer]) -> Answer:
    """The answer to a question while a request is under way, whose client does not wait for its answer."""
    waiting, parts = asyncio.Event(), [body or b""]

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        await waiting.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        """Nobody hears it."""

    method = "GET" if body is None else "POST"
    asked = asyncio.create_task(desk.app(scope_of(method, target, key=desk.key, body=body), receive, send))
    for _ in range(20):
        await asyncio.sleep(0)
    answer = await asyncio.to_thread(question)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    return answer


def meanwhile(desk: Desk, target: str, body: bytes | None, question: Callable[[], Answer]) -> Answer:
    return asyncio.run(_asked_meanwhile(desk, target, body, question))


@pytest.mark.parametrize("slow", ["fault", "mapping", "timeout"])
def test_a_request_counts_from_its_arrival_whatever_it_waits_for(desk: Desk, slow: str) -> None:
    request = {"operation": "POST /v1/leads"}
    if slow == "mapping":
        response = {"status": 418, "fixedDelayMilliseconds": 60_000}
        desk.done("POST", "/mappings", {"request": request, "response": response, "allowInvalid": True})
    else:
        desk.fault({"fixedDelayMilliseconds": 60_000}, request=request)
    body = b'{"firstName": "Ana"}'
    wanted = {**request, "bodyPatterns": [{"equalToJson": {"firstName": "Ana"}}, {"equalTo": body.decode()}]}

    def question() -> Answer:
        assert verdict(desk, wanted, exactly=0) == 406
        (entry,) = desk.done("GET", "/requests")["requests"]
        assert (entry["status"], entry["operation"], entry["request"]["body"]) == (
            0,
            "POST /v1/leads",
            {"firstName": "Ana"},
        )
        told = desk.done("GET", f"/explain/{entry['id']}")["steps"]
        assert told[-1]["step"] == "answer"
        assert_message(told[-1]["says"], "answer of a request under way")
        assert desk.done("GET", "/requests/unmatched")["requests"] == []
        return desk.admin("POST", "/verify", {"request": wanted, "exactly": 1})

    assert meanwhile(desk, "/v1/leads", body, question).status == 200


def test_a_struck_request_has_its_body_in_the_journal(desk: Desk) -> None:
    desk.fault({"status": 503}, request={"operation": "POST /v1/leads"})
    desk.ask("POST", "/v1/leads", {"firstName": "Ana"})
    wanted = {"operation": "POST /v1/leads", "bodyPatterns": [{"matchesJsonPath": "$.firstName"}]}
    assert verdict(desk, wanted, exactly=1) == 200
    desk.admin("DELETE", "/faults")
    only = {"operation": "POST /v1/leads", "bodyPatterns": [{"contains": "Eve"}]}
    desk.fault({"status": 503}, request=only)
    assert [desk.ask("POST", "/v1/leads", {"firstName": name, "suburb": "Ryde"}).status for name in ("Ana", "Eve")] == [
        201,
        503,
    ]


def test_coverage_counts_a_request_once_wherever_it_ended(desk: Desk) -> None:
    desk.fault({"fixedDelayMilliseconds": 60_000}, request=LEADS)

    def question() -> Answer:
        assert desk.done("GET", "/coverage")["operations"]["GET /v1/leads"]["requests"] == 0
        return desk.admin("DELETE", "/requests")

    assert meanwhile(desk, "/v1/leads", None, question).json == {"removed": 1}
    desk.admin("DELETE", "/faults")
    desk.ask("GET", "/v1/leads")
    desk.ask("GET", "/v1/leads")
    assert desk.done("GET", "/coverage")["operations"]["GET /v1/leads"]["requests"] == 2


def test_what_was_dropped_is_not_taken_for_what_did_not_happen() -> None:
    desk = small(3)
    for _ in range(4):
        desk.ask("GET", "/v1/leads")
    desk.ask("GET", "/v1/leads/x")
    assert desk.workspace.journal.dropped == 2
    assert [verdict(desk, exactly=n) for n in (0, 1, 2, 3)] == [406, 406, 409, 409]
    assert [verdict(desk, atMost=n) for n in (1, 2, 3, 4, 5)] == [406, 409, 409, 200, 200]
    assert [verdict(desk, atLeast=n) for n in (1, 2, 3)] == [200, 200, 409]
    assert verdict(desk, {"operation": "POST /v1/leads"}, exactly=0) == 409
    first = desk.admin("POST", "/verify", {"inOrder": [{"operation": "GET /v1/leads/{}"}, LEADS]})
    assert (first.status, first.json["matched"]) == (409, ["req_5"])
    assert desk.done("POST", "/verify", {"inOrder": [LEADS, {"operation": "GET /v1/leads/{}"}]})["verified"]
    detail = desk.admin("POST", "/verify", {"request": LEADS, "exactly": 4}).json
    assert_message(detail["detail"])
    assert (detail["status"], detail["dropped"], detail["count"]) == (409, 2, 2)
    desk.done("POST", "/reset")
    assert verdict(desk, exactly=0) == 200


def test_without_a_journal_nothing_can_be_verified() -> None:
    desk = small(0)
    desk.ask("GET", "/v1/leads")
    assert {verdict(desk, exactly=0), verdict(desk, atLeast=1), verdict(desk, atMost=1)} == {409, 200}
    assert verdict(desk, exactly=0) == verdict(desk, exactly=1) == verdict(desk, atLeast=1) == 409
    ordered = desk.admin("POST", "/verify", {"inOrder": [LEADS]})
    assert (ordered.status, ordered.json["requestJournalDisabled"]) == (409, True)
    for path in ("/requests", "/requests/unmatched"):
        assert desk.done("GET", path)["requestJournalDisabled"]
    for path in ("/requests/find", "/requests/count"):
        assert desk.done("POST", path, LEADS)["requestJournalDisabled"]


def test_a_body_that_was_cut_is_neither_a_match_nor_none(desk: Desk) -> None:
    desk.ask("POST", "/v1/leads", {"firstName": "Ana", "suburb": "x" * 70_000})
    desk.ask("POST", "/v1/leads", {"firstName": "Ana"})
    request = {"operation": "POST /v1/leads", "bodyPatterns": [{"contains": "Eve"}]}
    answer = desk.admin("POST", "/verify", {"request": request, "exactly": 0})
    assert (answer.status, "req_1" in answer.json["detail"]) == (409, True)
    assert verdict(desk, {**request, "bodyPatterns": [{"contains": "Ana"}]}, atLeast=1) == 200
    assert verdict(desk, {**request, "bodyPatterns": [{"contains": "Ana"}]}, exactly=1) == 409
    assert desk.done("POST", "/requests/count", request)["undecided"] == ["req_1"]
    assert (
        verdict(desk, {"operation": "GET /v1/leads", "queryParameters": {"page": {"equalTo": "1"}}}, exactly=0) == 200
    )


def test_a_body_of_just_the_kept_size_was_not_cut(desk: Desk) -> None:
    for size in (64 * 1024, 64 * 1024 + 1):
        ask(desk.app, "POST", "/v1/leads", key=desk.key, body=b" " * size)
    newest, older = desk.done("GET", "/requests")["requests"]
    assert (older["request"]["bodyCut"], newest["request"]["bodyCut"]) == (False, True)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/v1/leads/a%2Fb", "/v1/leads/a%2Fb", ""),
        ("/v1/leads/a%2fb?x=%2F", "/v1/leads/a%2Fb", "x=%2F"),
        ("/v1/leads/a%3Fb=1", "/v1/leads/a%3Fb=1", ""),
        ("/v1/leads/a%23b", "/v1/leads/a%23b", ""),
        ("/v1/leads/a%25b", "/v1/leads/a%25b", ""),
        ("/v1/leads/caf%C3%A9", "/v1/leads/café", ""),
        ("/v1/leads/%6Cd", "/v1/leads/ld", ""),
        ("/v1/leads/%FF", "/v1/leads/%FF", ""),
    ],
)
def test_a_url_is_shown_as_it_was_asked_and_its_path_is_one(desk: Desk, target: str, path: str, query: str) -> None:
    desk.ask("GET", target)
    (entry,) = desk.done("GET", "/requests")["requests"]
    assert (entry["request"]["url"], entry["path"], entry["query"]) == (target, path, query)
    assert desk.done("GET", f"/explain/{entry['id']}")["request"] == f"GET {target}"
    for written in (target.partition("?")[0], path):
        assert desk.done("POST", "/requests/count", {"urlPath": written, "allowUnknown": True})["count"] == 1


@pytest.mark.parametrize(
    ("target", "other"), [("/v1/leads/a%2Fb", "/v1/leads/a/b"), ("/v1/leads/a%2Eb", "/v1/leads/a%252Eb")]
)
def test_two_resources_stay_two_for_stubs_faults_and_near_misses(desk: Desk, target: str, other: str) -> None:
    meant = {"urlPath": other, "allowUnknown": True}
    desk.fault({"status": 503}, request=meant)
    stub = {"request": {"urlPath": other}, "response": {"status": 418}, "allowInvalid": True}
    desk.done("POST", "/mappings", stub)
    assert desk.ask("GET", target).status == 404
    desk.ask("GET", "/v1/nowhere/a%2Fb")
    near = desk.admin("POST", "/verify", {"request": meant, "exactly": 1}).json["nearMisses"]
    assert {miss["request"] for miss in near} == {f"GET {target}".replace("%2E", "."), "GET /v1/nowhere/a%2Fb"}
    assert [one["path"] for one in desk.done("GET", "/requests/unmatched")["requests"]] == ["/v1/nowhere/a%2Fb"]


def test_a_secret_is_compared_and_not_shown(desk: Desk) -> None:
    desk.ask("GET", "/v1/leads?page=1&token=abcdefgh")
    request = {"urlPath": "/v1/leads", "queryParameters": {"token": {"equalTo": "abcdefgh"}}, "allowUnknown": True}
    assert verdict(desk, request, exactly=1) == 200
    request["queryParameters"] = {"token": {"equalTo": "other"}}
    refused = desk.admin("POST", "/verify", {"request": request, "exactly": 1})
    assert (refused.status, b"abcdefgh" in refused.body) == (406, False)
    assert "***" in refused.json["nearMisses"][0]["differences"][0]


def test_a_list_is_paged(desk: Desk) -> None:
    for page in range(1, 6):
        desk.ask("GET", f"/v1/leads?page={page}")

    def ids(answer: Any) -> list[str]:
        assert answer["meta"] == {"total": 5}
        return [one["id"] for one in answer["requests"]]

    assert ids(desk.done("GET", "/requests?limit=2&offset=1")) == ["req_4", "req_3"]
    assert ids(desk.done("POST", "/requests/find?limit=2&offset=3", LEADS)) == ["req_4", "req_5"]
    assert ids(desk.done("POST", "/requests/find?offset=9", LEADS)) == []
    assert desk.admin("POST", "/requests/find?size=2", LEADS).status == 400
