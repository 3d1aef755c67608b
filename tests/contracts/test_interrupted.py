"""Ctrl-C, SIGTERM and a time limit: what was found by then is shown, and every report is written."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from messages import assert_message, line_with
from recording import KEY, Answer, recording

from contracts.cli import main
from contracts.report import summary
from contracts.report.writers import WRITERS
from contracts.run.outcome import RunResult
from contracts.transport.redaction import ReportRedactor
from contracts.transport.signals import SAME_SIGNAL, finishing, hurried, interruptible

WRONG: Answer = (200, {}, b'{"members": "x"}')
Ended = Callable[..., tuple[Result, int]]


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ended:
    """The command, which gets a signal with its nth request: what came of it, and how many requests there were."""
    monkeypatch.setenv("SOPHIIE_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)

    def run(number: int, when: int, *words: str, then: Callable[[], None] = lambda: None) -> tuple[Result, int]:
        asked = 0

        def answer(method: str, path: str) -> Answer:
            nonlocal asked
            asked += 1
            if asked == when:
                os.kill(os.getpid(), number)
                then()
            return WRONG

        reports = ",".join(f"{kind}={kind}.out" for kind in WRITERS)
        with recording(answer) as host:
            arguments = [host.url, *words, "--report", reports]
            result = CliRunner().invoke(main.command, arguments, standalone_mode=False)
        return result, asked

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "when", "number"),
    [
        (("--only", "members"), 5, signal.SIGINT),
        (("--only", "members"), 5, signal.SIGTERM),
        (("--only", "engine", "--quick"), 20, signal.SIGINT),
    ],
    ids=["directed runs", "a pipeline's limit", "generated requests"],
)
def test_an_interrupted_run_shows_what_it_found_and_writes_every_report(
    ended: Ended, words: tuple[str, ...], when: int, number: int
) -> None:
    result, asked = ended(number, when, *words)
    assert result.return_value == 130, result.output
    # A signal is handled in the main thread, which may have to wait for a processor while others ask on.
    assert asked < when + 20  # and then nothing more is asked, of several hundred
    assert "interrupted; " in result.output
    assert "requests in" in result.output
    assert all(Path(f"{kind}.out").stat().st_size for kind in WRITERS)
    told = json.loads(Path("json.out").read_text())
    assert (told["exitCode"], bool(told["findings"])) == (130, True)
    assert json.loads(Path("sarif.out").read_text())["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_an_interrupt_before_anything_was_found_writes_the_reports_too(ended: Ended) -> None:
    result, _ = ended(signal.SIGTERM, 1, "--only", "members")
    assert (result.return_value, Path("json.out").exists()) == (130, True)
    assert_message(line_with(result.output, "interrupted;"))


@pytest.mark.slow
def test_a_target_that_hangs_does_not_hold_up_the_end(ended: Ended) -> None:
    """The engine waits for its request, which would take as long as the request may."""
    released, signalled = threading.Event(), []

    def hang() -> None:
        signalled.append(time.monotonic())
        released.wait(20)

    result, _ = ended(signal.SIGTERM, 20, "--only", "engine", "--quick", then=hang)
    took = time.monotonic() - signalled[0]
    released.set()
    assert result.return_value == 130
    assert took < 15


def test_a_run_at_its_time_limit_ends_as_its_findings_say(ended: Ended) -> None:
    result, _ = ended(0, -1, "--only", "members", "--max-time", "0.1")
    assert result.return_value in (0, 1, 2)  # by how far it came
    assert "time is used up" in result.output
    assert json.loads(Path("json.out").read_text())["exitCode"] == result.return_value


def test_a_report_that_cannot_be_written_hides_nothing(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(self: Path, *given: Any, **more: Any) -> int:
        if self.name == "json.out":
            raise OSError(28, "No space left on device")
        return real(self, *given, **more)

    real = Path.write_text
    monkeypatch.setattr(Path, "write_text", written)
    result, _ = ended(0, -1, "--only", "members", "--exclude", "engine")
    assert result.return_value == 1
    assert "json.out: No space" in result.output
    assert Path("html.out").exists()


@pytest.mark.parametrize("apart", [1.0, 0.1], ids=["a second signal", "the same one passed on"])
def test_a_second_signal_ends_the_writing(apart: float, ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that a slow report takes is not slept, but told by the clock."""
    now = [0.0]

    def slow(report: object) -> str:
        now[0] += apart
        signal.raise_signal(signal.SIGINT)
        return "slow\n"

    monkeypatch.setattr("contracts.report.writers.WRITERS", {**WRITERS, "junit": slow})
    monkeypatch.setattr("contracts.cli.check.finishing", partial(finishing, clock=lambda: now[0]))
    result, _ = ended(signal.SIGINT, 5, "--only", "members")
    assert result.return_value == 130
    there = [kind for kind in WRITERS if Path(f"{kind}.out").exists()]
    if apart > SAME_SIGNAL:
        assert there == ["json"]  # the first of them was whole by then
        assert_message(line_with(result.output, "html.out"), "report that was not written")
    else:
        assert there == list(WRITERS)


def test_the_content_of_all_reports_is_built_once(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[RunResult] = []
    real = summary.summary

    def counted(outcome: RunResult, redactor: ReportRedactor) -> dict[str, Any]:
        built.append(outcome)
        return real(outcome, redactor)

    monkeypatch.setattr(summary, "summary", counted)
    ended(0, -1, "--only", "members", "--exclude", "engine")
    assert len(built) == 1


# --- signals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_signals_interrupt_and_are_as_before_afterwards(number: int) -> None:
    before, stopped = signal.getsignal(number), []
    with pytest.raises(KeyboardInterrupt), interruptible(lambda: stopped.append(number)):
        signal.raise_signal(number)
    assert (stopped, signal.getsignal(number)) == ([number], before)


def test_what_was_started_to_ignore_a_signal_goes_on_ignoring_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_is_hurried_ends_in_time() -> None:
    started = time.monotonic()
    with hurried(0.05):
        time.sleep(5)
    assert time.monotonic() - started < 3
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
