"""Docstrings can be understood alone, where an editor shows them. That public names have one is checked by ruff."""

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("mock_server", "contracts")

# These words need a text before them, or begin no sentence.
UNCLEAR = re.compile(r"(What|Whether|The same|Those|As|Of)\b")


def openings(source: str) -> Iterator[tuple[int, str]]:
    """(line, first line of the docstring) of a module and of everything in it, constants and attributes too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text.splitlines()[0]
            pairs = itertools.pairwise(node.body)
            texts = [after for before, after in pairs if isinstance(before, ast.Assign | ast.AnnAssign)]
            for one in texts:
                if isinstance(one, ast.Expr) and isinstance(value := getattr(one.value, "value", None), str):
                    yield one.lineno, value.splitlines()[0]


def unclear(source: str) -> list[str]:
    return [f"{line}: {text}" for line, text in openings(source) if UNCLEAR.match(text)]


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_begin_with_a_sentence_of_their_own(package: str) -> None:
    modules = sorted((ROOT / package).rglob("*.py"))
    found = [f"{path.relative_to(ROOT)}:{each}" for path in modules for each in unclear(path.read_text("utf-8"))]
    assert not found, "\n  ".join(["say what it is or does, subject and verb:", *found])


@pytest.mark.parametrize(
    "opening", ["What is left.", "Whether it is.", "The same.", "Those of one.", "As it is.", "Of it."]
)
def test_an_unclear_docstring_is_found(opening: str) -> None:
    assert unclear(f'class A:\n    def b(self):\n        """{opening}"""\n') == [f"2: {opening}"]


def test_an_unclear_docstring_of_a_constant_or_an_attribute_is_found() -> None:
    assert unclear('A = 1\n"""What it is."""\n') == ["2: What it is."]
    assert unclear('class A:\n    b: int\n    """As above."""\n') == ["3: As above."]
    assert unclear('class A:\n    def __init__(self):\n        self.b = 1\n        """Of it."""\n') == ["4: Of it."]


@pytest.mark.parametrize("opening", ["Tell whether it is.", "Whatever comes.", "Assets of one.", "Often none."])
def test_a_clear_docstring_passes(opening: str) -> None:
    assert not unclear(f'"""{opening}"""\n')
