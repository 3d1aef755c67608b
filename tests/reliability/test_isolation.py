"""What happens in one workspace can never be observed in another: generated histories, compared byte for byte.

``SOPHIIE_MOCK_HISTORIES=500`` looks further than the usual run does; ``g05_tenants.py`` further still.
"""

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from isolation import HISTORIES, WHOLE, Turn, difference

from mock_server.config.settings import Settings
from mock_server.server import MockServer

MANY = int(os.environ.get("SOPHIIE_MOCK_HISTORIES", "3"))


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, retries="5s,5m")) as server:
        yield server


@pytest.mark.slow
@settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@example(history=WHOLE)
@given(history=HISTORIES)
def test_nothing_of_one_workspace_is_seen_in_another(server: MockServer, history: Sequence[Turn]) -> None:
    assert difference(server.url, history) == ""
