"""``--replay``: each finding of a report is asked for once more, and only what was asked can be said of it."""

import json
import urllib.request
from collections.abc import Callable, Generator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from recording import HOST, KEY, FakeClock, recording
from rich.console import Console

from contracts.cli import replay as again
from contracts.cli.check import command
from contracts.options.options import Options
from contracts.replay import stored_request
from contracts.replay.reruns import RerunResult, Reruns
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import load
from contracts.spec.json_file import JsonNode
from contracts.transport.exchange import Exchange
from contracts.transport.pacing import Pace
from contracts.transport.target import Target, mock, named

CONTRACT = load()
Json = dict[str, Any]


def finding(rule: str, operation: str, path: str, status: int, **more: Any) -> Json:
    method = operation.partition(" ")[0]
    asked = {"method": method, "path": path, "headers": {"authorization": "Bearer $SOPHIIE_API_KEY"}, "status": status}
    said = {"where": str(status), "expected": "an answer below 500", "title": f"about {rule}"}
    return {"rule": rule, "operation": operation, **said, **more, "requests": [{**asked, **more.get("asked", {})}]}


CRASHED = finding("not_a_server_error", "GET /v1/organization", "/v1/organization", 500)
Replay = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def target() -> Generator[Target, None, None]:
    with mock() as started:
        yield started


@pytest.fixture
def replay(target: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Replay:
    def run(*findings: Json) -> tuple[int, str]:
        report = tmp_path / "report.json"
        report.write_text(json.dumps({"findings": findings}))
        code = command.main([target.origin, "--replay", str(report)], standalone_mode=False)
        return code, capsys.readouterr().out

    return run


def test_what_is_right_now_is_mended(replay: Replay) -> None:
    code, out = replay(CRASHED)
    assert code == 0
    assert out.startswith("mended: about not_a_server_error\n  GET /v1/organization [500]")
    assert_message(out.splitlines()[-1])


@pytest.mark.parametrize(
    ("answer", "old"),
    [
        ({"status": 500, "jsonBody": {}}, CRASHED),
        (
            {"status": 200, "jsonBody": {}},
            finding("response_schema_conformance", "GET /v1/organization", "/v1/organization", 200, where="200 /id"),
        ),
        (
            {"status": 200, "jsonBody": {}},
            finding("ignored_auth", "GET /v1/organization", "/v1/organization", 200, expected="401"),
        ),
        (
            {"status": 200, "jsonBody": {}},
            finding("ignored_auth", "GET /v1/organization", "/v1/organization", 200, expected="Got 200, not 401"),
        ),
    ],
    ids=["a crash", "a shape", "a status", "a status in the engine's words"],
)
def test_what_is_still_wrong_is_still_broken(replay: Replay, target: Target, answer: Json, old: Json) -> None:
    stub = {"request": {"method": "GET", "urlPath": "/v1/organization"}, "response": answer, "allowInvalid": True}
    control(target, "POST", "/__admin/mappings", stub)
    try:
        code, out = replay(old)
    finally:
        control(target, "DELETE", "/__admin/mappings")
    assert (code, out.partition(":")[0]) == (1, "still broken"), out


def control(target: Target, method: str, path: str, body: Json | None = None) -> None:
    content = None if body is None else json.dumps(body).encode()
    sent = urllib.request.Request(target.origin + path, content, {"Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(sent).close()


@pytest.mark.parametrize(
    ("old", "why"),
    [
        (finding("listed_once", "GET /v1/leads", "/v1/leads", 200), "run `check --only listed_once`"),
        (finding("not_a_server_error", "GET /v1/leads", "/v1/leads?q=***", 500), "a secret in it was masked"),
        (finding("not_a_server_error", "POST /v1/leads", "/v1/leads", 500, asked={"whole": False}), "its body is not"),
        (finding("not_a_server_error", "GET /v1/leads/{}", "/v1/leads/ld_gone", 500), "not there: 404, and 500 then"),
        (
            finding("not_a_server_error", "GET /v1/leads", "/v1/leads", 500, asked={"headers": {}}),
            "it is answered 401 now",
        ),
    ],
)
def test_what_cannot_be_told_is_said_to_be_so(replay: Replay, old: Json, why: str) -> None:
    code, out = replay(old)
    assert (code, out.partition(":")[0]) == (2, "cannot be repeated")
    assert why in out


def test_a_real_host_is_sent_documented_reads_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    olds = [
        finding("not_a_server_error", "POST /v1/leads", "/v1/leads", 500),
        finding("not_a_server_error", "GET /v1/leads", "/v1/leads", 500, asked={"headers": {}}),
        finding("unknown_path", "GET /v1/leads", "/v1/elsewhere", 200),
        finding("not_a_server_error", "GET /v1/leads", "/v1/leads?limit=1", 500),
    ]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"findings": olds}))
    with recording(lambda method, path: (200, {}, b"{}"), clock) as record:
        pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
        plan = RunPlan.of(CONTRACT, named(HOST, KEY), Options())
        session = RunSession(plan, pace=pace, reroutes=record.reroutes, second_tenant=False)
        code = again.replayed(session, again.opened(str(report), ()), Console())
    assert [(seen.method, seen.path) for seen in record.seen[1:]] == [("GET", "/v1/leads?limit=1")]
    assert {seen.authorization for seen in record.seen} == {f"Bearer {KEY}"}
    assert_message(capsys.readouterr().out.splitlines()[-1])
    assert code == 2


def test_a_run_that_is_cut_short_is_made_again_with_other_values() -> None:
    sent: list[int] = []

    def taken_twice(client: ScenarioClient) -> None:
        sent.append(next(client.sampler._serial))
        if len(sent) < 3:
            raise ScenarioSkipped("what it would make is there already")

    run = RunSession(RunPlan.of(CONTRACT, Target("http://127.0.0.1:9", KEY, local=True), Options()))._run
    run.scenarios = {"deletion[/v1/faqs]": Scenario("deletion", "/v1/faqs", taken_twice)}
    assert Reruns(run).run_one("deletion[/v1/faqs]") == RerunResult(set())
    assert [later - earlier > 5000 for earlier, later in pairwise([1, *sent])] == [True] * 3


def test_a_request_comes_back_from_a_report_as_it_went_in() -> None:
    exchange = Exchange("POST", f"{HOST}/v1/leads?a=%20b", {"authorization": f"Bearer {KEY}", "host": "x"},
                        '{"näme":1}'.encode(), 500, {}, b"")  # fmt: skip
    keys = {KEY: "SOPHIIE_API_KEY"}
    told = stored_request.to_dict(exchange, keys)
    assert KEY not in json.dumps(told)
    back = stored_request.load_request(JsonNode("report", told))
    assert (back.method, back.path, back.body, back.status) == ("POST", "/v1/leads?a=%20b", '{"näme":1}', 500)
    assert back.sent_headers(keys) == {"authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "(/): a list, not an object"),
        ('{"findings": []}', "no findings in it"),
        ('{"findings": [{}]}', "entry 1 (/findings/0): `rule` is missing"),
        (json.dumps({"findings": [finding("r", "GET /", "//evil", 1) | {"requests": [{"path": "x"}]}]}), "no path"),
    ],
)
def test_what_is_no_report_is_refused(text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    report.write_text(text)
    assert command.main(["--replay", str(report)], standalone_mode=False) == 2
    assert said in capsys.readouterr().err
