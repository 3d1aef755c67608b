"""Start and end of a pytest session that runs the suite, also with several workers.

The plugin registers it when the suite is named: pytest does not read the conftest of a package in the main process of
the workers.
"""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts import pytest_workers
from contracts.errors import CannotRun
from contracts.options.baseline import Baseline
from contracts.options.baseline_file import load_baseline
from contracts.options.options import Options
from contracts.options.selection import Selection
from contracts.real_host.run_plan import TOPICS, SafeRunPlan, selected_names
from contracts.report.summary import verdict
from contracts.run.outcome import RunResult
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.plan import all_scenarios
from contracts.spec.document import Contract, load
from contracts.transport.guard import Mode
from contracts.transport.target import is_loopback

OUTCOME: pytest.StashKey[RunResult] = pytest.StashKey()
NAMES: pytest.StashKey[list[str]] = pytest.StashKey()
"""The names of the scenarios that pytest collects as tests."""
_PARTS: pytest.StashKey[list[pytest_workers.Part]] = pytest.StashKey()


def parse_arguments(config: pytest.Config) -> tuple[str, str, Options]:
    """The target's URL, the document's file, and the options of the run."""
    get = config.getoption
    options = Options(get("contract_mode", ""), get("contract_seed", 1), get("contract_quick", False),
                      only=tuple(get("contract_only", ())), without=tuple(get("contract_exclude", ())),
                      check_rate_limit=get("contract_rate_limit", False))  # fmt: skip
    return get("target", ""), get("contract_spec", ""), options


def accepted(config: pytest.Config, contract: Contract) -> Baseline:
    """Read the baseline that the options name. Raises CannotRun."""
    return load_baseline(config.getoption("contract_baseline", ""), date.today(), contract)


def safe(config: pytest.Config) -> bool:
    """Tell whether the run will be in mode ``safe``, as far as that is known before the target is asked."""
    url, _, options = parse_arguments(config)
    return options.mode == Mode.SAFE or bool(url and not is_loopback(urlsplit(url).hostname or ""))


def pytest_configure(config: pytest.Config) -> None:
    """Refuse workers that would disturb each other, and collect the names of the scenarios."""
    get = config.getoption
    several = get("numprocesses", None) or get("tx", None) or get("dist", "no") != "no"
    if several and (safe(config) or parse_arguments(config)[0]):
        why = "runs on one target are made one after the other, as each sees what the others write"
        pytest.exit(f"contracts: {why}: leave -n out, or --target, and each worker has a mock of its own", returncode=2)

    try:
        config.stash[NAMES] = _names(*parse_arguments(config)[1:], safe=safe(config))
    except CannotRun as reason:
        pytest.exit(f"contracts: {reason}", returncode=2)


def _names(spec: str, options: Options, *, safe: bool) -> list[str]:
    """Names of all possible scenarios, before there is a target. Raises CannotRun."""
    contract = load(spec)
    every = all_scenarios(contract, on_mock=True)
    topics = {scenario.topic for scenario in every}.union(TOPICS)
    selection = Selection(contract, topics, selected_names(options, Mode.SAFE if safe else Mode.FULL), options.without)
    if safe:
        return SafeRunPlan(Catalogue(contract), {}, selection, limited=options.check_rate_limit).names()
    found = [scenario.name for scenario in every if selection.includes(scenario.topic, scenario.subject, scenario.also)]
    return [*found, *(f"engine[{document.name}]" for document in contract.documents if selection.engine())]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep the results of a worker of xdist that has ended."""
    if "contracts" in (sent := getattr(node, "workeroutput", {})):
        node.config.stash.setdefault(_PARTS, []).append(sent["contracts"])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with exit code 2 if the run proves nothing, as the command does, whatever its tests did."""
    if parts := session.config.stash.get(_PARTS, []):
        _, spec, options = parse_arguments(session.config)
        session.config.stash[OUTCOME] = pytest_workers.together(parts, load(spec), options)
    outcome = session.config.stash.get(OUTCOME, None)
    if outcome is not None and outcome.exit_code == 2:
        session.exitstatus = 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end why the run proves nothing."""
    outcome = config.stash.get(OUTCOME, None)
    if outcome is not None and outcome.exit_code == 2:
        terminalreporter.write_line(f"contracts: {verdict(outcome)}", yellow=True)
