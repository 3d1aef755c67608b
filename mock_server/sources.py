"""Settings from where people write them.

Order: flag, then ``SOPHIIE_MOCK_<NAME>``, then ``sophiie-mock.toml`` or ``[tool.sophiie-mock]`` of the folder's
``pyproject.toml``, then the default. A variable that is set to nothing is not set.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SettingsError
from mock_server.settings import Settings, flag, remedy, table, typed, variable

Table = Mapping[str, Any]

_LARGEST = 16 * 1024  # bytes of a file of settings alone: some shapes cost the parser the square of their size
_LARGEST_PROJECT = 1024 * 1024


def gather(flags: Table, environment: Mapping[str, str], folder: Path) -> Settings:
    """Settings from all sources; ``flags`` holds only what was given.

    Raises SettingsError, one line for each fault, with the source that it comes from.
    """
    known = {item.name: item for item in table()}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name_of, given in (*_files(folder), (variable, _from_environment(environment)), (flag, flags)):
        for written, value in given.items():
            item = known.get(written.replace("-", "_"))
            if item is None:
                near = get_close_matches(written[:60], [flag(name)[2:] for name in known], 1)
                help = f"did you mean `{near[0]}`?" if near else "`sophiie-mock serve --help` lists them"
                problems.append(Problem(name_of(written), "no such setting", help))
                continue
            try:
                values[item.name] = typed(item, value)
            except ValueError as fault:
                problems.append(Problem(name_of(written), str(fault), remedy(item)))
    if problems:
        raise SettingsError(*problems)
    return Settings(**values)


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Other variables of the prefix are not for a server: verbs have some of their own."""
    names = {item.name: variable(item.name) for item in table()}
    return {name: environment[written] for name, written in names.items() if environment.get(written)}


def _files(folder: Path) -> list[tuple[Callable[[str], str], Table]]:
    own, project = folder / "sophiie-mock.toml", folder / "pyproject.toml"
    if own.is_file():
        return [(lambda name: f"{own}: {name!r:.60}", _toml(own, _LARGEST))]
    if project.is_file():
        section = _toml(project, _LARGEST_PROJECT, "tool", "sophiie-mock")
        return [(lambda name: f"{project} [tool.sophiie-mock]: {name!r:.60}", section)]
    return []


def _toml(path: Path, largest: int, *sections: str) -> Table:
    """One table of the file, an empty one where it has none."""
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1)
        if len(raw) > largest:
            raise SettingsError(Problem(str(path), f"larger than {largest // 1024} KiB", "keep only settings in it"))
        found: Any = tomllib.loads(raw.decode())
    except (ValueError, RecursionError, OSError) as fault:
        line = re.search(r"at line (\d+)", str(fault))
        where = f"{path}:{line[1]}" if line else str(path)
        raise SettingsError(
            Problem(where, f"not TOML: {fault}", "correct that line" if line else "correct it")
        ) from None
    for section in sections:
        found = found.get(section, {}) if isinstance(found, dict) else {}
    if not isinstance(found, dict):
        raise SettingsError(Problem(str(path), f"[{'.'.join(sections)}] is no table", "correct it"))
    return found
