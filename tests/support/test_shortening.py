"""A text that is cut for a message says so: whoever reads it must not take it for whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MODULES = [path for package in ("mock_server", "contracts") for path in (ROOT / package).rglob("*.py")]

# Parts of a finding's place: they stand in the baselines of users, so they stay as they are.
PINNED = {"contracts/scenarios/protocol.py"}


def silent_cuts(source: str) -> Iterator[int]:
    """The lines in which a message has the first letters of a text and no sign that there were more."""
    for text in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)):
        for part, following in zip(text.values, [*text.values[1:], None], strict=True):
            marked = isinstance(following, ast.Constant) and str(following.value).startswith("…")
            if isinstance(part, ast.FormattedValue) and is_cut(part.value) and not marked:
                yield part.lineno


def is_cut(part: ast.expr) -> bool:
    """Tell whether an expression is ``text[:60]`` or ``text[:_SHOWN]``; the digits of a hash are no text."""
    if not isinstance(part, ast.Subscript) or not isinstance(part.slice, ast.Slice) or isinstance(part.value, ast.Call):
        return False
    upper = part.slice.upper if part.slice.lower is None else None
    long = isinstance(upper, ast.Constant) and isinstance(upper.value, int) and upper.value >= 10
    return long or (isinstance(upper, ast.Name) and upper.id.isupper())


def test_no_message_is_cut_without_a_sign() -> None:
    names = {path.relative_to(ROOT).as_posix(): path for path in MODULES}
    found = {f"{name}:{line}" for name, path in names.items() for line in silent_cuts(path.read_text("utf-8"))}
    assert not {place for place in found if place.partition(":")[0] not in PINNED}, "use support.text.shorten"
    assert {place.partition(":")[0] for place in found} >= PINNED, "no longer needed"


def test_a_silent_cut_is_found() -> None:
    assert list(silent_cuts("x = 1\nf'`{text[:60]}` is no schedule'")) == [2]
    assert not list(silent_cuts("f'{text[:60]}… {text[5:]} {shorten(text, 60)} {sha.hexdigest()[:16]}'"))
