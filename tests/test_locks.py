"""A lock is installed as it is, without a resolver: so it has to have everything, on every system that it is for."""

import re
import tomllib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest
from locks import Pin, lacking, pins, system

ROOT = Path(__file__).parent.parent
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = {name: pins((ROOT / name).read_text("utf-8")) for name in ("requirements.lock", "requirements-dev.lock")}
EXTRAS = {"requirements.lock": "", "requirements-dev.lock": "[check,dev,mcp,test]"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("linux", "darwin")

LACKING_ON_WINDOWS = {"colorama", "pywin32", "tzdata"}  # for click and others · for mcp · for psycopg
"""The locks do not claim Windows: they are resolved on Linux. This is how far they are from it."""


def wanted(name: str) -> Sequence[str]:
    """What the project asks for: itself with extras, and what builds it; the backend asks for one more by a hook."""
    return [f"sophiie-mock{EXTRAS[name]}", *SETUP["build-system"]["requires"], "editables~=0.3"]


def with_the_project(name: str) -> dict[str, Pin]:
    return LOCKS[name] | {"sophiie-mock": Pin(version("sophiie-mock"))}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_all_that_is_required(name: str, platform: str, python: str) -> None:
    assert lacking(with_the_project(name), wanted(name), system(platform, python)) == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_line_that_is_taken_out_is_missed(name: str) -> None:
    """Each line, so none is superfluous either."""
    whole, here = with_the_project(name), system("linux", "3.11")
    cut = {line: lacking({n: pin for n, pin in whole.items() if n != line}, wanted(name), here) for line in LOCKS[name]}
    assert [line for line, found in cut.items() if list(found) != [line]] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_version_that_does_not_fit_is_missed(name: str) -> None:
    other = with_the_project(name) | {"aiohttp": Pin("2.0")}
    assert list(lacking(other, wanted(name), system("linux", "3.11"))) == ["aiohttp"]


def test_the_installed_versions_are_those_of_the_lock() -> None:
    """Or what they declare would say nothing of the lock."""
    here = system("linux", "3.11")
    lock = {name: pin.version for name, pin in LOCKS["requirements-dev.lock"].items() if pin.counts(here)}
    assert {name: version(name) for name in lock} == lock


@pytest.mark.parametrize("python", PYTHONS)
def test_what_windows_would_need_is_known(python: str) -> None:
    name = "requirements-dev.lock"
    assert set(lacking(with_the_project(name), wanted(name), system("win32", python))) == LACKING_ON_WINDOWS


MADE_UP = {
    "app": ("lib[fast]>=2", "old; python_version < '3.12'", "mac; sys_platform == 'darwin'"),
    "lib": ("engine; extra == 'fast'", "never; extra == 'slow'"),
    "engine": ("lib[fast]",),
}


@pytest.mark.parametrize(
    ("platform", "python", "expected"),
    [
        ("linux", "3.13", {"engine"}),
        ("linux", "3.11", {"engine", "old"}),
        ("darwin", "3.13", {"engine", "mac"}),
    ],
)
def test_extras_and_markers_are_followed(platform: str, python: str, expected: set[str]) -> None:
    lock = {"app": Pin("1"), "lib": Pin("2.1"), "mac": Pin("1", 'sys_platform == "linux"')}
    assert set(lacking(lock, ["app"], system(platform, python), lambda name: MADE_UP.get(name, ()))) == expected
    whole = lock | {"engine": Pin("1"), "old": Pin("1"), "mac": Pin("1")}
    assert lacking(whole, ["app"], system(platform, python), lambda name: MADE_UP.get(name, ())) == {}


def test_every_line_of_a_lock_is_read() -> None:
    for name, found in LOCKS.items():
        lines = re.findall(r"^[^\s#]", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        assert len(lines) == len(found)


def test_an_extra_that_is_asked_for_stands_in_the_lock() -> None:
    """An old pip that resolves a lock takes `coverage[toml]` for unpinned where only `coverage` stands in it."""
    text = (ROOT / "requirements-dev.lock").read_text("utf-8")
    assert re.search(r"^coverage\[toml]==", text, re.MULTILINE)
