"""One real server for the tests of webhooks and inboxes, a workspace of its own for each of them."""

from collections.abc import Iterator

import pytest
from hooks_desk import HooksDesk

from mock_server.config.settings import Settings
from mock_server.server import MockServer


@pytest.fixture(scope="session")
def hooks_server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, world="small", rate_limit="off", retries="10m")) as server:
        yield server


@pytest.fixture
def hooks(hooks_server: MockServer) -> Iterator[HooksDesk]:
    desk = HooksDesk(hooks_server.url)
    yield desk
    desk.close()
