"""Recipes: what a world is made of, read from a built-in or a user's YAML file.

A file is checked key by key against one table before anything is built; each mistake becomes a
:class:`~mock_server.errors.Problem` with file, line, cause and remedy, and all of them are reported at once.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from mock_server.config.paths import FIXTURES, is_ours
from mock_server.errors import Problem, WorldError
from mock_server.support.bounded_files import read_file
from mock_server.support.exact_json import is_deeper
from mock_server.support.json_pointer import escape
from mock_server.support.text import short_repr, shorten
from mock_server.world.own_data.own_records import Lines, OwnRecords

MAX_LEADS = 30_000
"""Lead records keep their integer ids below ``ids.FIRST_FREE_INDEX`` and their phones in the reserved ranges."""

_SHOWN = 20  # mistakes of a recipe
_MAX_PLACE_CHARACTERS = 200

RECORDS = "records"
"""The key below which records stand by their kind; a kind may stand beside the numbers, too."""

_NO_RECORDS = OwnRecords()


@dataclass(frozen=True, slots=True)
class Recipe:
    """The choices of a world. Defaults are those of the ``default`` world; percentages are whole numbers."""

    name: str = "default"
    description: str = ""
    business: str = "plumber"
    leads: int = 120
    days_back: int = 90
    days_ahead: int = 30
    inquiries: int = 7
    """Most inquiries one lead makes; about 2.9 on average with 7."""
    booking: int = 46
    """Percent of the inquiries for a job that lead to an appointment."""
    unread: int = 45
    """Percent of the inquiries of the last seven days that nobody has read yet."""
    edge: bool = False
    """Nulls, extreme lengths, right-to-left and emoji names, daylight-saving weekends, a shared phone."""
    generic: int = 3
    """Records to generate for each kind that nobody wrote code for."""
    records: OwnRecords = _NO_RECORDS
    """Records that were written by hand, by kind."""

    def to_dict(self) -> dict[str, Any]:
        """Everything that is said, as a file has it: ``recipe_of`` makes the same recipe of it."""
        said = {field.name: getattr(self, field.name) for field in fields(self) if field.name != RECORDS}
        return {**said, RECORDS: dict(self.records.kinds)} if self.records else said


def _whole(low: int, high: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if good else f"a whole number from {low} to {high}"

    return check


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and 1 <= len(value) <= 200 else "a text of 1 to 200 characters"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _business(value: Any) -> str:
    known = businesses()
    return "" if value in known else f"one of {', '.join(known)}"


LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "leads": (0, MAX_LEADS),
        "days_back": (1, 3650),
        "days_ahead": (0, 365),
        "inquiries": (0, 8),
        "booking": (0, 100),
        "unread": (0, 100),
        "generic": (0, 50),
    }
)
"""The numbers of a recipe, each with the lowest and the highest value."""

_RULES: dict[str, Callable[[Any], str]] = {
    "name": _text,
    "description": _text,
    "business": _business,
    "edge": _flag,
    **{name: _whole(*bounds) for name, bounds in LIMITS.items()},
}
"""Key → what is wrong with a value, as the words after "must be"; empty when nothing is."""

_ALSO_KINDS = ("leads", "inquiries")  # a number says how many are made up; a list in its place holds them


def businesses() -> list[str]:
    """The businesses a recipe can name."""
    return sorted(path.stem for path in (FIXTURES / "businesses").glob("*.yaml"))


def recipes() -> list[Recipe]:
    """The built-in recipes, the default first, then by size."""
    found = [_built_in(path) for path in (FIXTURES / "worlds").glob("*.yaml")]
    return sorted(found, key=lambda recipe: (recipe.name != "default", recipe.leads, recipe.name))


def is_name(world: str) -> bool:
    """Tell whether a text can be the name of a built-in world; another text is a file's."""
    return re.fullmatch(r"[a-z][a-z0-9-]{0,63}", world) is not None


def load_recipe(name_or_path: str) -> Recipe:
    """The built-in recipe of that name, or the one in that file; WorldError when it is neither, or wrong."""
    if is_name(name_or_path):
        built_in = FIXTURES / "worlds" / f"{name_or_path}.yaml"
        if built_in.is_file():
            return _built_in(built_in)
        known = sorted(path.stem for path in built_in.parent.glob("*.yaml"))
        what = f"there is no built-in world of this name: {', '.join(known)}"
        remedy = _did_you_mean(name_or_path, known) or "or give a file, like ./my-world.yaml"
        raise WorldError(Problem(name_or_path, what, remedy))
    from mock_server.world.recipe_file import file_bytes  # start-up: brings YAML in, for a file of the user's own

    return recipe_of_text(file_bytes(Path(name_or_path)), name_or_path)


def _built_in(path: Path) -> Recipe:
    """A recipe of ours: a test reads them by the rules."""
    return Recipe(**{"name": path.stem, **read_file(path, WorldError, ours=is_ours(path))})


def recipe_of_text(raw: bytes, file: str) -> Recipe:
    """The recipe that a file's text is. Raises WorldError with every mistake, its file and line."""
    from mock_server.world.recipe_file import read_entries  # start-up: as above

    entries, lines = read_entries(raw, file, _keys())
    said = [(f"{file}:{lines[f'/{escape(key)}']}", key, value) for key, value in entries]
    return _checked(PurePath(file).stem, said, file, lines)


def recipe_of(values: Mapping[str, Any]) -> Recipe:
    """The recipe that is given as a mapping, by the rules of a file. Raises WorldError with every mistake."""
    return _checked("custom", [(f"/{escape(key)}", key, value) for key, value in values.items()])


def _checked(
    name: str, said: Iterable[tuple[str, str, Any]], file: str = "", lines: Lines = MappingProxyType({})
) -> Recipe:
    """The recipe of these places, keys and values; ``name`` is what it is called where it does not say."""
    values: dict[str, Any] = {"name": name}
    problems: list[Problem] = []
    kinds: dict[str, Any] = {}
    for where, key, value in said:
        if key == RECORDS and isinstance(value, Mapping):
            kinds.update(value)
            lines = {**{at.removeprefix(f"/{RECORDS}"): line for at, line in lines.items()}, **lines}
        elif key == RECORDS:
            what = f"{key} is {short_repr(value, 40)}"
            problems.append(Problem(where, what, "write the name of a kind below it, and below that its records"))
        elif isinstance(value, list | Mapping) and (key not in _RULES or key in _ALSO_KINDS):
            kinds[key] = value
            values.update({"leads": 0} if key == "leads" else {})
        elif key not in _RULES:
            remedy = _did_you_mean(key, [*_RULES, RECORDS]) or _keys()
            problems.append(Problem(shorten(where, _MAX_PLACE_CHARACTERS), f"unknown key {short_repr(key)}", remedy))
        elif wrong := _RULES[key](value):
            problems.append(Problem(where, f"{key} is {short_repr(value)}", f"it must be {wrong}"))
        else:
            values[key] = value
    if is_deeper(kinds):
        problems.append(Problem(file or f"/{RECORDS}", "nested too deep", "write one record in another, not much more"))
    if problems:
        raise WorldError(*problems[:_SHOWN])
    recipe = Recipe(**values)
    return replace(recipe, records=OwnRecords.of(kinds, file, lines)) if kinds else recipe


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word[:60], known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def _keys() -> str:
    return f"the keys are {', '.join(field.name for field in fields(Recipe))}"
