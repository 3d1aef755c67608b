"""A whole run against a stand-in for a production host: what it sends, how fast, and what it says in the end."""

import http.client
import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from recording import HOST, KEY, Answer, FakeClock, Recording, recording

from contracts.errors import CannotRun
from contracts.options.options import Options
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.spec.document import Contract, load
from contracts.transport.pacing import Pace
from contracts.transport.target import Target, mock, named

CONTRACT: Contract = load()


@pytest.fixture(scope="module")
def behind() -> Generator[Callable[[str, str], Answer], None, None]:
    """The mock, as the production host answers."""
    with mock(seed=3) as target:
        host = target.origin.removeprefix("http://")

        def answer(method: str, path: str) -> Answer:
            connection = http.client.HTTPConnection(host, timeout=10)
            connection.request(method, path, headers={"Authorization": f"Bearer {target.key}"})
            response = connection.getresponse()
            body = response.read()
            connection.close()
            return response.status, {"content-type": response.headers["content-type"]}, body

        yield answer


def run_on(record: Recording, tmp_path: Path, clock: FakeClock, options: Options | None = None) -> RunSession:
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    plan = RunPlan.of(CONTRACT, named(HOST, KEY), options or Options())
    return RunSession(plan, pace=pace, reroutes=record.reroutes)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(mode="safe", quick=True),
        Options(seed=7, only=("Leads",)),
        Options(only=("engine", "Inquiries")),
        Options(without=("Zapier",), fail_fast=True),
        Options(max_requests=10),
        Options(only=("keys", "deletion", "creation", "bodies", "methods")),
        Options(max_time=1000),
    ],
    ids=str,
)
def test_a_production_host_sees_slow_reads_with_the_token_and_nothing_else(
    options: Options, behind: Callable[[str, str], Answer], tmp_path: Path
) -> None:
    clock = FakeClock()
    with recording(behind, clock) as host:
        make_run(run_on(host, tmp_path, clock, options))
        assert {seen.method for seen in host.seen} == {"GET"}
        assert {seen.authorization for seen in host.seen} == {f"Bearer {KEY}"}
        assert host.most_in_a_minute() <= 50
        assert len(host.seen) <= (options.max_requests or 200)


def test_the_announced_number_of_requests_and_their_time_are_kept(
    behind: Callable[[str, str], Answer], tmp_path: Path
) -> None:
    clock = FakeClock()
    with recording(behind, clock) as host:
        run = run_on(host, tmp_path, clock)
        announced, seconds = run.plan.safe.requests, run.plan.safe.seconds
        outcome = make_run(run)
        assert outcome.exit_code == 0, outcome.vacuous
        assert not outcome.findings
        assert len(host.seen) == pytest.approx(announced, rel=0.1)
        assert clock.now - 1_700_000_000 == pytest.approx(seconds, rel=0.1)


def test_no_list_is_read_beyond_its_second_page(behind: Callable[[str, str], Answer], tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(behind, clock) as host:
        make_run(run_on(host, tmp_path, clock))
        assert not [seen.path for seen in host.seen if "page=3" in seen.path or "limit=100" in seen.path]


def test_planning_sends_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda *_: (500, {}, b""), clock) as host:
        lines = run_on(host, tmp_path, clock).plan.describe()
        assert len(lines) > 30
        assert all(line.startswith("GET /") for line in lines)
        assert not host.seen


def test_full_mode_is_refused_on_another_host() -> None:
    with pytest.raises(CannotRun, match="refused"):
        RunPlan.of(CONTRACT, named(HOST, KEY), Options(mode="full"))


@pytest.mark.parametrize(
    "url", ["http://api.sophiie.test", "ftp://x", f"{HOST}/v1", "https://user:pass@api.sophiie.test", "nonsense"]
)
def test_a_url_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(CannotRun):
        named(url, KEY)


@pytest.mark.parametrize(
    "host", ["localhost.evil.test", "127.0.0.1.evil.test", "0.0.0.0", "10.0.0.1", "[::ffff:1.2.3.4]"]
)
def test_only_this_machine_is_this_machine(host: str) -> None:
    assert not named(f"https://{host}", KEY).local


# --- a run that proves nothing is not green ---------------------------------------------------------------------


def empty(method: str, path: str) -> Answer:
    """An account with nothing in it."""
    known = CONTRACT.find("GET", path.partition("?")[0])
    items = known.success if known else None
    body: Any = {"totalPages": 0, "currentPage": 1, "totalCount": 0}
    if items is not None and known is not None and items.schema is not None:
        names = known.document.properties(items.schema)
        body |= {name: [] for name, shape in names.items() if known.document.resolve(shape).get("type") == "array"}
    return 200, {}, json.dumps(body).encode()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda *_: (401, {}, b"{}"), "refuses the key"),
        (lambda *_: (429, {"retry-after": "1"}, b"{}"), "fewer requests"),
        (lambda *_: (200, {"content-type": "text/html"}, b"<html>"), "HTML"),
        (lambda *_: (404, {}, b"{}"), "not the API"),
        (empty, "never seen to succeed"),
    ],
    ids=["no token", "all 429", "wrong host", "no such API", "empty account"],
)
def test_a_run_that_tested_nothing_says_why(answer: Callable[..., Answer], words: str, tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(answer, clock) as host:
        run = run_on(host, tmp_path, clock)
        said, code = conclusion(run)
        assert code == 2
        assert words in said


@pytest.mark.parametrize("word", ["creation", "engine"])
def test_a_choice_of_which_nothing_can_be_run_is_not_green(
    word: str, behind: Callable[[str, str], Answer], tmp_path: Path
) -> None:
    with recording(behind) as host:
        said, code = conclusion(run_on(host, tmp_path, FakeClock(), Options(only=(word,))))
    assert (code, len(host.seen)) == (2, 1)
    assert_message(said, "choice of which nothing can be run")


def conclusion(run: RunSession) -> tuple[str, int]:
    """Everything that a run says for itself, and its exit code."""
    try:
        outcome = make_run(run)
    except CannotRun as reason:
        return str(reason), 2
    return " ".join([outcome.stopped, *outcome.vacuous, *map(str, outcome.not_run.values())]), outcome.exit_code


def test_a_target_that_goes_away_is_not_green(tmp_path: Path) -> None:
    target = Target("http://127.0.0.1:9", KEY, local=True)
    with pytest.raises(CannotRun, match="does not answer"):
        make_run(RunSession(RunPlan.of(CONTRACT, target, Options())))


def test_a_target_that_dies_on_the_way_ends_the_run(behind: Callable[[str, str], Answer], tmp_path: Path) -> None:
    answered = 0

    def dying(method: str, path: str) -> Answer:
        nonlocal answered
        answered += 1
        if answered > 5:
            raise ConnectionAbortedError
        return behind(method, path)

    clock = FakeClock()
    with recording(dying, clock) as host:
        outcome = make_run(run_on(host, tmp_path, clock))
        assert "the connection broke" in outcome.stopped
        assert outcome.exit_code == 2
        assert len(host.seen) < 12


@pytest.mark.parametrize("at", [1, 2, 9, 20])
def test_one_refusal_that_is_honoured_accuses_nobody(
    at: int, behind: Callable[[str, str], Answer], tmp_path: Path
) -> None:
    clock = FakeClock()
    said = {"success": False, "message": "Slowly", "error": {"status": 429, "message": "Slowly"}}
    limits = {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"}

    def tired_once(method: str, path: str) -> Answer:
        if len(host.seen) == at:
            return 429, {"content-type": "application/json", **limits}, json.dumps(said).encode()
        return behind(method, path)

    with recording(tired_once, clock) as host:
        outcome = make_run(run_on(host, tmp_path, clock))
    assert [(finding.rule.name, finding.got) for finding in outcome.findings] == []
    assert outcome.exit_code == 0, outcome.vacuous
    asked = [seen.path for seen in host.seen]
    assert at == 1 or asked[at - 1] == asked[at]  # again, as the same was not answered
    assert host.seen[at].at - host.seen[at - 1].at >= 7


def test_what_we_inferred_does_not_fail_a_real_host(behind: Callable[[str, str], Answer], tmp_path: Path) -> None:
    def counted_otherwise(method: str, path: str) -> Answer:
        status, headers, body = behind(method, path)
        return status, headers, body.replace(b'"totalPages":', b'"totalPages":1')

    clock = FakeClock()
    with recording(counted_otherwise, clock) as host:
        outcome = make_run(run_on(host, tmp_path, clock))
    assert "total_pages" in {finding.rule.name for finding in outcome.doubts}
    assert outcome.exit_code == 0


def test_what_the_vendor_wrote_does(behind: Callable[[str, str], Answer], tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda method, path: behind(method, path.replace("source=", "sauce=")), clock) as host:
        outcome = make_run(run_on(host, tmp_path, clock))
    assert [finding.rule.name for finding in outcome.broken] == ["filter_sound"]
    assert outcome.exit_code == 1
