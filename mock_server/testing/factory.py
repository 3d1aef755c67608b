"""Several workspaces for one test, or one for several tests: made when needed, removed together."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

import anyio.to_thread

from mock_server.testing.async_handles import AsyncSophiie
from mock_server.testing.literals import BuiltInWorld
from mock_server.testing.recipe import Recipe, sent
from mock_server.testing.sophiie import Sophiie, workspace


class WorkspaceOptions(TypedDict, total=False):
    """The options of a workspace. The defaults are those of ``sophiie``."""

    world: BuiltInWorld | Recipe | None
    """The name of a built-in world, the path of a recipe, or the recipe itself."""
    seed: int | None
    """The seed of the world: the same seed and the same ``now`` give the same bytes."""
    now: datetime | str | None
    """When its clock starts."""
    frozen: bool
    """False for a clock that runs."""
    rate_limit: int | Literal["observe", "off"] | None
    """Requests a minute."""


class WorkspaceFactory:
    """Makes workspaces of a server: ``sophiie_workspace(world="edge", seed=7)``. They are removed at the end.

    ``workspaces`` are those that it has made. Raises Refused for one that cannot be made.
    """

    def __init__(self, url: str, token: str, defaults: Mapping[str, Any], folders: list[Path]) -> None:
        self.workspaces: list[Sophiie] = []
        self.on_made: Callable[[Sophiie], Callable[[], None]] | None = None
        """Called with each new workspace; what it returns is called before the workspace goes."""
        self._url, self._token = url, token
        self._defaults, self._folders = defaults, folders
        self._stack = ExitStack()

    def __call__(self, **options: Unpack[WorkspaceOptions]) -> Sophiie:
        """Make a workspace of its own, beside the others."""
        asked: dict[str, Any] = {**self._defaults, **options}
        if asked.get("world") is not None:
            asked["world"] = sent(asked["world"], self._folders)
        made = self._stack.enter_context(workspace(self._url, self._token, **asked))
        self.workspaces.append(made)
        if self.on_made is not None:
            self._stack.callback(self.on_made(made))
        return made

    def close(self) -> None:
        """Remove the workspaces. Raises AssertionError if a call of one was never awaited."""
        self._stack.close()


class AsyncWorkspaceFactory:
    """The awaitable counterpart: ``await asophiie_workspace(world="edge")``."""

    def __init__(self, factory: WorkspaceFactory) -> None:
        self._factory = factory

    async def __call__(self, **options: Unpack[WorkspaceOptions]) -> AsyncSophiie:
        """Make a workspace of its own, beside the others."""
        return AsyncSophiie(await anyio.to_thread.run_sync(lambda: self._factory(**options)))
