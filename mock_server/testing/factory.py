"""Several workspaces for one test, or one for several tests: made on demand, removed together."""

from collections.abc import Mapping
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
    """The options that a workspace is made with; what is not said is as ``sophiie`` has it."""

    world: BuiltInWorld | Recipe | None
    """The name of a built-in world, the path of a recipe, or the recipe itself."""
    seed: int | None
    """Same seed and same ``now``, same bytes."""
    now: datetime | str | None
    """When its clock starts."""
    frozen: bool
    """False for a clock that runs."""
    rate_limit: int | Literal["observe", "off"] | None
    """Requests a minute."""


class WorkspaceFactory:
    """Makes workspaces of a server: ``sophiie_workspace(world="edge", seed=7)``. They are removed at the end.

    ``workspaces`` are those that it has made. Raises Refused for what cannot be made.
    """

    def __init__(self, url: str, token: str, defaults: Mapping[str, Any], folders: list[Path]) -> None:
        self.workspaces: list[Sophiie] = []
        self._url, self._token = url, token
        self._defaults, self._folders = defaults, folders
        self._stack = ExitStack()

    def __call__(self, **options: Unpack[WorkspaceOptions]) -> Sophiie:
        """A workspace of its own, beside the others."""
        asked: dict[str, Any] = {**self._defaults, **options}
        if asked.get("world") is not None:
            asked["world"] = sent(asked["world"], self._folders)
        made = self._stack.enter_context(workspace(self._url, self._token, **asked))
        self.workspaces.append(made)
        return made

    def close(self) -> None:
        """Remove the workspaces. Raises AssertionError for a call of one that nobody awaited."""
        self._stack.close()


class AsyncWorkspaceFactory:
    """The awaited twin: ``await asophiie_workspace(world="edge")``."""

    def __init__(self, factory: WorkspaceFactory) -> None:
        self._factory = factory

    async def __call__(self, **options: Unpack[WorkspaceOptions]) -> AsyncSophiie:
        """A workspace of its own, beside the others."""
        return AsyncSophiie(await anyio.to_thread.run_sync(lambda: self._factory(**options)))
