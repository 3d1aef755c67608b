"""What the files around the code promise: few dependencies, honest locks, one version, nothing private."""

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mock_server import __version__

ROOT = Path(__file__).parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads(PYPROJECT)["project"]
LOCKS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")}

MAX_RUNTIME_DEPENDENCIES = 10

# What gives away where a file was made, or ties the project to one place. Written so that none matches itself.
PRIVATE = {
    "somebody's folder": r"(?<![\w./])/(?:home|Users)/\w+",
    "the superuser's folder": r"(?<![\w./])/root/[.\w]",
    "a build machine's folder": r"(?<![\w./])/(?:work/(?:main|shared)|opt/(?:pypi|wheels)|tmp/(?:plan|venv))\b",
    "a package registry": r"\b(?:pypi\.[o]rg|pythonh[o]sted\.org|reg[i]stry\.npmjs\.org|deb\.debian\.[o]rg)",
    "an index address": r"--(?:extra-)?index-url|--trusted-host|--find-links\b",
}
# The Makefile tells the lock's tool to leave these options out.
EXEMPT = (("Makefile", r"--no-emit-[a-z-]+"), ("tests/test_repository.py", r'"an index address": .*'))


def files() -> Iterator[tuple[str, str]]:
    """(path, text) of each text file that is or would be tracked, so this works without git too."""
    ignored = [".git", *(ROOT / ".gitignore").read_text(encoding="utf-8").replace("/\n", "\n").split()]
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(fnmatch(part, pattern) for part in parts for pattern in ignored):
            yield "/".join(parts), path.read_text(encoding="utf-8", errors="ignore")


def given_away(path: str, text: str) -> list[str]:
    for exempt, pattern in EXEMPT:
        text = re.sub(pattern, "", text) if path == exempt else text
    return [
        f"{path}:{number} names {what}: {line.strip()[:100]}"
        for what, pattern in PRIVATE.items()
        if re.search(pattern, text)
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_file_names_a_private_place() -> None:
    assert not [complaint for path, text in files() for complaint in given_away(path, text)]


@pytest.mark.parametrize(
    "line",
    [
        "cd /" + "home/me/code",
        "/" + "root/.cache",
        "see /" + "work/main",
        "https://pypi" + ".org/x",
        "--index" + "-url x",
    ],
)
def test_a_private_place_is_noticed(line: str) -> None:
    assert given_away("README.md", line)


@pytest.mark.parametrize("line", ["GET /v1/home/me", "--state /tmp/state.sqlite", "https://example.com/root/x"])
def test_an_ordinary_path_is_not(line: str) -> None:
    assert not given_away("README.md", line)


def test_the_runtime_has_few_dependencies() -> None:
    assert len(PROJECT["dependencies"]) <= MAX_RUNTIME_DEPENDENCIES


def test_every_runtime_dependency_has_a_reason() -> None:
    block = PYPROJECT.split("\ndependencies = [\n")[1].split("\n]")[0].splitlines()
    assert len(block) == len(PROJECT["dependencies"])
    assert not [line for line in block if not re.search(r'",\s+# \w{2,}', line)]


def test_the_newest_changelog_section_is_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d[^]]*)]", changelog, re.MULTILINE)[0] == __version__


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[[^]]*])?==(\S+)", lock, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_everything_by_hash(name: str) -> None:
    entries = [entry for entry in re.split(r"\n(?=[\w-])", LOCKS[name]) if not entry.startswith("#")]
    assert len(entries) == len(pins(LOCKS[name])) > MAX_RUNTIME_DEPENDENCIES
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not [version for version in pins(LOCKS[name]).values() if "+" in version]


@pytest.mark.parametrize(("name", "extras"), [("requirements.lock", ()), ("requirements-dev.lock", ("check", "dev"))])
def test_a_lock_fits_the_declared_ranges(name: str, extras: tuple[str, ...]) -> None:
    locked = pins(LOCKS[name])
    declared = [*PROJECT["dependencies"], *(d for extra in extras for d in PROJECT["optional-dependencies"][extra])]
    wanted = [Requirement(d) for d in declared if not d.startswith(f"{PROJECT['name']}[")]
    misfits = [str(r) for r in wanted if not r.specifier.contains(locked.get(canonicalize_name(r.name), "0"))]
    assert not misfits, f"run `make lock`: {name} does not satisfy {misfits}"


def test_both_locks_agree() -> None:
    runtime, development = (pins(LOCKS[name]) for name in ("requirements.lock", "requirements-dev.lock"))
    assert runtime.items() <= development.items()


def test_workflows_pin_their_actions_and_may_only_read() -> None:
    for workflow in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        text = workflow.read_text(encoding="utf-8")
        used = re.findall(r"uses: (\S+)", text)
        assert used
        assert not [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)]
        assert "permissions:\n  contents: read\n" in text


def test_no_two_test_modules_have_the_same_name() -> None:
    """They are modules of no package, so pytest could not tell two of them apart."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py") if path.name not in ("conftest.py", "__init__.py")]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_type_checker_finds_every_folder_of_tests() -> None:
    """A folder that it does not know would be a package to it, and its modules unknown to each other."""
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["mypy_path"]
    folders = {path.parent for top in ("tests", "bench") for path in (ROOT / top).rglob("*.py")}

    assert sorted(known) == sorted(folder.relative_to(ROOT).as_posix() for folder in folders)
