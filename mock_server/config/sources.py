"""Read settings from every place where people write them.

Order: flag, then ``SOPHIIE_MOCK_<NAME>``, then ``sophiie-mock.toml`` or ``[tool.sophiie-mock]`` of the folder's
``pyproject.toml``, then the default. A variable with an empty value counts as not set.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mock_server.config.settings import PREFIX, Settings, flag, remedy, table, typed, variable
from mock_server.errors import Problem, SettingsError
from mock_server.support.readable_file import open_readable
from mock_server.support.text import short_repr, shorten

Table = Mapping[str, Any]
OTHER_TABLES = ("lint",)
"""Tables of the settings file that are no settings of a server: a verb of that name reads them."""

_MAX_SETTINGS_FILE_BYTES = 16 * 1024
"""Bytes of a file that holds only settings: for some texts the parser's time grows with the square of their size."""
_MAX_PROJECT_FILE_BYTES = 1024 * 1024
# Kubernetes (and Docker's links) give every container SOPHIIE_MOCK_PORT=tcp://10.0.0.3:4747 for a service called
# sophiie-mock. Nobody has set it, so it is passed over; their other variables have names that no setting has.
_OF_A_SERVICE = re.compile(r"(?:tcp|udp|sctp)://.*")

_OF_ITS_LINKS = re.compile(PREFIX + r"(NAME|ENV_.*|SERVICE_HOST|SERVICE_PORT.*|PORT_\d+_(TCP|UDP|SCTP).*)")
OTHER_VARIABLES = tuple(
    PREFIX + name for name in ("URL", "ADMIN_TOKEN", "API_KEY", "WEBHOOK_SECRET", "DEBUG", "RECORD_USE")
)
"""Variables that verbs, test handles and the program as a whole read. They are no settings of a server."""


def gather(flags: Table, environment: Mapping[str, str], folder: Path) -> Settings:
    """Collect the settings from all sources. ``flags`` holds only the flags that were given.

    Raises SettingsError with one line for each fault, which names its source.
    """
    known = {item.name: item for item in table()}
    problems: list[Problem] = []
    chosen: dict[str, tuple[str, Any]] = {}  # where the value that counts is written, and it
    for name_of, given in (*_files(folder), (variable, _from_environment(environment)), (flag, flags)):
        for written, value in given.items():
            name = written.replace("-", "_")
            if written in OTHER_TABLES and isinstance(value, Mapping):
                continue
            if name in known:
                chosen[name] = (name_of(written), value)
                continue
            near = get_close_matches(written[:60], [flag(name)[2:] for name in known], 1)
            help = f"did you mean `{near[0]}`?" if near else "`sophiie-mock serve --help` lists them"
            problems.append(Problem(name_of(written), "no such setting", help))
    values = dict(_typed(known, chosen, problems))
    if problems:
        raise SettingsError(*problems)
    return Settings(**values)


def settings_section(folder: Path, name: str) -> tuple[str, Table]:
    """A table of the settings file in a folder that a verb reads, with the file's name; empty if it has none.

    Raises SettingsError for a file that cannot be read.
    """
    for name_of, given in _files(folder):
        section = given.get(name, {})
        if not isinstance(section, Mapping):
            raise SettingsError(Problem(name_of(name), "no table", f"write [[{name}.except]]"))
        return name_of(name).rpartition(":")[0], section
    return "", {}


def unknown_variables(environment: Mapping[str, str]) -> Iterator[Problem]:
    """Names of variables that look like settings and are none: nobody would notice them otherwise. No values."""
    known = [*(variable(item.name) for item in table()), *OTHER_VARIABLES]
    for name, value in environment.items():
        if name.upper().startswith(PREFIX) and name not in known and value and not _OF_ITS_LINKS.fullmatch(name):
            near = get_close_matches(name.upper()[:60], known, 1)
            help = f"did you mean {near[0]}?" if near else "`sophiie-mock serve --help` lists the settings"
            yield Problem(shorten(ascii(name)[1:-1], 60), "no such setting, so it is ignored", help)


def _typed(
    known: Mapping[str, Field[Any]], chosen: Mapping[str, tuple[str, Any]], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    """The values that count. A value that another source overrides is not examined."""
    for name, (where, value) in chosen.items():
        try:
            yield name, typed(known[name], value)
        except ValueError as fault:
            problems.append(Problem(where, str(fault), remedy(known[name])))


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings in the environment. Other variables with the same prefix belong to verbs."""
    names = {item.name: variable(item.name) for item in table()}
    # A line of a file from Windows that a container is given ends with a carriage return.
    given = {name: value for name, written in names.items() if (value := environment.get(written, "").strip())}
    if _OF_A_SERVICE.fullmatch(given.get("port", "")):
        del given["port"]
    return given


def _files(folder: Path) -> list[tuple[Callable[[str], str], Table]]:
    own, project = folder / "sophiie-mock.toml", folder / "pyproject.toml"
    if own.is_file():
        return [(lambda name: f"{own}: {short_repr(name)}", _toml(own, _MAX_SETTINGS_FILE_BYTES))]
    if project.is_file():
        section = _toml(project, _MAX_PROJECT_FILE_BYTES, "tool", "sophiie-mock")
        return [(lambda name: f"{project} [tool.sophiie-mock]: {short_repr(name)}", section)]
    return []


def _toml(path: Path, largest: int, *sections: str) -> Table:
    """One table of a TOML file; an empty one if the file does not have it."""
    try:
        with open_readable(path) as file:
            raw = file.read(largest + 1)
        if len(raw) > largest:
            raise SettingsError(Problem(str(path), f"larger than {largest // 1024} KiB", "keep only settings in it"))
        found: Any = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SettingsError(Problem(str(path), "not UTF-8", "save it in UTF-8")) from None
    except OSError as fault:
        raise SettingsError(
            Problem(str(path), fault.strerror or str(fault), "make it readable, or remove it")
        ) from None
    except (ValueError, RecursionError) as fault:
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
