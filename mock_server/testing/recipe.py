"""The world for a test, in the form of the control plane. Files are read here, as the server may be elsewhere."""

import re
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from mock_server.support.readable_file import open_readable
from mock_server.support.text import file_text, short_repr
from mock_server.testing.errors import Refused

Recipe: TypeAlias = str | PathLike[str] | Mapping[str, Any]
"""The name of a built-in world, the path of a recipe, or the recipe itself as a mapping of its keys."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_MAX_FILE_BYTES = 2_000_000  # the server takes fewer, and says how many


def sent(world: Recipe, folders: Iterable[Path] = ()) -> str | dict[str, Any]:
    """The body to send for a world. A relative path is searched in ``folders``, then in the working folder.

    Raises Refused for a file that cannot be read.
    """
    if isinstance(world, Mapping):
        return dict(world)
    if isinstance(world, str) and _NAME.fullmatch(world):
        return world
    if not isinstance(world, str | PathLike):
        raise TypeError(f"world is a name, a path or a mapping, and not {short_repr(world)}")
    path = _found(Path(world), [*folders, Path()])
    try:
        with open_readable(path) as file:
            text = file_text(file.read(_MAX_FILE_BYTES))
    except (OSError, ValueError) as fault:
        why = "not UTF-8" if isinstance(fault, UnicodeDecodeError) else getattr(fault, "strerror", None) or fault
        raise Refused({"detail": f"world {world}: {why}"}) from None
    return {"text": text, "file": str(world)}


def _found(path: Path, folders: Iterable[Path]) -> Path:
    """The first existing file for this path. Raises Refused with all places that were searched."""
    places = list(dict.fromkeys((folder / path).resolve() for folder in folders))
    for place in places:
        if place.is_file():
            return place
    raise Refused({"detail": f"world {path}: no such file; looked for {', '.join(map(str, places))}"})
