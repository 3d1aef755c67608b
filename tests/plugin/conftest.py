"""One server for these tests, apart from the plugin's own, and a workspace of it for each."""

from collections.abc import Iterator

import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer
from mock_server.testing import Sophiie, workspace


@pytest.fixture(scope="session")
def running() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, retries="5s,5m", journal_size=200)) as server:
        yield server


@pytest.fixture
def mine(running: MockServer) -> Iterator[Sophiie]:
    with workspace(running.url, world="small", now="2026-03-04T09:00:00Z", rate_limit=5) as made:
        yield made
