"""What the tests share: repeatable properties, one application, and a workspace of its own for each test."""

import gc
import itertools
import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import postgres
import pytest
from hypothesis import settings
from starlette.applications import Starlette
from wire import Tenant

from mock_server import pytest_plugin
from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.workspace import Workspace
from mock_server.world.recipe import load_recipe

postgres.pass_on_the_named_one()
for _name in [name for name in os.environ if name.startswith("SOPHIIE_")]:
    del os.environ[_name]  # how a person's own server runs says nothing of what is tested

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """The plugin registers itself where the package is installed; a bare checkout has no entry points."""
    if not config.pluginmanager.hasplugin("sophiie"):
        config.pluginmanager.register(pytest_plugin, "sophiie")


def pytest_collection_finish() -> None:
    """Thousands of collected tests live to the end: looking through them again and again takes a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a module run in one worker, for what they share is then made once.

    Each test by itself would also cost the scheduler a sixth of the time: it counts all that it gave out at each end.
    """
    for item in items:
        asked = getattr(item, "callspec", None)
        if "postgres_server" in getattr(item, "fixturenames", ()) or (asked and "postgres" in asked.params.values()):
            item.add_marker(pytest.mark.xdist_group(f"postgres-{item.path.stem}"))
        elif item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """A real PostgreSQL."""
    with postgres.postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres.Postgres) -> Iterator[str]:
    """Where a state can be kept: a schema of the test's own."""
    with postgres_server.schema(f"t{uuid.uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["file", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes places for a state, on each engine that keeps one: what `--state` takes."""
    numbers = itertools.count()
    with ExitStack() as made:
        if request.param == "file":
            yield lambda: str(tmp_path / f"{next(numbers)}.db")
        else:
            server: postgres.Postgres = request.getfixturevalue("postgres_server")
            yield lambda: made.enter_context(server.schema(f"t{uuid.uuid4().hex}"))


@pytest.fixture(autouse=True)
def _quiet_root() -> Iterator[None]:
    """What a test sets up as a program would is not left to the next one."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)  # it writes to a stream that ends with the test


@pytest.fixture(scope="session")
def app() -> Starlette:
    """The whole program in process. Tests that change state take a ``tenant`` of it."""
    return create_app(Settings(world="small", rate_limit="off"))


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def tenant(app: Starlette, _numbers: Iterator[int]) -> Tenant:
    """Make a workspace on a frozen clock, and the key that opens it: ``tenant(limit=2, enforced=True)``."""

    def make(**plan: object) -> tuple[Workspace, str]:
        name = f"t{next(_numbers)}"
        key = f"sk_test_mock_{name}"
        made = WorldPlan(load_recipe("small"), **{"limit": 0, **plan})  # type: ignore[arg-type]
        return app.state.workspaces.create(name, made, [key], frozen=True), key

    return make
