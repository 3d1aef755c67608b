"""The face of the suite for pytest: every scenario of a run is a test of its own, with the name it has in reports."""

from collections.abc import Iterator

import pytest

from contracts.errors import RunStopped
from contracts.pytest_session import NAMES
from contracts.report.escaping import terminal
from contracts.report.summary import MAX_COMMANDS, verdict
from contracts.rules.rule import Finding
from contracts.run.runner import Run
from contracts.transport.exchange import Variables
from contracts.transport.redaction import ReportRedactor
from contracts.transport.signals import interruptible


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each directed run."""
    if "scenario_name" in metafunc.fixturenames:
        names: list[str] = metafunc.config.stash[NAMES]
        metafunc.parametrize("scenario_name", names)


def test_contract(run: Run, scenario_name: str) -> None:
    """A rule that fails this target was broken, if this fails."""
    __tracebackhide__ = True
    scenario = run.scenarios.get(scenario_name)
    if scenario is None:
        pytest.skip("not for this target")  # names are collected before it is known what it is and can
    try:
        with interruptible(run.guard.interrupt):
            found = run.run_scenario(scenario)
    except RunStopped as reason:
        pytest.exit(f"contracts: {reason.reason}", returncode=2)
    if scenario_name in run.outcome.not_run:
        pytest.skip(str(run.outcome.not_run[scenario_name]))  # not there: reported, and no success
    counted = [f for f in found if run.selection.finding(f.rule.name, f.operation)]
    broken = [f for f in counted if f.breaks(run.target.is_mock) and not run.options.baseline.accepts(f)]
    if broken:
        redactor = ReportRedactor([run.target.key, run.target.other_key], people=not run.target.is_mock)
        lines = [line for finding in broken for line in _lines(finding, run.target.variables)]
        pytest.fail("\n".join(terminal(redactor.redact(line)) for line in lines), pytrace=False)


def _lines(finding: Finding, keys: Variables) -> Iterator[str]:
    yield f"{finding.operation}: {finding.rule.title} ({finding.rule.name})"
    yield f"  expected {finding.expected}"
    yield f"  got      {finding.got}"
    yield from (f"  {exchange.curl(keys)}" for exchange in finding.evidence[-MAX_COMMANDS:])


def test_the_run_was_not_vacuous(run: Run, request: pytest.FixtureRequest) -> None:
    """Green means something only when the operations were seen to work. Judged when nothing was left out."""
    if not set(run.scenarios) <= run.done:
        # With -k nobody can say what the whole saw; of several workers the session does, at its end.
        pytest.skip("a part of the suite: the whole is judged elsewhere, or not at all")
    run.conclude(0.0)
    if run.outcome.vacuous:
        pytest.fail(verdict(run.outcome), pytrace=False)
