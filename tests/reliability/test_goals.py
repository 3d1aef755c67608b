"""Each goal of SECURITY.md at a small size, and the table that the full size writes."""

from pathlib import Path

import pytest
from all import BEGIN, END, ROOT, row, rows, written
from frame import GOALS, MET, MISSED, SHOWN_NOT, NotShown, line, loaded, read, scripts


@pytest.mark.slow
@pytest.mark.parametrize("path", scripts().values(), ids=lambda path: path.stem)
def test_the_goal_is_met_at_a_small_size(path: Path) -> None:
    try:
        figure = loaded(path).main("small")
    except NotShown as why:
        pytest.skip(str(why))
    assert figure.met, figure.text


def test_every_script_belongs_to_a_goal_and_says_how_long_it_may_take() -> None:
    for goal, path in scripts().items():
        assert goal in GOALS
        assert loaded(path).MINUTES > 0
        assert loaded(path).__doc__


@pytest.mark.parametrize("verdict", [MET, MISSED, SHOWN_NOT])
def test_a_figure_is_read_back_from_its_line(verdict: str) -> None:
    assert read(f"noise\n{line(9, verdict, 'lost 0 · p99 3 ms')}\nmore") == (verdict, "lost 0 · p99 3 ms")


def test_output_without_a_figure_is_none() -> None:
    assert read("Traceback (most recent call last):\n") is None


def test_the_table_keeps_other_rows_and_shows_what_was_not_shown() -> None:
    old = f"before\n{BEGIN}\n{row(9, MET, 'old', 'then', 'abc')}{row(10, MET, 'kept', 'then', 'abc')}{END}\nafter"
    new = written(old, {9: row(9, MISSED, "new", "now", "def")})
    assert new.startswith("before\n")
    assert new.endswith("\nafter")
    assert set(rows(new)) == set(GOALS)
    assert rows(new)[9] == "| 9 load | **not met** | new | now | def |\n"
    assert "kept" in rows(new)[10]
    assert "**not shown**" in rows(new)[1]


def test_the_document_lists_every_goal() -> None:
    assert set(rows((ROOT / "SECURITY.md").read_text(encoding="utf-8"))) == set(GOALS)
