"""How the examples' server is run: an option of the plugin is a fixture, overridden in the suite's conftest.py."""

import pytest

from mock_server.config.settings import Settings


@pytest.fixture(scope="session")
def sophiie_settings() -> Settings:
    """A failed delivery is tried again after five seconds, then after five minutes."""
    return Settings(port=0, quiet=True, retries="5s,5m")
