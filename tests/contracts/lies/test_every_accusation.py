"""Every line of the suite that accuses somebody is shown at least one lie: the tables together reach all of them."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from lying_rows import HOME

pytestmark = pytest.mark.xdist_group("lies")  # their rows have run there

TABLES = [import_module(file.stem) for file in sorted(Path(__file__).parent.glob("test_lies_*.py"))]
METHODS, FUNCTIONS = {"broken", "_broken"}, {"broken", "note", "Violation", "Finding"}


def accusing_calls(file: Path) -> Iterator[ast.Call]:
    """Calls that make a violation or a finding, write one down, or pass one on."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            made = node.func
            of_class = isinstance(made, ast.Attribute) and getattr(made.value, "id", "") == "Finding"
            known = METHODS if isinstance(made, ast.Attribute) else FUNCTIONS
            if of_class or getattr(made, "attr", getattr(made, "id", "")) in known:
                yield node


@pytest.mark.slow
def test_every_accusing_line_is_reached_by_a_lie() -> None:
    lines = {line for table in TABLES for row in table.ROWS for line in row.lines}
    missed = [
        f"{file.relative_to(HOME.parent)}:{call.lineno} {ast.unparse(call)[:70]}"
        for file in sorted(HOME.rglob("*.py"))
        for call in accusing_calls(file)
        if not any((str(file), line) in lines for line in range(call.lineno, (call.end_lineno or 0) + 1))
    ]
    assert not missed, "tell a lie that reaches them, in a row of a table here:\n" + "\n".join(missed)
