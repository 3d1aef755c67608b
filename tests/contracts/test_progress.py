"""What a person sees while ``check`` runs: how far it is, what came of it, how long it will take."""

import io
import re

from recording import HOST, FakeClock
from rich.console import Console

from contracts.report.progress import ProgressBar
from contracts.run.events import ExchangeMade, ScenariosPlanned, ScenarioStarted
from contracts.scenarios.scenario import Scenario
from contracts.transport.exchange import Exchange

SCENARIOS = [Scenario("pages", f"GET /v1/a{number}", lambda client: None) for number in range(5)]
GENERATION = Scenario("engine", "v1", lambda client: None, size=15.0)


def shown(steps: int, *, terminal: bool = True, sent: int = 0, phase: str = "") -> str:
    """The last picture, when each step took two seconds."""
    clock, file = FakeClock(), io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, height=24, color_system=None)
    with ProgressBar(console, clock) as bar:
        bar(ScenariosPlanned([*SCENARIOS, GENERATION], 42))
        for scenario in [*SCENARIOS, GENERATION][: steps + 1]:
            bar(ScenarioStarted(scenario.name))
            clock.now += 2.0
        clock.now -= 2.0
        for _ in range(sent):
            bar(ExchangeMade(Exchange("GET", f"{HOST}/v1/a", {}, b"", 200, {}, b"")))
        if phase:
            bar(ScenarioStarted(GENERATION.name, phase))
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())


def test_it_tells_requests_operations_findings_pace_and_time_left() -> None:
    text = shown(5, sent=12345)
    assert "12345 requests · 0/42 operations · 0 findings · 1234/s · 0:30 left" in text
    assert "engine[v1]" in text


def test_the_time_left_is_not_told_before_anything_is_done() -> None:
    assert " left" not in shown(0)


def test_a_phase_of_the_generator_counts_as_a_part_of_its_run() -> None:
    assert "0:06 left" in shown(5, phase="fuzzing")


def test_it_fits_a_terminal_of_eighty_columns() -> None:
    text = shown(5, sent=99_999)
    assert "99999 requests · 0/42 operations · 0 findings · 10000/s · 0:30" in text  # the end of it may be cut
    assert max(map(len, text.splitlines())) <= 80


def test_a_pipe_gets_nothing() -> None:
    assert shown(5, terminal=False) == ""
