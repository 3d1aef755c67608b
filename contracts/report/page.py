"""The report as one HTML file: no script, nothing fetched, readable on a telephone and in the dark."""

from collections.abc import Mapping
from html import escape
from typing import Any

from contracts.outcome import Outcome
from contracts.redaction import Sieve
from contracts.report import content

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --bad: #c62828; --odd: #b26a00; --good: #2e7d32 }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --odd: #ffcc80; --good: #a5d6a7 } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; line-height: 1.25 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.bad { color: var(--bad) } .odd { color: var(--odd) } .good { color: var(--good) }
article { border: 1px solid var(--line); border-left: 4px solid; border-radius: 6px; margin: 1rem 0;
  padding: .75rem 1rem }
article h3 { font-size: 1rem; margin: 0 } dl { margin: .5rem 0 } dt { font-weight: 600 } dd { margin: 0 0 .25rem }
pre { background: var(--soft); border-radius: 4px; font-size: .85rem; overflow-x: auto; padding: .5rem;
  white-space: pre-wrap }
.small { font-size: .85rem; opacity: .8 } .wide { overflow-x: auto }
table { border-collapse: collapse; font-size: .9rem; width: 100% }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top }
"""


def as_html(outcome: Outcome, sieve: Sieve) -> str:
    facts = content.summary(outcome, sieve)
    colour = {0: "good", 1: "bad", 2: "odd"}[facts["exitCode"]]
    verdict = escape(sieve.redact(content.verdict(outcome)))
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>sophiie-mock check: {verdict}</title><style>{_STYLE}</style></head><body>",
        f'<h1 class="{colour}">{verdict[:1].upper()}{verdict[1:]}</h1>',
        f'<p class="small">{escape(facts["target"])} · mode {facts["mode"]} · seed {facts["seed"]} · '
        f"{facts['requests']} requests in {facts['seconds']} s</p>",
        *[f'<p class="odd">{escape(reason)}</p>' for reason in facts["vacuous"]],
        *map(_article, facts["findings"]),
        _not_run(facts["notRun"]),
        _operations(facts["operations"]),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _article(item: Mapping[str, Any]) -> str:
    doubt = "" if item["breaks"] else " — our document may be wrong here"
    origin = f" · {escape(item['source'])}" if item["source"] else ""
    where = f" <span class=small>{escape(item['where'])}</span>" if item["where"] else ""
    curls = "".join(f"<pre>{escape(line)}</pre>" for line in item["curl"])
    return (
        f'<article class="{"bad" if item["breaks"] else "odd"}"><h3>{escape(item["title"])}</h3>'
        f'<p class="small">{escape(item["rule"])} · {escape(item["provenance"])}{origin}{doubt}</p>'
        f"<p><strong>{escape(item['operation'])}</strong>{where}</p>"
        f"<dl><dt>expected</dt><dd>{escape(item['expected'])}</dd><dt>got</dt><dd>{escape(item['got'])}</dd></dl>"
        f"{curls}</article>"
    )


def _not_run(reasons: Mapping[str, str]) -> str:
    if not reasons:
        return ""
    rows = "".join(f"<tr><td>{escape(name)}<td>{escape(reason)}" for name, reason in reasons.items())
    return f'<h2>Not run</h2><div class="wide"><table>{rows}</table></div>'


def _operations(operations: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for key, facts in operations.items():
        statuses = " ".join(f"{status}×{count}" for status, count in facts["statuses"].items()) or "—"
        rows.append(f"<tr><td>{escape(key)}<td>{escape(statuses)}<td>{escape(facts['parameters'])}")
    head = "<tr><th>operation<th>statuses<th>query parameters"
    return f'<h2>Coverage</h2><div class="wide"><table>{head}{"".join(rows)}</table></div>'
