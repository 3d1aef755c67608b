"""The pytest plugin: the fixture ``sophiie`` is a fresh workspace for each test, on one server for each session.

Every pytest run of an environment with this package loads this module, so it must cost next to nothing.
"""

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from mock_server.testing import AsyncSophiie, MockServer, Sophiie
    from mock_server.testing.factory import AsyncWorkspaceFactory, WorkspaceFactory
    from mock_server.testing.remote_server import RunningServer
    from mock_server.testing.server_choice import Source
    from mock_server.testing.session_servers import SessionServers

_MARK = "sophiie(world, seed, now, frozen, rate_limit): what this test's workspace is made from"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the client lint."""
    group = parser.getgroup("sophiie", "the fake of sophiie-mock")
    group.addoption("--sophiie-lint", action="store_true", help="judge at the end how the tested client uses the API")
    group.addoption("--sophiie-lint-report", action="append", default=[], metavar="KIND=FILE",
                    help="also write the lint as text, json, sarif, junit")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker ``sophiie``, and the lint if it is wanted."""
    config.addinivalue_line("markers", _MARK)
    if config.getoption("sophiie_lint", False) or config.getoption("sophiie_lint_report", None):
        _begin_lint(config)


def _begin_lint(config: pytest.Config) -> None:
    """Keep the requests of the session, and judge them at its end."""
    from mock_server.support.extras import install, lacking  # start-up: only for those who want the lint
    from mock_server.testing.run_recorder import RunRecorder  # start-up: imports httpx

    if missing := lacking():
        raise pytest.UsageError(f"--sophiie-lint: {missing} → {install('check')}")
    config.pluginmanager.register(RunRecorder(config), "sophiie-run-recorder")
    config.pluginmanager.import_plugin("contracts.cli.session_lint")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Add the options of ``pytest --pyargs contracts``, before pytest looks into packages.

    They are here and not in ``contracts``: a project may have a package of that name, and somebody who does not run the
    suite should not meet an option called ``--target``.
    """
    if "--pyargs" not in args or not any(arg.partition("::")[0].partition(".")[0] == "contracts" for arg in args):
        return  # `pytest contracts` is a folder of the user's own
    from mock_server.support.extras import (  # start-up: only for those who ask for the suite
        install,
        is_our_suite,
        lacking,
    )

    if not is_our_suite():
        return
    if missing := lacking():
        raise pytest.UsageError(f"{missing} → {install('check')}")
    early_config.pluginmanager.import_plugin("contracts.pytest_session")
    group = parser.getgroup("contracts", "the contract suite of sophiie-mock")
    group.addoption("--target", default="", metavar="URL", help="what to check; without it the mock is started")
    group.addoption("--contract-mode", default="", choices=["", "full", "safe"], help="what may be sent")
    group.addoption("--contract-spec", default="", metavar="FILE", help="check against this document")
    group.addoption("--contract-seed", default=1, type=int, help="same seed, same requests")
    group.addoption("--contract-quick", action="store_true", help="generate valid requests only")
    for name, what in (("only", "an operation, path, tag, topic or rule"), ("exclude", "leave this out")):
        group.addoption(f"--contract-{name}", action="append", default=[], metavar="WORD", help=f"{what}; repeatable")
    group.addoption("--contract-baseline", default="", metavar="FILE", help="findings that are accepted for a while")
    limited = "on a real host: ask once more in a minute than it allows"
    group.addoption("--contract-rate-limit", action="store_true", help=limited)


@pytest.fixture(scope="session")
def sophiie_settings() -> "Source":
    """The settings of the session's server. Override it to serve another document, or to sign or retry deliveries.

    Instead of settings it may return the URL of a running server, or a command that starts one, such as
    ``uvx --from git+… sophiie-mock serve``. The variable SOPHIIE_MOCK_URL wins over it.
    """
    from mock_server.config.settings import Settings  # start-up: only for those who use the fixture

    return Settings(port=0, quiet=True)


@pytest.fixture(scope="session")
def sophiie_server(
    request: pytest.FixtureRequest, _sophiie_servers: "SessionServers", sophiie_settings: "Source"
) -> "MockServer | RunningServer":
    """One server for the session, in a thread unless it is elsewhere; with pytest-xdist one for each worker.

    If it cannot start, the session ends and gives the reason once, not for each of its tests. Tests in a folder whose
    ``conftest.py`` has another ``sophiie_settings`` get workspaces on a server of their own.
    """
    return _started(request, lambda: _sophiie_servers.of(sophiie_settings))


@pytest.fixture(scope="session")
def _sophiie_servers(request: pytest.FixtureRequest) -> "Iterator[SessionServers]":
    try:
        from mock_server.testing.session_servers import SessionServers  # start-up: imports httpx
    except ImportError as fault:
        _end(request, f"{fault} → pip install httpx, which the handles of a test need")
    with SessionServers() as servers:
        yield servers


def _started(
    request: pytest.FixtureRequest, start: "Callable[[], MockServer | RunningServer]"
) -> "MockServer | RunningServer":
    from mock_server.errors import SetupError  # start-up: for those who use the fixture
    from mock_server.testing.errors import Refused  # start-up: as above

    try:
        return start()
    except (Refused, SetupError) as fault:
        why = str(fault)
    _end(request, why)


def _end(request: pytest.FixtureRequest, why: str) -> NoReturn:
    """End the session: there is no server, and the next test would only say the same."""
    request.session.shouldfail = "there is no server for the fixture `sophiie`"
    pytest.fail(f"no server: {why}", pytrace=False)


@pytest.fixture
def sophiie_options() -> Mapping[str, Any]:
    """The defaults of workspaces, unless a marker says otherwise: world, seed, now, frozen, rate_limit."""
    return {}


@pytest.fixture
def sophiie(sophiie_workspace: "WorkspaceFactory") -> "Sophiie":
    """A workspace for this test alone. Its clock stands still until the test moves it."""
    from mock_server.testing.fixtures import make_workspace  # start-up: imports httpx

    return make_workspace(sophiie_workspace)


@pytest.fixture(scope="module")
def sophiie_module(
    request: pytest.FixtureRequest,
    sophiie_server: "MockServer | RunningServer",
    sophiie_settings: "Source",
    _sophiie_servers: "SessionServers",
) -> Iterator["Sophiie"]:
    """One workspace for all tests of a module; ``pytestmark = pytest.mark.sophiie(…)`` says what it is made from."""
    from mock_server.testing.fixtures import factory_for, make_workspace  # start-up: imports httpx

    server = _started(request, lambda: _sophiie_servers.suited(sophiie_server, sophiie_settings))
    with factory_for(request, server, {"world": _sophiie_servers.world(server)}) as factory:
        yield make_workspace(factory)


@pytest.fixture(scope="session")
def sophiie_session(
    request: pytest.FixtureRequest, sophiie_server: "MockServer | RunningServer", _sophiie_servers: "SessionServers"
) -> Iterator["Sophiie"]:
    """One workspace for the whole session; with pytest-xdist one for each worker."""
    from mock_server.testing.fixtures import factory_for, make_workspace  # start-up: imports httpx

    with factory_for(request, sophiie_server, {"world": _sophiie_servers.world(sophiie_server)}) as factory:
        yield make_workspace(factory)


@pytest.fixture
def sophiie_workspace(
    request: pytest.FixtureRequest,
    sophiie_server: "MockServer | RunningServer",
    sophiie_settings: "Source",
    sophiie_options: Mapping[str, Any],
    _sophiie_servers: "SessionServers",
) -> Iterator["WorkspaceFactory"]:
    """Makes workspaces for this test: ``sophiie_workspace(world="edge", seed=7)``. They are removed after it."""
    from mock_server.testing.fixtures import factory_for  # start-up: imports httpx

    server = _started(request, lambda: _sophiie_servers.suited(sophiie_server, sophiie_settings))
    with factory_for(request, server, {"world": _sophiie_servers.world(server), **sophiie_options}) as factory:
        yield factory


@pytest.fixture
def asophiie(sophiie: "Sophiie") -> "AsyncSophiie":
    """The workspace of ``sophiie`` for an asynchronous test: its methods are awaited.

    No pytest plugin is needed for it.
    """
    return _awaited(sophiie)


@pytest.fixture(scope="module")
def asophiie_module(sophiie_module: "Sophiie") -> "AsyncSophiie":
    """The workspace of ``sophiie_module`` for asynchronous tests."""
    return _awaited(sophiie_module)


@pytest.fixture(scope="session")
def asophiie_session(sophiie_session: "Sophiie") -> "AsyncSophiie":
    """The workspace of ``sophiie_session`` for asynchronous tests."""
    return _awaited(sophiie_session)


@pytest.fixture
def asophiie_workspace(sophiie_workspace: "WorkspaceFactory") -> "AsyncWorkspaceFactory":
    """Makes workspaces for an asynchronous test: ``await asophiie_workspace(world="edge")``."""
    from mock_server.testing.factory import AsyncWorkspaceFactory  # start-up: imports httpx

    return AsyncWorkspaceFactory(sophiie_workspace)


def _awaited(sophiie: "Sophiie") -> "AsyncSophiie":
    from mock_server.testing import AsyncSophiie  # start-up: imports httpx

    return AsyncSophiie(sophiie)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the workspaces of a failed test have seen to its report."""
    report = yield
    if report.failed and "mock_server.testing" in sys.modules:
        report.sections.extend(_report_sections(getattr(item, "funcargs", None)))
    return report


def _report_sections(held: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """The sections of a failure report. An error in here must not hide the failure or end the session."""
    outcomes = (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)  # a mock may raise one of them
    try:
        from mock_server.testing.failure_report import reports  # start-up: imports httpx

        return [(f"sophiie-mock, fixture {name}", text) for name, text in reports(held or {})]
    except (Exception, *outcomes) as fault:
        return [("sophiie-mock", f"no report: {type(fault).__name__}: {fault}")]
