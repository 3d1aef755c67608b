"""A comparison for people: as text for a terminal, and as Markdown for a pull request."""

from collections.abc import Iterator, Sequence

from contracts.changes.diff_report import DiffReport, Group, more, where
from contracts.changes.grades import Grade
from contracts.report import escaping
from mock_server.support.text import shorten

_MAX_ROWS = 200
_MAX_TESTS = 10
_MAX_CELL_CHARACTERS = 1_000


def as_text(report: DiffReport, *, verbose: bool = False) -> str:
    """Write lines for a terminal. Changes that affect nobody are counted only, unless ``verbose``."""
    lines: list[str] = []
    for grade, groups in report.groups.items():
        if groups and (verbose or grade is not Grade.UNAFFECTED):
            lines += [f"{grade}: {report.count(grade)}", *(line for group in groups for line in _lines(group)), ""]
    lines += [f"note: {note}" for note in report.notes]
    lines += [f"used: {report.used}"] if report.used else []
    lines.append(report.verdict)
    hidden = report.count(Grade.UNAFFECTED)
    if hidden and not verbose:
        lines.append("-v also shows what is unaffected")
    return "\n".join(map(escaping.terminal, lines))


def _lines(group: Group) -> Iterator[str]:
    first = group[0]
    yield f"  {where(first.change)}"
    yield f"    {first.change.describe()}  ({first.change.rule.id} {first.change.fingerprint}){more(group)}"
    if first.reason:
        yield f"    {first.reason}"
    tests = list(dict.fromkeys(test for one in group for test in one.tests))
    yield from (f"      {test}" for test in tests[:_MAX_TESTS])
    if len(tests) > _MAX_TESTS:
        yield f"      and {len(tests) - _MAX_TESTS} more tests"


def as_markdown(report: DiffReport) -> str:
    """Write Markdown: a table for each grade; unaffected changes are folded."""
    lines = [f"### sophiie-mock spec diff: {_cell(report.verdict)}", ""]
    lines += [f"Graded by use: {_cell(report.used)}.", ""] if report.used else []
    for grade, groups in report.groups.items():
        if groups:
            folded = grade is Grade.UNAFFECTED
            head = f"{report.count(grade)} {grade}"
            lines += [f"<details><summary>{head}</summary>" if folded else f"**{head}**", ""]
            lines += [*_table(groups, tests=bool(report.used)), "", *(["</details>", ""] if folded else [])]
    lines += [f"- {_cell(note)}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(groups: Sequence[Group], *, tests: bool) -> Iterator[str]:
    yield "| where | what | rule | fingerprint |" + (" why, and your tests |" if tests else "")
    yield "|---|---|---|---|" + ("---|" if tests else "")
    yield from (_row(group, tests=tests) for group in groups[:_MAX_ROWS])
    if len(groups) > _MAX_ROWS:
        yield ""
        yield f"… and {len(groups) - _MAX_ROWS} rows more"


def _row(group: Group, *, tests: bool) -> str:
    change = group[0].change
    cells = [where(change), change.describe() + more(group), change.rule.id, change.fingerprint]
    if tests:
        named = list(dict.fromkeys(test for one in group for test in one.tests))
        left = f", and {len(named) - _MAX_TESTS} more" if len(named) > _MAX_TESTS else ""
        cells.append(group[0].reason + (": " if named else "") + ", ".join(named[:_MAX_TESTS]) + left)
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return escaping.markdown(shorten(text, _MAX_CELL_CHARACTERS))
