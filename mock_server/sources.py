"""Settings from where people write them.

Order: flag, then ``SOPHIIE_MOCK_<NAME>``, then ``sophiie-mock.toml`` or ``[tool.sophiie-mock]`` of the folder's
``pyproject.toml``, then the default. A variable that is set to nothing is not set.
"""

import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SettingsError
from mock_server.settings import Settings, flag, table, typed, variable

Table = Mapping[str, Any]


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
                problems.append(
                    Problem(name_of(written), "no such setting", f"did you mean `{near[0]}`?" if near else "")
                )
                continue
            try:
                values[item.name] = typed(item, value)
            except ValueError as fault:
                problems.append(Problem(name_of(written), str(fault)))
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
        return [(lambda name: f"{own}: {name!r:.60}", _toml(own))]
    if project.is_file():
        section = _toml(project, "tool", "sophiie-mock")
        return [(lambda name: f"{project} [tool.sophiie-mock]: {name!r:.60}", section)]
    return []


def _toml(path: Path, *sections: str) -> Table:
    """One table of the file, an empty one where it has none."""
    try:
        found: Any = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as fault:
        raise SettingsError(Problem(str(path), f"not TOML: {fault}", "correct it")) from None
    for section in sections:
        found = found.get(section, {}) if isinstance(found, dict) else {}
    if not isinstance(found, dict):
        raise SettingsError(Problem(str(path), f"[{'.'.join(sections)}] is no table", "correct it"))
    return found
