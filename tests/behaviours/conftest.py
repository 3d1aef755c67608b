"""A workspace of its own for each test, in one application that checks every whole answer against the contract."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from desk import Desk
from inprocess import assert_consistent
from starlette.applications import Starlette

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.workspaces.workspace import Workspace


@pytest.fixture(scope="session")
def app() -> Starlette:
    return create_app(Settings(world="small", rate_limit="off", self_check="all"))


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with asyncio.Runner() as runner:  # it ends what still runs before it closes the loop
        yield runner.get_loop()


@pytest.fixture
def api(
    app: Starlette, loop: asyncio.AbstractEventLoop, tenant: Callable[..., tuple[Workspace, str]]
) -> Iterator[Desk]:
    """On a frozen clock; whatever a test did, the workspace is consistent afterwards."""
    workspace, key = tenant()
    api = Desk(app, workspace, key, loop)
    yield api
    assert_consistent(api)
