"""A run: a plan that touches nothing, a session that exists inside its ``with`` only, and a stream of events."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from auditing import audited
from going_away import answering_then_gone
from messages import assert_message
from production import CONTRACT
from recording import HOST, KEY, Answer, FakeClock, recording

from contracts.errors import CannotRun, RunStopped
from contracts.options.options import Options, Permission
from contracts.run.events import (
    ExchangeMade,
    FindingFound,
    RunEvent,
    RunFinished,
    RunPaused,
    ScenarioFinished,
    ScenariosPlanned,
    ScenarioStarted,
)
from contracts.run.run_plan import RunPlan
from contracts.run.session import RunSession, make_run
from contracts.transport.pacing import Pace
from contracts.transport.target import Target, mock

FAQS = b'{"totalPages": 1, "currentPage": 1, "totalCount": 2, "faqs": []}'
FINE: Answer = (200, {}, FAQS)


def plan(url: str, **options: Any) -> RunPlan:
    return RunPlan.of(CONTRACT, Target(url, KEY, local=True), Options(**{"only": ("FAQs",), **options}))


def test_a_plan_reads_and_sends_nothing() -> None:
    permission = Permission("org_1", "ledger.jsonl")
    with audited("open", "socket.connect", "os.mkdir", only_here=True) as seen:
        full = plan("http://127.0.0.1:9")
        safe = RunPlan.of(CONTRACT, Target(HOST, KEY), Options(permission=permission))
    assert seen == []
    assert full.full_scenarios(on_mock=True)
    assert "POST /v1/leads" in " ".join(safe.describe())
    assert "requests at most" in safe.bounds()


def test_a_session_shows_nothing_before_it_is_entered() -> None:
    session = RunSession(plan("http://127.0.0.1:9"))
    assert not {"scenarios", "client", "guard", "run_scenario"} & {name for name in dir(session) if name[0] != "_"}
    with pytest.raises(CannotRun, match="does not answer"), session:
        pytest.fail("nobody is there")


def test_what_a_session_made_is_gone_after_it() -> None:
    with mock() as target, RunSession(RunPlan.of(CONTRACT, target, Options(only=("FAQs",)))) as run:
        listed = run.client.send("GET", f"{target.origin}/__admin/workspaces", {}).field("workspaces")
        assert run.target.other_key
        run.delete_second_tenant()
        left = run.client.send("GET", f"{target.origin}/__admin/workspaces", {}).field("workspaces")
    assert isinstance(listed, list)
    assert isinstance(left, list)
    assert len(listed) - len(left) == 1


def test_nothing_is_sent_after_the_session() -> None:
    with recording(lambda *_: FINE) as host:
        session = RunSession(plan(host.url))
        with session as run:
            pass
        sent = len(host.seen)
        with pytest.raises(RunStopped) as refused:
            run.client.send("GET", f"{host.url}/v1/faqs", {})
        assert_message(refused.value)
        with pytest.raises(RuntimeError, match="entered once"), session:
            pytest.fail("it is over")
    assert len(host.seen) == sent


def test_a_mock_that_goes_away_after_the_greeting_is_no_crash() -> None:
    with answering_then_gone(1, name="x-mock-request-id") as url:
        result = make_run(RunSession(plan(url, without=("engine",))))
    assert_message(result.stopped)
    assert any("second organization" in note for note in result.notes)


@pytest.mark.parametrize(
    ("fault", "stopped", "interrupted"),
    [
        (RunStopped("enough"), "enough", False),
        (RunStopped("spent", spent=True), "", False),
        (None, "", False),
        (KeyboardInterrupt(), "", True),
    ],
    ids=["stopped", "spent", "partly run", "interrupted"],
)
def test_the_result_is_complete_however_a_session_ends(
    fault: BaseException | None, stopped: str, interrupted: bool
) -> None:
    with recording(lambda *_: FINE) as host:
        session = RunSession(plan(host.url))
        with suppress(RunStopped, KeyboardInterrupt), session as run:
            run.run_scenario(next(iter(run.scenarios.values())))
            if fault is not None:
                raise fault
    assert (session.result.stopped, session.result.interrupted) == (stopped, interrupted)
    assert session.result.requests == len(host.seen)
    assert session.result.rules


def test_a_run_is_a_stream_of_events_in_order() -> None:
    events: list[RunEvent] = []
    with recording(lambda *_: FINE) as host:
        session = RunSession(plan(host.url, without=("engine",)), subscribers=[events.append])
        result = make_run(session)
    kinds = [type(event) for event in events]
    planned = kinds.index(ScenariosPlanned)
    assert kinds[:planned] == [ExchangeMade]  # the greeting
    assert isinstance(events[-1], RunFinished)
    assert events[-1].result is result
    assert kinds.count(ExchangeMade) == result.requests
    started = [event.name for event in events if isinstance(event, ScenarioStarted)]
    finished = [event for event in events if isinstance(event, ScenarioFinished)]
    assert started == [event.name for event in finished]
    assert [event.name for event in finished if event.findings] == result.failed
    assert sum(isinstance(event, FindingFound) for event in events) == len(session.result.findings)


def test_a_pause_is_an_event(tmp_path: Path) -> None:
    said: list[RunEvent] = []
    clock, answers = FakeClock(), iter([(429, {"retry-after": "40"}, b"{}")])
    with recording(lambda *_: next(answers, FINE), clock) as host:
        pace = Pace(KEY, folder=tmp_path, clock=clock, sleep=clock.sleep)
        plans = RunPlan.of(CONTRACT, Target(HOST, KEY), Options(only=("FAQs",)))
        make_run(RunSession(plans, pace=pace, reroutes=host.reroutes, subscribers=[said.append]))
    reasons = [event.reason for event in said if isinstance(event, RunPaused)]
    assert any("40" in reason for reason in reasons)
