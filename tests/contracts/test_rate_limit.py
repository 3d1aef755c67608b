"""``--check-rate-limit`` on a stand-in for a production host: what it finds, what it spares, and what it never does."""

import json
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from messages import assert_message
from production import CONTRACT, Production, production
from recording import HOST, KEY, Answer, FakeClock, Meter, Recording, Seen, recording
from test_safe_mode import run_on
from test_transport import FINE, read

from contracts.errors import CannotRun, RequestRefused, RunStopped
from contracts.options.baseline import Baseline, BaselineEntry
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.real_host.run_plan import SafeRunPlan
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.scenarios.catalogue import Catalogue
from contracts.spec.document import Contract, load
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.pacing import GAP, MAX_BURST_SECONDS, WINDOW_SECONDS, Pace
from contracts.transport.target import named

ALONE = Options(check_rate_limit=True, only=("limits",))
BEGAN = 1_700_000_000.0


@pytest.fixture(scope="module")
def stand_in() -> Generator[Production, None, None]:
    with production() as host:
        yield host


@pytest.fixture
def asked(stand_in: Production, tmp_path: Path) -> Callable[..., tuple[RunResult, Recording]]:
    """A run on a host with a limit. ``before`` is told of each request, and may answer in the host's place."""

    def made(
        meter: Meter | None,
        clock: FakeClock,
        options: Options = ALONE,
        before: Callable[[Seen], Answer | None] = lambda seen: None,
    ) -> tuple[RunResult, Recording]:
        def answer(seen: Seen) -> Answer:
            return before(seen) or (meter.refuses() if meter else None) or stand_in.answer(seen)

        with recording(lambda *_: (500, {}, b""), clock, answer) as host:
            return make_run(run_on(host, tmp_path, clock, options)), host

    return made


Asked = Callable[..., tuple[RunResult, Recording]]


def rules(outcome: RunResult) -> list[tuple[str, str]]:
    return [(finding.rule.name, finding.where) for finding in outcome.findings]


@pytest.mark.parametrize(
    "phase", [None, BEGAN, *(pytest.param(BEGAN + 7.5 * step, marks=pytest.mark.slow) for step in range(1, 8))]
)
def test_a_host_that_keeps_the_documented_limit_is_not_accused_wherever_its_windows_turn(
    phase: float | None, asked: Asked
) -> None:
    clock = FakeClock()
    outcome, host = asked(Meter(clock, phase=phase), clock)
    assert (outcome.exit_code, rules(outcome), set(outcome.not_run)) == (0, [], {"GET /v1/companies/{}/notes"})
    assert len(host.seen) in (1 + 61, 1 + 122)


def test_what_it_sends_is_one_more_than_documented_of_the_smallest_page_with_the_key(asked: Asked) -> None:
    clock = FakeClock()
    _, host = asked(Meter(clock), clock)
    burst = host.seen[1:]
    assert {seen.path for seen in burst} == {"/v1/appointments?limit=1"}
    assert {(seen.method, seen.authorization) for seen in burst} == {("GET", f"Bearer {KEY}")}
    assert burst[-1].at - burst[0].at == pytest.approx(12.0)
    assert burst[0].at - host.seen[0].at == pytest.approx(WINDOW_SECONDS)
    assert host.most_in_a_minute() == 62 - 1  # the greeting lies a whole minute before


def test_somebody_else_who_used_the_key_in_the_first_burst_accuses_nobody(asked: Asked) -> None:
    clock = FakeClock()
    meter, seen_by_now = Meter(clock), list[Seen]()

    def somebody(seen: Seen) -> None:
        seen_by_now.append(seen)
        if len(seen_by_now) in (10, 20):
            meter.refuses()

    outcome, host = asked(meter, clock, before=somebody)
    assert (outcome.exit_code, rules(outcome)) == (0, [])
    assert len(host.seen) == 1 + 59 + 61


@pytest.mark.parametrize("most", [1, 30, 59, 61, 1000])
def test_another_limit_than_the_documented_one_is_found(most: int, asked: Asked) -> None:
    clock = FakeClock()
    outcome, host = asked(Meter(clock, most), clock)
    assert (outcome.exit_code, rules(outcome)) == (1, [("rate_limit", "")])
    assert len(host.seen) == 1 + 2 * min(most + 1, 61)


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-RateLimit-Limit", "100"), ("X-RateLimit-Remaining", "1"), ("X-RateLimit-Reset", "1700000060"),
     ("X-RateLimit-Reset", "soon")],
)  # fmt: skip
def test_each_wrong_header_of_the_refusal_is_told_by_its_name(name: str, value: str, asked: Asked) -> None:
    clock = FakeClock()
    outcome, _ = asked(Meter(clock, headers={name: value}), clock)
    assert [where for rule, where in rules(outcome) if rule == "rate_limit_headers"] == [name]
    assert outcome.exit_code == 1


def test_a_run_that_was_not_asked_to_never_meets_the_limit(asked: Asked) -> None:
    clock = FakeClock()
    outcome, host = asked(Meter(clock), clock, Options())
    assert outcome.exit_code == 0
    assert host.most_in_a_minute() <= 50
    assert 429 not in {status for counts in outcome.coverage.statuses.values() for status in counts}


def test_the_announced_number_and_time_hold_for_a_whole_run_with_the_burst(
    stand_in: Production, tmp_path: Path
) -> None:
    clock = FakeClock()
    meter = Meter(clock)
    with recording(lambda *_: (500, {}, b""), clock, lambda seen: meter.refuses() or stand_in.answer(seen)) as host:
        run = run_on(host, tmp_path, clock, Options(check_rate_limit=True))
        announced, seconds = run.plan.safe.requests, run.plan.safe.seconds
        assert make_run(run).exit_code == 0
    assert len(host.seen) == pytest.approx(announced, rel=0.1)
    assert clock.now - BEGAN == pytest.approx(seconds, rel=0.1)
    assert host.most_in_a_minute() <= 61


def test_after_the_burst_the_key_is_left_alone_for_a_minute_by_every_run(stand_in: Production, tmp_path: Path) -> None:
    clock = FakeClock()
    meter = Meter(clock)
    with recording(lambda *_: (500, {}, b""), clock, lambda seen: meter.refuses() or stand_in.answer(seen)) as host:
        make_run(run_on(host, tmp_path, clock, ALONE))
        last = host.seen[-1].at
        outcome = make_run(run_on(host, tmp_path, clock, Options(only=("FAQs",))))
    assert outcome.exit_code == 0
    assert min(seen.at for seen in host.seen if seen.at > last) - last >= WINDOW_SECONDS


def test_no_slot_of_another_run_lies_in_the_window_before_a_burst_or_in_the_one_after(tmp_path: Path) -> None:
    clock = FakeClock()
    ours, other = (Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep) for _ in range(2))
    for _ in range(40):
        other.wait()
    last = clock.now
    burst = ours.burst(61)
    began = burst.slot()
    ours.wait_until(began)
    assert began - last == pytest.approx(WINDOW_SECONDS)
    other.wait()
    assert clock.now - began == pytest.approx(MAX_BURST_SECONDS + WINDOW_SECONDS + GAP)
    assert burst.over


def test_two_bursts_are_half_a_window_out_of_step(tmp_path: Path) -> None:
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    starts = [pace.burst(61).slot() for _ in range(2)]
    assert (starts[1] - starts[0]) % WINDOW_SECONDS == pytest.approx(WINDOW_SECONDS / 2)


def guarded(tmp_path: Path, clock: FakeClock, reroutes: Mapping[str, str], burst: int) -> Transport:
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    return Transport(Guard(Policy(HOST, Mode.SAFE, KEY, CONTRACT, burst=burst), pace), reroutes)


def test_nothing_follows_the_refusal_in_a_burst(tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda *_: (429, {}, b"{}"), clock) as host:
        transport = guarded(tmp_path, clock, host.reroutes, 61)
        with transport.guard.burst():
            read(transport.session())
            with pytest.raises(RequestRefused, match="burst is over"):
                read(transport.session())
        assert len(host.seen) == 1


@pytest.mark.parametrize(("burst", "allowed"), [(0, 0), (61, 2)])
def test_without_leave_there_is_no_burst_and_with_it_there_are_two(tmp_path: Path, burst: int, allowed: int) -> None:
    clock = FakeClock()
    guard = guarded(tmp_path, clock, {}, burst).guard
    for _ in range(allowed):
        with guard.burst():
            pass
    with pytest.raises(RequestRefused, match="no burst"), guard.burst():
        pass


def test_threads_get_no_more_out_of_a_burst_than_one(tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda *_: FINE, clock) as host:
        transport = guarded(tmp_path, clock, host.reroutes, 5)
        with transport.guard.burst(), ThreadPoolExecutor(8) as threads:
            tried = [threads.submit(read, transport.session()) for _ in range(40)]
        assert len(host.seen) == 5
        assert sum(isinstance(one.exception(), RequestRefused) for one in tried) == 35


def test_a_burst_that_is_asked_for_within_one_is_refused(tmp_path: Path) -> None:
    guard = guarded(tmp_path, FakeClock(), {}, 5).guard
    with guard.burst(), pytest.raises(RequestRefused, match="no burst"), guard.burst():
        pass


def test_a_host_that_has_asked_for_peace_is_not_burst_upon(tmp_path: Path) -> None:
    clock = FakeClock()
    with recording(lambda *_: (429, {}, b"{}"), clock) as host:
        transport = guarded(tmp_path, clock, host.reroutes, 5)
        read(transport.session())
        with pytest.raises(RequestRefused, match="fewer requests"), transport.guard.burst():
            pass


def test_what_waited_beyond_its_time_is_not_sent(tmp_path: Path) -> None:
    """A slot may be a minute away."""
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    with recording(lambda *_: FINE, clock) as host:
        policy = Policy(HOST, Mode.SAFE, KEY, CONTRACT, deadline=BEGAN + 100.0)
        session = Transport(Guard(policy, pace, clock), host.reroutes).session()
        read(session)
        pace.hold(200.0)
        with pytest.raises(RunStopped) as refused:
            read(session)
        assert_message(refused.value, "time that is used up")
        assert len(host.seen) == 1


@pytest.mark.parametrize("options", [{"max_requests": 90}, {"max_requests": 122}, {"max_time": 170.0}], ids=str)
@pytest.mark.parametrize("most", [60, 1000])
def test_bursts_that_could_not_both_be_made_are_not_begun(most: int, options: dict[str, Any], asked: Asked) -> None:
    """One of them may say nothing; then its requests were sent in vain."""
    clock = FakeClock()
    outcome, host = asked(Meter(clock, most), clock, Options(check_rate_limit=True, only=("limits",), **options))
    assert (outcome.exit_code, len(host.seen)) == (2, 1)
    assert "left" in " ".join(str(why) for name, why in outcome.not_run.items() if name.startswith("limits"))
    assert_message(outcome.vacuous[-1], "rate limit that was not seen")


def test_with_just_enough_requests_both_are_made(asked: Asked) -> None:
    clock = FakeClock()
    outcome, host = asked(Meter(clock, 1000), clock, Options(check_rate_limit=True, only=("limits",), max_requests=123))
    assert (outcome.exit_code, len(host.seen)) == (1, 123)


def test_a_run_that_ends_before_the_limit_is_looked_at_proves_nothing_about_it(asked: Asked) -> None:
    clock = FakeClock()
    outcome, _ = asked(Meter(clock), clock, Options(check_rate_limit=True, max_requests=10))
    assert outcome.exit_code == 2
    assert_message(outcome.vacuous[-1], "rate limit that was not seen")


@pytest.mark.parametrize("taken", [{2: 1, 70: 1}, {30: -1, 70: 1}], ids=["both times by others", "contradictory"])
def test_a_key_that_others_use_all_the_time_accuses_nobody_and_proves_nothing(
    taken: dict[int, int], asked: Asked
) -> None:
    """``taken``: at which request how many of the window go to others; below zero the window turns."""
    clock, count = FakeClock(), 0
    meter = Meter(clock)

    def others(seen: Seen) -> None:
        nonlocal count
        count += 1
        for _ in range(taken.get(count, 0)):
            meter.refuses()
        if taken.get(count, 0) < 0:
            meter.times.clear()

    outcome, _ = asked(meter, clock, before=others)
    assert (outcome.exit_code, rules(outcome)) == (2, [])
    assert any("else use this key" in str(why) for why in outcome.not_run.values())


def test_of_a_header_with_text_in_it_the_text_is_not_told(asked: Asked) -> None:
    clock = FakeClock()
    outcome, _ = asked(Meter(clock, headers={"X-RateLimit-Reset": "Jane Citizen 5"}), clock)
    (got,) = (finding.got for finding in outcome.findings if finding.rule.name == "rate_limit_headers")
    assert got == "another value"


def test_another_operation_is_asked_when_the_first_is_excluded(asked: Asked) -> None:
    clock = FakeClock()
    outcome, host = asked(
        Meter(clock), clock, Options(check_rate_limit=True, only=("limits",), without=("Appointments",))
    )
    assert outcome.exit_code == 0
    assert len({seen.path for seen in host.seen[1:]}) == 1
    assert "/v1/appointments" not in host.seen[1].path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(check_rate_limit=True, without=("limits",)), "exclude less"),
        (Options(only=("rate_limit",)), "add --check-rate-limit"),
        (Options(only=("Limits",)), "add --check-rate-limit"),
    ],
    ids=str,
)
def test_what_cannot_be_looked_at_is_told_before_anything_is_sent(options: Options, words: str, tmp_path: Path) -> None:
    with recording(lambda *_: FINE) as host:
        with pytest.raises(CannotRun, match=words):
            run_on(host, tmp_path, FakeClock(), options)
        assert host.seen == []


def test_a_page_is_as_small_as_the_document_allows() -> None:
    contract = load()
    operation = contract.operations["GET /v1/appointments"]
    (size,) = (p for p in operation.parameters_in("query") if p.name == "limit")
    least = replace(size, schema={**size.schema, "minimum": 5})
    parameters = tuple(least if p is size else p for p in operation.parameters)
    document = contract.documents[0]
    document.__dict__["operations"] = (replace(operation, parameters=parameters),)
    small = Contract([document])
    plan = SafeRunPlan(Catalogue(small), {}, Selection(small, ("limits",), (), ()), limited=True)
    assert plan.describe()[-1].startswith("GET /v1/appointments?limit=5   ")


@pytest.mark.slow
def test_an_entry_of_the_baseline_stays_when_the_limit_was_not_looked_at(asked: Asked) -> None:
    clock = FakeClock()
    entry = BaselineEntry("rate_limit", "GET /v1/appointments", "", "me", date(2099, 1, 1), 1)
    baseline = Baseline("b.yaml", [entry])
    outcome, _ = asked(Meter(clock), clock, Options(baseline=baseline))
    assert "remove the entry" not in " ".join(outcome.notes)
    outcome, _ = asked(Meter(clock), clock, Options(baseline=baseline, check_rate_limit=True))
    assert "remove the entry" in " ".join(outcome.notes)


@pytest.mark.parametrize(
    ("status", "headers", "most"),
    [(401, {}, 2), (500, {}, 3), (302, {"location": "/x"}, 1), (200, {"content-type": "text/html"}, 1)],
)
def test_a_burst_ends_as_any_run_does_when_the_host_has_had_enough(
    status: int, headers: dict[str, str], most: int, asked: Asked
) -> None:
    clock, count = FakeClock(), 0

    def tired(seen: Seen) -> Answer | None:
        nonlocal count
        count += 1
        return (status, headers, b"{}") if count > 10 else None

    _, host = asked(Meter(clock), clock, before=tired)
    assert 10 < len(host.seen) <= 10 + most


def test_a_slow_host_is_not_asked_into_its_next_window(asked: Asked) -> None:
    clock = FakeClock()

    def slow(seen: Seen) -> None:
        clock.sleep(1.0)

    outcome, host = asked(Meter(clock), clock, before=slow)
    assert outcome.exit_code == 2
    assert len(host.seen) <= 1 + MAX_BURST_SECONDS + 1
    assert "over after" in " ".join(map(str, outcome.not_run.values()))


def test_it_is_refused_where_everything_is_checked_anyway() -> None:
    with pytest.raises(CannotRun, match="leave that out"):
        RunPlan.of(CONTRACT, named("http://127.0.0.1:9", KEY), Options(check_rate_limit=True))


def test_the_plan_tells_the_burst_and_its_number(tmp_path: Path) -> None:
    with recording(lambda *_: (500, {}, b"")) as host:
        run = run_on(host, tmp_path, FakeClock(), ALONE)
        assert_message(run.plan.describe()[-1])
        assert run.plan.safe.requests == 62
        assert host.seen == []


def test_on_this_machine_it_is_a_rehearsal_at_the_same_pace(stand_in: Production, tmp_path: Path) -> None:
    clock = FakeClock()
    pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
    meter = Meter(clock)
    with recording(lambda *_: (500, {}, b""), clock, lambda seen: meter.refuses() or stand_in.answer(seen)) as host:
        options = Options("safe", check_rate_limit=True, only=("limits",))
        outcome = make_run(RunSession(RunPlan.of(CONTRACT, named(host.url, KEY), options), pace=pace))
    assert (outcome.exit_code, len(host.seen)) == (0, 62)


def test_the_finding_is_shown_by_a_request_that_can_be_repeated(asked: Asked) -> None:
    clock = FakeClock()
    outcome, _ = asked(Meter(clock, 1000), clock)
    (finding,) = outcome.findings
    command = finding.evidence[-1].curl(outcome.target.variables)
    assert f"{HOST}/v1/appointments?limit=1" in command
    assert "$SOPHIIE_API_KEY" in command
    assert json.dumps(finding.as_dict()).count(KEY) == 0
