"""Change a module of a copy of this tree in every small way that mutmut knows, and see whether its tests notice."""

import ast
import copy
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TOOL = "mutmut==3.8.1"
_COPIED = ("mock_server", "contracts", "openapi", "fixtures", "tests", "pyproject.toml", "README.md", "LICENSE")
# Exit codes in mutmut's notes: a test failed or pytest broke; it took too long, by the clock or of the processor.
_KILLED, _TOO_SLOW = (1, 3), (36, 24, -24, 152, 255)


class Change(NamedTuple):
    """What a mutant changes, in lines as ``ast.unparse`` writes them."""

    function: str
    was: str
    becomes: str


class Outcome(NamedTuple):
    killed: int
    too_slow: list[Change]
    left: list[Change]


def copied(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "results*", "*.sqlite*")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)


def mutated(folder: Path, module: str, tests: Sequence[str], left_out: Sequence[str] = (), only: str = "") -> Outcome:
    """Run the mutants of a module against its tests in a folder made by ``copied``. ``only`` is a pattern of names."""
    shutil.rmtree(folder / "mutants", ignore_errors=True)
    plain = (ROOT / "pyproject.toml").read_text("utf-8")
    arguments = ["-p", "no:schemathesis", "-p", "no:xdist", *(f"--deselect={test}" for test in left_out)]
    configuration = {
        "source_paths": ["mock_server"],
        "only_mutate": [module],
        "also_copy": [name for name in _COPIED if name not in ("mock_server", "tests", "pyproject.toml")],
        "pytest_add_cli_args_test_selection": list(tests),
        "pytest_add_cli_args": arguments,
        "timeout_constant": 3.0,  # seconds on top, all of it fifteen times: a busy machine is no test that noticed
    }
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in configuration.items())
    (folder / "pyproject.toml").write_text(f"{plain}\n[tool.mutmut]\n{lines}", "utf-8")
    command = [sys.executable, "-m", "mutmut", "run", *([only] if only else [])]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    notes = folder / "mutants" / f"{module}.meta"
    codes = json.loads(notes.read_text("utf-8"))["exit_code_by_key"] if notes.exists() else {}
    ran = {name.rpartition(".")[2]: code for name, code in codes.items() if code is not None}
    if done.returncode or not ran:
        raise RuntimeError(f"mutmut on {module}: {(done.stdout + done.stderr)[-2000:]}")
    changes = dict(changes_of((folder / "mutants" / module).read_text("utf-8")))
    return Outcome(
        sum(code in _KILLED for code in ran.values()),
        [changes[name] for name, code in ran.items() if code in _TOO_SLOW],
        [changes[name] for name, code in ran.items() if code not in (*_KILLED, *_TOO_SLOW)],
    )


def changes_of(text: str) -> Iterator[tuple[str, Change]]:
    """Each mutant in a file that mutmut wrote, by its name, and how it differs from the original."""
    there = {node.name: _lines(node) for node in ast.walk(ast.parse(text)) if isinstance(node, _FUNCTION)}
    for name, lines in there.items():
        found = re.fullmatch(r"(x(?:_|ǁ([^ǁ]+)ǁ)(.+)__mutmut_)\d+", name)
        if found:
            told = list(difflib.ndiff(there[f"{found[1]}orig"], lines))
            was, becomes = (" ; ".join(line[2:] for line in told if line[0] == sign) for sign in "-+")
            yield name, Change(f"{found[2]}.{found[3]}" if found[2] else found[3], was, becomes)


def functions_of(text: str) -> dict[str, set[str]]:
    """The lines of each function and method of a module, as a ``Change`` names them."""
    tree = ast.parse(text)
    places = [("", tree.body), *((f"{it.name}.", it.body) for it in tree.body if isinstance(it, ast.ClassDef))]
    return {f"{start}{it.name}": set(_lines(it)) for start, body in places for it in body if isinstance(it, _FUNCTION)}


_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Without its name and decorators."""
    plain = copy.copy(node)
    plain.name, plain.decorator_list = "_", []
    return [line.strip() for line in ast.unparse(plain).split("\n")]
