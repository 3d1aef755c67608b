"""A running server that verbs talk to, and a way to run one of them."""

from collections.abc import Callable, Iterator

import plain_http
import pytest

from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.server import MockServer


@pytest.fixture(scope="session")
def running() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off")) as server:
        yield server


@pytest.fixture
def server(running: MockServer, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    """As it was at its start, and the one that verbs find."""
    plain_http.post(f"{running.url}/__admin/reset").raise_for_status()
    monkeypatch.setenv("SOPHIIE_MOCK_URL", running.url)
    monkeypatch.delenv("SOPHIIE_API_KEY", raising=False)
    return running


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """One command: exit code, output, errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
