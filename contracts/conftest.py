"""Run the suite with ``pytest --pyargs contracts`` and pytest's own options (-k, -x, -n, --junitxml).

pytest --pyargs contracts                                     starts the mock and checks it
pytest --pyargs contracts --target http://127.0.0.1:4747      a target that runs already
SOPHIIE_API_KEY=… pytest --pyargs contracts --target https://api.sophiie.ai      reads only, slowly
"""

import os
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from contracts import pytest_workers
from contracts.errors import CannotRun, RunStopped
from contracts.pytest_session import OUTCOME, accepted, parse_arguments
from contracts.run.run_plan import RunPlan
from contracts.run.runner import Run
from contracts.run.session import RunSession
from contracts.spec.document import Contract, load
from contracts.transport.api_keys import key_from, other_key_from
from contracts.transport.target import mock, named


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    """Load the documents for the session."""
    return load(parse_arguments(pytestconfig)[1])


@pytest.fixture(scope="session")
def run(contract: Contract, pytestconfig: pytest.Config) -> Generator[Run, None, None]:
    """One run for a session, or for each worker of it."""
    url, spec, options = parse_arguments(pytestconfig)
    with ExitStack() as stack:
        try:
            key, other = key_from("", False, os.environ), other_key_from(os.environ)
            target = named(url, key, other) if url else stack.enter_context(mock(spec=spec))
            options = replace(options, baseline=accepted(pytestconfig, contract))
            session = RunSession(RunPlan.of(contract, target, options))
            opened = stack.enter_context(ExitStack())
            run = opened.enter_context(session)
        except (CannotRun, RunStopped) as reason:
            pytest.exit(f"contracts: {reason}", returncode=2)
        yield run
        opened.close()  # the run ends before its target does
        pytestconfig.stash[OUTCOME] = run.outcome
        if (sent := getattr(pytestconfig, "workeroutput", None)) is not None:
            sent["contracts"] = pytest_workers.part(run)
