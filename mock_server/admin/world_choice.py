"""The world for a workspace: a built-in one by name, a recipe in the request, or one in a file.

Any program of this machine can send such a request, so a path must not open files that its sender could not see: it
works on loopback only, for YAML files below the folder in which the server was started. Other recipes must be sent.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mock_server.admin.context import ControlRefused
from mock_server.config.settings import Settings
from mock_server.errors import WorldError
from mock_server.support.condition import in_a_thread
from mock_server.support.text import shorten
from mock_server.world.recipe import Recipe, is_name, load_recipe, recipe_of, recipe_of_text

SCHEMA: Mapping[str, Any] = {"type": ["string", "object"], "minLength": 1, "maxLength": 1_000, "maxProperties": 200}
_ENDINGS = (".yaml", ".yml")
_SEND = "send the recipe itself, as an object"


class WorldChoice:
    """The recipes of a server. Named ones are read once, because thousands of tests may use one world."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = Path.cwd().resolve()
        self._known: dict[str, Recipe] = {}

    async def recipe(self, world: Any) -> Recipe:
        """The recipe that ``world`` names; the server's own one if it is None.

        Raises ControlRefused with file and line, or a pointer.
        """
        if world is not None and (isinstance(world, Mapping) or not is_name(world)):
            return await in_a_thread(lambda: self._checked(world))  # it may hold many records
        return self._checked(world)

    def _checked(self, world: Any) -> Recipe:
        try:
            return self._recipe(self._settings.world if world is None else world)
        except WorldError as fault:
            raise self.refusal(world, fault, fault.problems[0].where) from None

    def refusal(self, world: Any, fault: WorldError, pointer: str) -> ControlRefused:
        """Refuse a recipe; ``pointer`` leads into a recipe that was sent as an object."""
        inline = isinstance(world, Mapping) and not _is_text(world)
        return ControlRefused(400, str(fault), pointer=f"/world{pointer}" if inline else "/world")

    def _recipe(self, world: Any) -> Recipe:
        if isinstance(world, Mapping):
            return _inline(world)
        if world != self._settings.world and not is_name(world):
            return load_recipe(str(self._below(world)))  # anew each time: a person may be changing it
        if world not in self._known:
            self._known[world] = load_recipe(world)
        return self._known[world]

    def _below(self, text: str) -> Path:
        """The file at a path, if it may be read. Raises ControlRefused."""
        try:
            path = (self._folder / text).resolve()
        except (OSError, ValueError, RuntimeError):  # a NUL, or links in a circle
            raise ControlRefused(400, f"no name of a world, and no path; {_SEND}", pointer="/world") from None
        below = path.is_relative_to(self._folder) and not os.path.islink(path)  # a circle, on newer Pythons
        if not self._settings.loopback or not below or path.suffix not in _ENDINGS:
            what = f"only a {' or '.join(_ENDINGS)} file below the folder of a server on loopback is read; {_SEND}"
            raise ControlRefused(400, what, pointer="/world")
        return path


def _is_text(world: Mapping[str, Any]) -> bool:
    return "text" in world and world.keys() <= {"text", "file"}


def _inline(world: Mapping[str, Any]) -> Recipe:
    """Read a recipe in the request: an object, or a ``text`` with the name of its ``file``."""
    if not _is_text(world):
        return recipe_of(world)
    text, file = world["text"], world.get("file", "recipe")
    if not isinstance(text, str) or not isinstance(file, str):
        raise ControlRefused(400, "`text` and `file` are texts", pointer="/world")
    return recipe_of_text(text.encode("utf-8", "surrogatepass"), shorten(file, 200))
