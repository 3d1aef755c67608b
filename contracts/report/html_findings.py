"""The findings in the HTML report: by rule, one section for each cause, with its place shown in the document."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import dedent
from typing import Any

from contracts.report import summary as content
from contracts.report.document_places import DocumentPlaces, Place
from contracts.report.escaping import page as escape
from contracts.report.summary import Cause, RunReport
from contracts.rules.location import Location

_MAX_CAUSES = 5
"""Operations of one rule that are shown before the rest is folded."""
_MAX_MORE = 100
"""Most further findings of one cause on the page; the JSON report has them all."""


class FindingsSection:
    """Renders the findings of a report."""

    def __init__(self, report: RunReport) -> None:
        self._redact = report.redactor.redact
        self._places = DocumentPlaces(report.outcome.coverage.contract)
        self._rules = content.by_rule(report.facts["findings"])
        self._accepted = report.accepted_causes

    def render(self) -> list[str]:
        """Write an index, one article for each rule, and the findings that the baseline accepts."""
        articles = [self._rule(number, causes) for number, causes in enumerate(self._rules)]
        return [_index(self._rules), *articles, _accepted(self._accepted)]

    def _rule(self, number: int, causes: Sequence[Cause]) -> str:
        first, colour = causes[0][0], _colour(causes[0][0])
        doubt = f" — {escape(first['doubt'])}" if first["doubt"] else ""
        known = ", ".join(dict.fromkeys(item["provenance"] for cause in causes for item in cause))
        shown = "".join(map(self._cause, causes[:_MAX_CAUSES]))
        rest = "".join(map(self._cause, causes[_MAX_CAUSES:]))
        folded = _folded(f"{len(causes) - _MAX_CAUSES} more operations", rest) if rest else ""
        return (
            f'<article class="{colour}" id="r{number}"><h3 class="{colour}">{escape(first["title"])}</h3>'
            f'<p class="small">{escape(first["rule"])} · {escape(known)}{_source(first["source"])}{doubt}</p>'
            f"{shown}{folded}</article>"
        )

    def _cause(self, cause: Cause) -> str:
        first = cause[0]
        count = f' <span class="count">×{len(cause)}</span>' if len(cause) > 1 else ""
        more = "".join(f"<section>{_example(item)}</section>" for item in cause[1 : _MAX_MORE + 1])
        title = content.places_like_it(cause)
        if len(cause) > _MAX_MORE + 1:
            title += f", {_MAX_MORE} of them here, all in the JSON report"
        return (
            f"<section><h4>{escape(first['operation'])}{count}</h4>{_example(first)}{self._excerpt(first)}"
            f"{_folded(title, more) if more else ''}</section>"
        )

    def _excerpt(self, item: Mapping[str, Any]) -> str:
        """The lines of the document that the finding is about; empty when there is no file to show."""
        place = self._places.find(item["operation"], Location(**item["location"]))
        lines = dedent("\n".join(map(self._redact, place.excerpt.values()))).split("\n")
        return _excerpt(place, dict(zip(place.excerpt, lines, strict=True)))


def _excerpt(place: Place, lines: Mapping[int, str]) -> str:
    if not lines:
        return ""
    width = len(str(max(lines)))
    rows = "\n".join(
        f"<mark>{number:>{width}}  {escape(text)}</mark>" if number == place.line else
        f"{number:>{width}}  {escape(text)}"
        for number, text in lines.items()
    )  # fmt: skip
    return f'<p class="small">in the document: {escape(place.file)}:{place.line}</p><pre class="document">{rows}</pre>'


def _index(rules: Sequence[Sequence[Cause]]) -> str:
    """A list of the rules, one line each; empty for a short page."""
    if len(rules) < 4:
        return ""
    lines = "".join(
        f'<li class="{_colour(causes[0][0])}"><a href="#r{number}">{escape(causes[0][0]["title"])}</a> '
        f'<span class="small">{sum(map(len, causes))}</span>'
        for number, causes in enumerate(rules)
    )
    return f"<ul>{lines}</ul>"


def _accepted(causes: Iterable[Cause]) -> str:
    """List the causes that the baseline accepts, below those that count."""
    lines = "".join(
        f'<li>{escape(cause[0]["title"])} <span class="small">{escape(cause[0]["rule"])} in '
        f"{escape(cause[0]['operation'])}, {len(cause)}</span>"
        for cause in causes
    )
    return f"<h2>Accepted by the baseline</h2><ul>{lines}</ul>" if lines else ""


def _colour(item: Mapping[str, Any]) -> str:
    return "bad" if item["breaks"] else "odd"


def _source(source: str) -> str:
    if source.startswith("https://"):
        return f' · <a href="{escape(source)}" rel="noreferrer">{escape(source.rpartition("/")[2])}</a>'
    return f" · {escape(source)}" if source else ""


def _example(item: Mapping[str, Any]) -> str:
    where = f'<p class="small">{escape(item["where"])}</p>' if item["where"] else ""
    reason = f"<dt>reason<dd>{escape(item['reason'])}" if item["reason"] else ""
    curls = "".join(f"<pre>{escape(line)}</pre>" for line in item["curl"])
    return f"{where}<dl><dt>expected<dd>{escape(item['expected'])}<dt>got<dd>{escape(item['got'])}{reason}</dl>{curls}"


def _folded(title: str, inner: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inner}</details>"
