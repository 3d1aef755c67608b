"""One server for these tests, apart from the plugin's own: other folders give that one settings of theirs."""

from collections.abc import Iterator

import pytest

from mock_server.config.settings import Settings
from mock_server.server import MockServer


@pytest.fixture(scope="session")
def sophiie_server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True)) as server:
        yield server
