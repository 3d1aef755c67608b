"""The lint at the end of a pytest session: ``pytest --sophiie-lint``. The plugin registers this module."""

from pathlib import Path

import pytest

from contracts.cli.lint import escaped, write_reports
from contracts.cli.traffic_source import load_source
from contracts.errors import CannotRun
from contracts.lint.client_run import client_run
from contracts.lint.lint import LINT_RULES, lint
from contracts.lint.lint_exceptions import load_exceptions
from contracts.report import writers
from contracts.report.lint_report import LINT_WRITERS, LintReport, as_text
from contracts.spec.overlaid import load_overlaid
from contracts.transport.redaction import ReportRedactor
from mock_server.config.paths import RUN_FILE

_TEXT: pytest.StashKey[str] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Refuse reports that cannot be written, before the tests begin."""
    try:
        writers.parse_reports(config.getoption("sophiie_lint_report"), tuple(LINT_WRITERS))
    except CannotRun as fault:
        raise pytest.UsageError(str(fault).replace("--report", "--sophiie-lint-report")) from None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge the requests of the session. Findings make its exit code 1, if its tests did not."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        report = _report(session.config)
    except CannotRun as fault:
        session.config.stash[_TEXT] = f"{fault}\n"
        return
    wanted = writers.parse_reports(session.config.getoption("sophiie_lint_report"), tuple(LINT_WRITERS))
    wrong = write_reports(report, wanted)
    session.config.stash[_TEXT] = as_text(report, verbose=session.config.get_verbosity() > 0)
    if session.exitstatus == pytest.ExitCode.OK and (report.result.problems or wrong):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _report(config: pytest.Config) -> LintReport:
    """The lint of what the recorder has kept. Raises CannotRun."""
    run_file = config.rootpath / RUN_FILE
    read = load_source(str(run_file))
    settings = read.facts.get("settings", {})
    contract = load_overlaid(settings.get("spec", ""), settings.get("overlay", ""))
    exceptions = load_exceptions(Path(config.rootpath), [rule.id for rule in LINT_RULES], contract)
    result = lint(client_run(contract, read.recording), exceptions)
    return LintReport(result, ReportRedactor(read.recording.secrets, people=True), tuple(read.recording.notes))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the lint."""
    if text := config.stash.get(_TEXT, ""):
        terminalreporter.section("sophiie-mock lint")
        terminalreporter.write(escaped(text))
