"""A stage for each test: one contract and one world for all, a workspace and a dispatcher of its own for each."""

import itertools
from collections.abc import Iterator
from functools import partial

import pytest
from receivers import Setting, staged
from starlette.applications import Starlette

from mock_server.store.base import NoLog
from mock_server.workspaces.workspace import Workspaces


@pytest.fixture(scope="session")
def workspaces(app: Starlette) -> Workspaces:
    return Workspaces(app.state.workspaces.contract, NoLog(), 10)


@pytest.fixture(scope="session")
def _names() -> Iterator[str]:
    return (f"stage{number}" for number in itertools.count())


@pytest.fixture
def stage(workspaces: Workspaces, _names: Iterator[str]) -> Setting:
    """``async with stage(retries="5s") as it:`` with any setting."""
    return partial(staged, workspaces, next(_names))
