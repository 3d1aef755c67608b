"""Reports for a pipeline on GitHub: annotations and a step summary. Findings with one cause are one line, with their
count.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.report import escaping, run_facts
from contracts.report import summary as content
from contracts.report.summary import Cause, RunReport
from mock_server.support.text import shorten

_LEVELS = {True: "error", False: "warning"}
_SHOWN = 10
"""Most annotations of one level that GitHub shows for a step."""
_ROWS = 200
"""The most rows that a table of the summary has."""
MAX_TABLE_BYTES = 400 * 1024
"""Most bytes of each of the two tables: GitHub takes a mebibyte of a summary, and nothing of a larger one."""
_MAX_TEXT_CHARACTERS = 240
"""Most characters of a cell, before they are escaped."""
_MAX_MESSAGE_CHARACTERS, _MAX_TITLE_CHARACTERS = 4_000, 200
"""Characters of an annotation. GitHub cuts a message after 64 KiB, and a title after 255 characters."""


def as_github(report: RunReport) -> str:
    """Write workflow commands, one a line, to be printed in a step."""
    causes = report.causes
    lines = [line for breaks in (True, False) for line in _annotations([c for c in causes if c[0]["breaks"] is breaks])]
    lines.append(f"::notice title=sophiie-mock check::{escaping.annotation(report.verdict)}")
    return "\n".join(lines) + "\n"


def _annotations(causes: Sequence[Cause]) -> Iterator[str]:
    """One annotation for each cause; the last that would be shown stands for the rest."""
    shown = causes if len(causes) <= _SHOWN else causes[: _SHOWN - 1]
    for cause in shown:
        first = cause[0]
        text = f"{first['operation']}: {content.sentence(first)}{content.more(cause)}"
        yield _command(first, f"{first['rule']} {first['operation']}", text)
    rest = causes[len(shown) :]
    if rest:
        rules = ", ".join(dict.fromkeys(cause[0]["rule"] for cause in rest))
        yield _command(rest[0][0], "and more", f"{sum(map(len, rest))} more findings in {len(rest)} places: {rules}")


def _command(item: Mapping[str, Any], title: str, text: str) -> str:
    title, text = shorten(title, _MAX_TITLE_CHARACTERS), shorten(text, _MAX_MESSAGE_CHARACTERS)
    return f"::{_LEVELS[item['breaks']]} title={escaping.annotation_property(title)}::{escaping.annotation(text)}"


def as_summary(report: RunReport) -> str:
    """Markdown for ``$GITHUB_STEP_SUMMARY``."""
    facts, causes = report.facts, report.causes
    lines = [f"### sophiie-mock check: {_cell(report.verdict)}", ""]
    lines += _table(causes)
    if report.accepted_causes:
        lines += ["", "Accepted by the baseline:", "", *_table(report.accepted_causes)]
    lines += ["", *_about(facts)]
    return "\n".join(lines) + "\n"


def _table(causes: Sequence[Cause]) -> list[str]:
    """A row for each cause, as many as there is room for."""
    if not causes:
        return []
    rows, size = list[str](), 0
    for row in map(_row, causes[:_ROWS]):
        size += len(row.encode())
        if size > MAX_TABLE_BYTES:
            break
        rows.append(row)
    left = len(causes) - len(rows)
    more = ["", f"… and {left} rows more"] if left else []
    return ["| rule | operation | expected | got | known |", "| --- | --- | --- | --- | --- |", *rows, *more]


def _row(cause: Cause) -> str:
    first = cause[0]
    got = first["got"] + (f" — {first['reason']}" if first["reason"] else "")
    cells = [first["rule"], first["operation"] + content.more(cause), first["expected"], got, first["provenance"]]
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _about(facts: Mapping[str, Any]) -> Iterator[str]:
    spent = f" in {facts['seconds']} s" if facts["seconds"] else ""
    yield f"{facts['requests']} requests{spent}, mode `{facts['mode']}`, seed {facts['seed']}."
    yield ""
    yield from (f"{_cell(line)}  " for line in run_facts.lines(facts))
    checked = len(facts["rules"]["checked"])
    yield f"{checked} of {checked + len(facts['rules']['notChecked'])} rules checked."
    yield from (f"- not checked, {_cell(why)}: {', '.join(names)}" for why, names in run_facts.reasons(facts).items())


def _cell(text: str) -> str:
    return escaping.markdown(shorten(text, _MAX_TEXT_CHARACTERS))
