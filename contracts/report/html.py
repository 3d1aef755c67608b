"""The report as one HTML file: no script, nothing fetched, readable on a telephone and in the dark."""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.report import run_facts
from contracts.report.escaping import page as escape
from contracts.report.html_findings import FindingsSection
from contracts.report.html_style import STYLE
from contracts.report.summary import RunReport

_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(report: RunReport) -> str:
    """The report as one HTML page."""
    facts = report.facts
    colour = {0: "good", 1: "bad"}.get(facts["exitCode"], "odd")
    parts = [
        *(f'<p class="small">{escape(line)}</p>' for line in (" · ".join(_spent(facts)), *run_facts.lines(facts))),
        *(f'<p class="odd">{escape(reason)}</p>' for reason in (facts["stopped"], *facts["vacuous"]) if reason),
        *FindingsSection(report).render(),
        _notes(facts["notes"]),
        table("Not run", ("run", "reason"), facts["notRun"].items()),
        _rules(facts),
        _operations(facts["operations"]),
        _documents(facts["documents"]),
    ]
    return whole_page("check", report.verdict.partition(":")[0], colour, parts)  # the reasons stand below


def whole_page(verb: str, verdict: str, colour: str, parts: Iterable[str]) -> str:
    """One HTML page with a verdict above its parts, which are escaped already. It has no script and fetches nothing."""
    said = escape(verdict)
    head = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_ELSE}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>sophiie-mock {verb}: {said}</title><style>{STYLE}</style></head><body>",
        f'<h1 class="{colour}">{said[:1].upper()}{said[1:]}</h1>',
    ]
    return "\n".join([*head, *filter(None, parts), "</body></html>\n"])


def _spent(facts: Mapping[str, Any]) -> list[str]:
    if not facts["seconds"]:
        return [facts["target"], facts["mode"], f"{facts['requests']} exchanges"]
    spent = f"{facts['requests']} requests in {facts['seconds']} s"
    return [facts["target"], f"mode {facts['mode']}", f"seed {facts['seed']}", spent]


def _notes(notes: list[str]) -> str:
    return f"<h2>Notes</h2><ul>{''.join(f'<li>{escape(note)}' for note in notes)}</ul>" if notes else ""


def table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, folded: bool = False) -> str:
    """On a narrow screen the cells of a row stand below each other, each with its column's name."""
    lines = []
    for first, *rest in rows:
        cells = "".join(f'<td title="{name}">{escape(cell)}' for name, cell in zip(head[1:], rest, strict=True))
        lines.append(f"<tr><td>{escape(first)}{cells}")
    if not lines:
        return ""
    table = f"<table><thead><tr>{''.join(f'<th>{name}' for name in head)}</thead><tbody>{''.join(lines)}</table>"
    if folded:
        return f"<details><summary>{escape(title)}</summary>{table}</details>"
    return f"<h2>{escape(title)}</h2>{table}"


def _rules(facts: Mapping[str, Any]) -> str:
    """A table of all rules: checked, or not checked with the reason; what was not checked comes first."""
    checked, left = facts["rules"]["checked"], facts["rules"]["notChecked"]
    rows = [(name, f"no: {why}") for name, why in left.items()] + [(name, "yes") for name in checked]
    title = f"Rules: {len(checked)} checked, {len(left)} not"
    return table(title, ("rule", "checked"), rows, folded=True)


def _operations(operations: Mapping[str, Mapping[str, Any]]) -> str:
    seen = sum(bool(run_facts["statuses"]) for run_facts in operations.values())
    rows = [
        (
            key,
            " ".join(f"{status}×{count}" for status, count in run_facts["statuses"].items()) or "—",
            run_facts["parameters"],
        )
        for key, run_facts in operations.items()
    ]
    title = f"Coverage: {seen} of {len(operations)} operations"
    return table(title, ("operation", "statuses", "query parameters"), rows, folded=True)


def _documents(documents: Iterable[Mapping[str, str]]) -> str:
    rows = [(one["title"] or one["name"], one["version"], one["file"], one["sha256"] or "—") for one in documents]
    return table("Documents", ("document", "version", "file", "SHA-256"), rows, folded=True)
