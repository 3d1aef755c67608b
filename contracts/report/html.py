"""The report as one HTML file: no script, nothing fetched, readable on a telephone and in the dark."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from contracts.report import run_facts
from contracts.report.escaping import page as escape
from contracts.report.summary import RunReport

_SHOWN = 3  # findings of one rule before the rest is folded away
_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --bad: #b71c1c; --odd: #8a5000; --good: #1b6e20 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --odd: #ffcc80; --good: #a5d6a7 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; line-height: 1.25; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 } h4 { font-size: .95rem; margin: 0; font-family: ui-monospace, monospace }
p, ul { margin: .25rem 0 } ul { padding-left: 1.2rem } a { color: inherit }
h1.bad, h3.bad, .bad > a { color: var(--bad) } h1.odd, h3.odd, p.odd, .odd > a { color: var(--odd) }
h1.good { color: var(--good) }
article { border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; margin: 1rem 0;
  padding: .75rem 1rem }
article.odd { border-left-color: var(--odd) }
section { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .75rem }
dl { display: grid; gap: .1rem .75rem; grid-template-columns: max-content minmax(0, 1fr); margin: .35rem 0 }
dt { opacity: .75 } dd { margin: 0; max-height: 12rem; overflow-y: auto } li { padding: .1rem 0 }
pre { background: var(--soft); border-radius: 4px; font-size: .8rem; margin: .35rem 0 0; max-height: 18rem;
  overflow-y: auto; padding: .5rem; white-space: pre-wrap }
summary { cursor: pointer; margin-top: .75rem; padding: .25rem 0 }
.small { font-size: .85rem; opacity: .85 }
table { border-collapse: collapse; font-size: .85rem; width: 100% }
td, th { border-bottom: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top }
@media (max-width: 30rem) {
  dl { display: block } dd { margin-bottom: .35rem }
  thead { display: none } tr { border-bottom: 1px solid var(--line); display: block; padding: .3rem 0 }
  td { border: 0; display: block; padding: 0 } td:first-child { font-weight: 600 }
  td[title]::before { content: attr(title) ": "; opacity: .75 }
}
"""


def as_html(report: RunReport) -> str:
    """The report as one HTML page."""
    facts = report.facts
    colour = {0: "good", 1: "bad"}.get(facts["exitCode"], "odd")
    verdict = escape(report.verdict.partition(":")[0])  # the reasons stand below
    groups = [list(group) for _, group in groupby(facts["findings"], key=lambda item: (item["rule"], item["breaks"]))]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_ELSE}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>sophiie-mock check: {verdict}</title><style>{_STYLE}</style></head><body>",
        f'<h1 class="{colour}">{verdict[:1].upper()}{verdict[1:]}</h1>',
        *(f'<p class="small">{escape(line)}</p>' for line in (" · ".join(_spent(facts)), *run_facts.lines(facts))),
        *(f'<p class="odd">{escape(reason)}</p>' for reason in (facts["stopped"], *facts["vacuous"]) if reason),
        _index(groups),
        *(_rule(number, group) for number, group in enumerate(groups)),
        _notes(facts["notes"]),
        _table("Not run", ("run", "reason"), facts["notRun"].items()),
        _rules(facts),
        _operations(facts["operations"]),
        "</body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _spent(facts: Mapping[str, Any]) -> list[str]:
    if not facts["seconds"]:
        return [facts["target"], facts["mode"], f"{facts['requests']} exchanges"]
    spent = f"{facts['requests']} requests in {facts['seconds']} s"
    return [facts["target"], f"mode {facts['mode']}", f"seed {facts['seed']}", spent]


def _index(groups: list[list[dict[str, Any]]]) -> str:
    """A list of the findings, one line each; empty for a page that is short anyway."""
    if len(groups) < 4:
        return ""
    lines = "".join(
        f'<li class="{_colour(group[0])}"><a href="#r{number}">{escape(group[0]["title"])}</a> '
        f'<span class="small">{len(group)}</span>'
        for number, group in enumerate(groups)
    )
    return f"<ul>{lines}</ul>"


def _colour(item: Mapping[str, Any]) -> str:
    return "bad" if item["breaks"] else "odd"


def _rule(number: int, group: list[dict[str, Any]]) -> str:
    first, colour = group[0], _colour(group[0])
    doubt = f" — {first['doubt']}" if first["doubt"] else ""
    known = ", ".join(dict.fromkeys(item["provenance"] for item in group))
    more = "".join(map(_finding, group[_SHOWN:]))
    folded = f"<details><summary>{len(group) - _SHOWN} more</summary>{more}</details>" if more else ""
    return (
        f'<article class="{colour}" id="r{number}"><h3 class="{colour}">{escape(first["title"])}</h3>'
        f'<p class="small">{escape(first["rule"])} · {escape(known)}{_source(first["source"])}{doubt}</p>'
        f"{''.join(map(_finding, group[:_SHOWN]))}{folded}</article>"
    )


def _source(source: str) -> str:
    if source.startswith("https://"):
        return f' · <a href="{escape(source)}" rel="noreferrer">{escape(source.rpartition("/")[2])}</a>'
    return f" · {escape(source)}" if source else ""


def _finding(item: Mapping[str, Any]) -> str:
    where = f'<p class="small">{escape(item["where"])}</p>' if item["where"] else ""
    reason = f"<dt>reason<dd>{escape(item['reason'])}" if item["reason"] else ""
    curls = "".join(f"<pre>{escape(line)}</pre>" for line in item["curl"])
    return (
        f"<section><h4>{escape(item['operation'])}</h4>{where}"
        f"<dl><dt>expected<dd>{escape(item['expected'])}<dt>got<dd>{escape(item['got'])}{reason}</dl>{curls}</section>"
    )


def _notes(notes: list[str]) -> str:
    return f"<h2>Notes</h2><ul>{''.join(f'<li>{escape(note)}' for note in notes)}</ul>" if notes else ""


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, folded: bool = False) -> str:
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
    """A folded table of all rules: checked, or not checked with the reason."""
    checked, left = facts["rules"]["checked"], facts["rules"]["notChecked"]
    rows = [(name, "checked") for name in checked] + [(name, f"not checked: {why}") for name, why in left.items()]
    title = f"Rules: {len(checked)} checked, {len(left)} not"
    return _table(title, ("rule", "checked"), rows, folded=True)


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
    return _table(title, ("operation", "statuses", "query parameters"), rows, folded=True)
