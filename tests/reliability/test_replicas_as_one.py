"""Replicas behind a proxy are one server to the tests of a user."""

import pytest
from replicas_as_one import compared


@pytest.mark.slow
def test_two_replicas_serve_a_suite_under_xdist_as_one_server() -> None:
    found, different, shares = compared(workers=2, each=4)
    assert len(found) == 16
    assert different == []
    assert all(shares)
