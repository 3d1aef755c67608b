"""Faults do what their rule says, as often as it says, to nobody else; and say so."""

import asyncio
import itertools
import json
import math
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from desk import Desk, Tenant
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from wire import ask

from mock_server.config.settings import Settings
from mock_server.middleware.fault_injection import NoTransport
from mock_server.server import MockServer
from mock_server.stubbing.fault_rules import FaultHit, FaultRules
from mock_server.stubbing.request_pattern import PatternRequest, RequestPattern

LEADS = "GET /v1/leads"


@pytest.fixture
def desk(app: Starlette, tenant: Tenant) -> Desk:
    return Desk(app, *tenant())


def within_bound(hits: int, draws: int, probability: float) -> bool:
    """The 99.9 % bound, exactly: so many hits or more, and so many or fewer, are each likelier than 0.05 %."""

    def chance(number: int) -> float:
        ways = math.lgamma(draws + 1) - math.lgamma(number + 1) - math.lgamma(draws - number + 1)
        return math.exp(ways + number * math.log(probability) + (draws - number) * math.log(1 - probability))

    below, here = sum(map(chance, range(hits))), chance(hits)
    return below + here > 0.0005 and 1 - below > 0.0005


# --- how often ---------------------------------------------------------------------------------------------------


def test_requests_are_struck_as_often_as_the_rule_says(desk: Desk) -> None:
    desk.fault({"status": 503}, probability=0.2, seed=7)
    answers = [desk.ask() for _ in range(300)]
    struck = [answer for answer in answers if answer.get("x-mock-fault")]
    assert {answer.status for answer in struck} == {503}
    assert {(answer.status, answer.explain) for answer in answers if answer not in struck} == {(200, "")}
    assert within_bound(len(struck), 300, 0.2)
    rule = desk.admin("GET", "/faults/flt_1").json
    assert (rule["calls"], rule["strikes"]) == (300, len(struck))


def strikes(faults: FaultRules, count: int) -> list[FaultHit | None]:
    """What strikes so many requests, one after the other."""

    async def struck() -> list[FaultHit | None]:
        return [await faults.strike(PatternRequest("GET", "/"), "") for _ in range(count)]

    return asyncio.run(struck())


# Seeds are given, so that these are the same draws for ever: of any fifty fair ones some may well be outside.
@pytest.mark.parametrize("probability", [0.01, 0.2, 0.5, 0.97])
@pytest.mark.parametrize("seed", [0, 7, -(2**53)])
def test_the_rate_is_within_the_bound(seed: int, probability: float) -> None:
    faults = FaultRules()
    faults.add(seed, RequestPattern({}), {"status": 500}, probability=probability)
    hits = sum(strike is not None for strike in strikes(faults, 2_000))
    assert within_bound(hits, 2_000, probability)


def test_the_bound_is_that_of_the_binomial_distribution() -> None:
    assert [hits for hits in range(101) if within_bound(hits, 100, 0.5)] == list(range(34, 67))
    assert [hits for hits in range(101) if within_bound(hits, 100, 0.01)] == list(range(7))


@settings(max_examples=20)
@given(st.integers(), st.integers(0, 100))
def test_what_a_rule_strikes_depends_on_no_other_rule(seed: int, healed_at: int) -> None:
    def struck(*, crowded: bool) -> set[int]:
        faults = FaultRules()
        faults.add(seed, RequestPattern({}), {"status": 500}, probability=0.5 if crowded else 0)
        faults.add(seed, RequestPattern({}), {"status": 503}, probability=0.3)
        found = strikes(faults, healed_at + 1)
        faults.remove("flt_1")
        found += strikes(faults, 100 - len(found))
        return {strike.draw for strike in found if strike and strike.rule.id == "flt_2"}

    alone, crowded = struck(crowded=False), struck(crowded=True)
    assert crowded <= alone
    late = set(range(healed_at + 2, 101))
    assert crowded & late == alone & late


def test_the_same_seed_strikes_the_same_requests_again(desk: Desk) -> None:
    def story() -> list[int]:
        rule = desk.fault({"status": 500}, probability=0.5, seed=3)
        found = [desk.ask().status for _ in range(40)]
        desk.admin("POST", "/faults/heal")
        desk.workspace.faults.count -= 1
        assert rule["id"] == "flt_1"
        return found

    first = story()
    assert first == story()
    assert {200, 500} == set(first)


def test_only_the_nth_call_and_only_so_often(desk: Desk) -> None:
    desk.fault({"status": 500}, nth=2)
    assert [desk.ask().status for _ in range(4)] == [200, 500, 200, 200]
    desk.fault({"status": 502}, count=2)
    assert [desk.ask().status for _ in range(4)] == [502, 502, 200, 200]


# --- whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        {"operation": LEADS},
        {"method": "GET", "urlPath": "/v1/leads"},
        {"urlPathPattern": "/v1/le.*"},
        {"queryParameters": {"limit": {"equalTo": "1"}}},
    ],
)
def test_a_rule_strikes_what_it_names(desk: Desk, request_: dict[str, Any]) -> None:
    desk.fault({"status": 500}, request=request_)
    assert desk.ask().status == 500
    assert desk.ask("GET", "/v1/members?limit=2").status == 200


def test_a_rule_for_a_key_strikes_that_key_only(app: Starlette, desk: Desk) -> None:
    other = f"{desk.key}_b"
    app.state.workspaces.open_with(desk.workspace.id, other)
    rule = desk.fault({"status": 500}, key=other)
    assert rule["forOneKey"]
    assert other not in str(rule)
    assert desk.ask().status == 200
    assert ask(app, "GET", "/v1/leads", key=other).status == 500


def test_nothing_is_seen_in_another_workspace_or_under_control_routes(
    app: Starlette, desk: Desk, tenant: Tenant
) -> None:
    neighbour = Desk(app, *tenant())
    before = neighbour.ask()
    desk.fault({"status": 500})
    assert desk.ask().status == 500
    assert neighbour.ask().body == before.body
    assert neighbour.admin("GET", "/faults").json == {"faults": []}
    assert desk.admin("GET", "/health").status == 200
    assert ask(app, "GET", "/openapi").status == 200


# --- what ---------------------------------------------------------------------------------------------------------


def test_a_status_comes_in_the_vendors_envelope_and_says_whose_it_is(desk: Desk) -> None:
    rule = desk.fault({"status": 503}, seed=9)
    answer = desk.ask()
    assert answer.json["error"]["status"] == 503
    assert answer.get("x-mock-fault") == f"{rule['id']}; seed=9; draw=1; 503"
    (exchange,) = desk.workspace.journal
    assert exchange.to_dict()["fault"] == answer.get("x-mock-fault")


def test_a_documented_error_is_the_documented_one(desk: Desk) -> None:
    desk.fault({"status": 401}, request={"operation": LEADS})
    assert desk.ask().json == ask(desk.app, "GET", "/v1/leads", key=None).json


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}])
def test_a_429_has_the_documented_headers_with_or_without_retry_after(desk: Desk, headers: dict[str, str]) -> None:
    desk.fault({"status": 429, "headers": headers})
    answer = desk.ask()
    assert answer.get("retry-after") == headers.get("Retry-After", "")
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    assert [answer.get(name) for name in names] == ["60", "0", "60"]


def test_a_delay_changes_nothing_but_the_time(desk: Desk) -> None:
    plain = desk.ask()
    desk.fault({"fixedDelayMilliseconds": 5, "delayDistribution": {"type": "uniform", "lower": 0, "upper": 5}})
    late = desk.ask()
    assert (late.status, late.body) == (plain.status, plain.body)
    assert late.get("x-mock-fault")


@pytest.mark.parametrize(
    "spread",
    [
        {"type": "uniform", "lower": 100, "upper": 300},
        {"type": "lognormal", "median": 100, "sigma": 0.5, "maxValue": 1000},
    ],
)
def test_delays_are_spread_as_their_distribution_says(spread: dict[str, Any]) -> None:
    faults = FaultRules()
    faults.add(1, RequestPattern({}), {"delayDistribution": spread})
    seconds = sorted(strike.delay() for strike in strikes(faults, 4_000) if strike)
    median = 0.2 if spread["type"] == "uniform" else 0.1
    assert seconds[2_000] == pytest.approx(median, rel=0.05)
    assert seconds[0] >= (0.1 if spread["type"] == "uniform" else 0)
    assert seconds[-1] <= (0.3 if spread["type"] == "uniform" else 1.0)
    if spread["type"] == "lognormal":  # about 68 % lie within one sigma
        inside = sum(0.1 * math.exp(-0.5) <= second <= 0.1 * math.exp(0.5) for second in seconds)
        assert within_bound(inside, 4_000, 0.6827)


def test_a_body_is_cut_or_garbled_and_the_answer_is_whole_http(desk: Desk) -> None:
    plain = desk.ask().body
    for fault in ("TRUNCATED_BODY", "GARBAGE_BODY"):
        rule = desk.fault({"fault": fault})
        answer = desk.ask()
        assert answer.status == 200
        assert int(answer.get("content-length")) == len(answer.body)
        with pytest.raises(ValueError, match=r"decode|Expecting|Unterminated"):
            json.loads(answer.body)
        assert fault != "TRUNCATED_BODY" or plain.startswith(answer.body)
        assert desk.admin("DELETE", f"/faults/{rule['id']}").status == 200


def test_a_slow_drip_loses_nothing(desk: Desk) -> None:
    plain = desk.ask().body
    desk.fault({"chunkedDribbleDelay": {"numberOfChunks": 7, "totalDuration": 7}})
    assert desk.ask().body == plain


def test_an_error_below_a_delay_is_still_the_error(desk: Desk) -> None:
    desk.fault({"fixedDelayMilliseconds": 1})
    answer = desk.ask("GET", "/v1/leads/ld_nobody")
    assert answer.status == 404
    assert answer.get("x-mock-fault")


def test_a_stale_read_answers_as_things_stood_before_the_last_change(desk: Desk) -> None:
    desk.fault({"fault": "STALE_READ"}, request={"urlPathPattern": "/v1/leads.*"}, count=2)
    lead = desk.ask("POST", "/v1/leads", {"firstName": "Ana", "email": "ana@example.com"}).json["lead"]
    assert desk.ask("GET", f"/v1/leads/{lead['id']}").status == 404
    stale = desk.ask("GET", "/v1/leads?limit=1")
    assert stale.json["leads"][0]["id"] != lead["id"]
    assert "STALE_READ" in stale.get("x-mock-fault")
    assert desk.ask("GET", "/v1/leads?limit=1").json["leads"][0]["id"] == lead["id"]
    desk.admin("POST", "/faults/heal")
    assert desk.workspace.faults.before is None


def test_without_a_socket_a_fault_of_the_connection_says_so(desk: Desk) -> None:
    desk.fault({"fault": "CONNECTION_RESET_BY_PEER"})
    with pytest.raises(NoTransport, match=r"CONNECTION_RESET_BY_PEER .* needs a socket"):
        desk.ask()


# --- the control routes ---------------------------------------------------------------------------------------------


def test_heal_removes_all_at_once(desk: Desk) -> None:
    ids = [desk.fault({"status": 500})["id"] for _ in range(3)]
    assert desk.admin("POST", "/faults/heal").json == {"removed": ids}
    assert desk.ask().status == 200
    assert desk.admin("DELETE", "/faults").json == {"removed": []}


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({}, "/response"),
        ({"response": {}}, "/response"),
        ({"response": {"status": 200}}, "/response/status"),
        ({"response": {"status": 500, "fault": "TIMEOUT"}}, "/response"),
        ({"response": {"status": 500, "headers": {"Content-Length": "1"}}}, "/response/headers"),
        ({"response": {"status": 500}, "probability": 2}, "/probability"),
        ({"response": {"status": 500}, "nth": 0}, "/nth"),
        ({"response": {"status": 500}, "key": "sk_test_nobody"}, "/key"),
        ({"response": {"status": 500}, "request": {"operation": "GET /v1/nothing"}}, "/request/operation"),
        ({"response": {"status": 500}, "request": {"urlPathPattern": "("}}, "/request/urlPathPattern"),
        ({"response": {"status": 500}, "request": {"body": "x"}}, "/request/body"),
        ({"response": {"status": 500}, "request": {"urlPathPattern": "(?=a)"}}, "/request/urlPathPattern"),
    ],
)
def test_a_wrong_rule_is_refused_with_a_pointer_and_nothing_changes(
    desk: Desk, rule: dict[str, Any], pointer: str
) -> None:
    refused = desk.admin("POST", "/faults", rule)
    assert refused.status == 400
    assert refused.get("content-type") == "application/problem+json"
    assert refused.json["pointer"] == pointer
    assert "sk_test_nobody" not in refused.body.decode()
    assert not desk.workspace.faults


def test_an_unknown_rule_is_404(desk: Desk) -> None:
    assert desk.admin("GET", "/faults/flt_9").status == 404
    assert desk.admin("DELETE", "/faults/flt_9").status == 404


# --- over a socket --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off")) as running:
        yield running


@pytest.fixture
def client(server: MockServer) -> Iterator[httpx.Client]:
    """Of a server that is healed afterwards, whatever was done to it."""
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=5, verify=False) as client:
        yield client
        assert client.post("/__admin/faults/heal").status_code == 200
        assert client.get("/v1/leads").status_code == 200


def breaks(client: httpx.Client, response: dict[str, Any], **rule: Any) -> None:
    assert client.post("/__admin/faults", json={"response": response, **rule}).status_code == 201


def told_of(server: MockServer) -> str:
    """The fault of the last exchange that had one, as the journal tells it."""
    *_, last = (exchange for exchange in server.app.state.workspaces.get("default").journal if exchange.fault)
    return str(last.fault)


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("CONNECTION_RESET_BY_PEER", httpx.ReadError, "reset"),
        ("EMPTY_RESPONSE", httpx.RemoteProtocolError, "without sending"),
        ("RANDOM_DATA_THEN_CLOSE", httpx.RemoteProtocolError, ""),
        ("MALFORMED_RESPONSE_CHUNK", httpx.RemoteProtocolError, ""),
        ("INCOMPLETE_RESPONSE", httpx.RemoteProtocolError, "without sending complete"),
    ],
)
def test_a_client_sees_the_connection_break_as_named(
    client: httpx.Client, server: MockServer, fault: str, error: type[Exception], words: str
) -> None:
    breaks(client, {"fault": fault})
    with pytest.raises(error, match=f"(?i){words}"):
        client.get("/v1/leads")
    client.get("/__admin/health")  # by its answer the server knows that the connection has gone
    assert told_of(server).endswith(fault)


def test_a_reset_is_a_reset_on_the_wire(client: httpx.Client, server: MockServer) -> None:
    breaks(client, {"fault": "CONNECTION_RESET_BY_PEER"})
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        key = server.api_key
        raw.sendall(f"GET /v1/leads HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


def test_a_timeout_never_answers_and_holds_up_nobody_else(client: httpx.Client) -> None:
    breaks(client, {"fault": "TIMEOUT"})
    with pytest.raises(httpx.ReadTimeout):
        client.get("/v1/leads", timeout=0.1)
    assert client.get("/__admin/health").status_code == 200


@pytest.mark.parametrize(
    ("response", "least_ms"),
    [
        ({"fixedDelayMilliseconds": 30}, 30),
        ({"delayDistribution": {"type": "uniform", "lower": 20, "upper": 40}}, 20),
        ({"delayDistribution": {"type": "lognormal", "median": 30, "sigma": 0}}, 30),
        ({"chunkedDribbleDelay": {"numberOfChunks": 6, "totalDuration": 30}}, 30),
    ],
)
def test_a_late_answer_is_the_same_answer_later(
    client: httpx.Client, server: MockServer, response: dict[str, Any], least_ms: float
) -> None:
    plain = client.get("/v1/leads")
    breaks(client, response)
    with client.stream("GET", "/v1/leads") as late:
        parts = list(late.iter_raw())
    assert (late.status_code, b"".join(parts)) == (200, plain.content)
    assert late.elapsed.total_seconds() * 1000 >= least_ms
    assert len(parts) > 1 or "chunkedDribbleDelay" not in response
    assert late.headers["x-mock-fault"] == told_of(server)


@pytest.mark.parametrize("fault", ["TRUNCATED_BODY", "GARBAGE_BODY"])
def test_a_broken_body_comes_in_whole_http(client: httpx.Client, server: MockServer, fault: str) -> None:
    breaks(client, {"fault": fault})
    answer = client.get("/v1/leads")
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["content-length"]))
    with pytest.raises(ValueError, match=r"decode|Expecting|Unterminated"):
        answer.json()
    assert answer.headers["x-mock-fault"] == told_of(server)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}])
def test_a_429_is_the_documented_one_on_the_wire(
    client: httpx.Client, server: MockServer, headers: dict[str, str]
) -> None:
    breaks(client, {"status": 429, "headers": headers})
    answer = client.get("/v1/leads")
    assert (answer.status_code, answer.json()["error"]["status"]) == (429, 429)
    assert answer.headers.get("retry-after") == headers.get("Retry-After")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.headers["x-mock-fault"] == told_of(server)


def test_a_read_is_stale_on_the_wire(client: httpx.Client, server: MockServer) -> None:
    breaks(client, {"fault": "STALE_READ"}, count=1)
    made = client.post("/v1/leads", json={"firstName": "Ana", "email": "ana@example.com"}).json()["lead"]
    stale, fresh = (client.get(f"/v1/leads/{made['id']}") for _ in range(2))
    assert (stale.status_code, fresh.status_code) == (404, 200)
    assert stale.headers["x-mock-fault"] == told_of(server)


# --- at once --------------------------------------------------------------------------------------------------------


def test_many_at_once_are_each_struck_by_their_own_draw(app: Starlette, desk: Desk) -> None:
    desk.fault({"fixedDelayMilliseconds": 1}, probability=0.5)

    async def burst() -> list[str]:
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": f"Bearer {desk.key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
            answers = await asyncio.gather(*(client.get("/v1/leads?limit=1") for _ in range(50)))
        return [answer.headers.get("x-mock-fault", "") for answer in answers]

    told = [text for text in asyncio.run(burst()) if text]
    assert len(set(told)) == len(told) == next(iter(desk.workspace.faults)).strikes
    assert all(a != b for a, b in itertools.pairwise(sorted(told)))
