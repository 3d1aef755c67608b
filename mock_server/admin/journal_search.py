"""Find the entries of a journal that a pattern matches, and those for which this is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from mock_server.admin.journal_entries import as_shown, to_pattern_request
from mock_server.api.exchange import Exchange
from mock_server.event_loop.turns import Turns
from mock_server.stubbing.request_pattern import Match, Pattern, RequestPattern
from mock_server.support.masked_json import masked
from mock_server.workspaces.workspace import Workspace

_NEAREST = 3
_LOOKED_AT = 50  # of those with as many differences, how many are compared letter by letter


@dataclass
class SearchResult:
    """``matching`` are certain, oldest first. ``unknown`` may match: their bodies were cut, or are too long to try."""

    matching: list[Exchange] = field(default_factory=list)
    unknown: list[Exchange] = field(default_factory=list)


async def search(workspace: Workspace, pattern: RequestPattern) -> SearchResult:
    """Compare every entry with a pattern; other requests get turns meanwhile."""
    found, turns = SearchResult(), Turns(patient=True)
    for one in list(workspace.journal):
        match await pattern.match(to_pattern_request(one), turns):
            case Match.YES:
                found.matching.append(one)
            case Match.UNKNOWN:
                found.unknown.append(one)
    return found


async def near_misses(workspace: Workspace, pattern: RequestPattern) -> list[dict[str, Any]]:
    """The requests most similar to a pattern, with their differences; secrets are masked."""
    turns = Turns(patient=True)
    compared = [
        (len(await pattern.differences_in_turns(to_pattern_request(one), turns)), one)
        for one in list(workspace.journal)
    ]
    misses = sorted((pair for pair in compared if pair[0]), key=lambda pair: pair[0])[:_LOOKED_AT]
    wanted, likeness = _wanted(pattern.given), {}
    for count, one in misses:
        likeness[one.id] = (count, -alike(wanted, f"{one.method} {one.path}"))
        await turns.rest()
    nearest = sorted((one for _, one in misses), key=lambda one: likeness[one.id])[:_NEAREST]
    return [
        {"id": one.id, "request": f"{one.method} {one.path}", "differences": _shown(pattern, one)} for one in nearest
    ]


def _wanted(pattern: Pattern) -> str:
    return str(pattern.get("operation") or f"{pattern.get('method', '')} {pattern.get('urlPath', '')}")


def _shown(pattern: RequestPattern, exchange: Exchange) -> Sequence[str]:
    """The differences after masking: if only a secret differs, that is all that is said."""
    found = [difference.what for difference in pattern.differences(as_shown(exchange))]
    return [str(masked(what, exchange.redactor)) for what in found] or ["it differs in what is masked"]


def alike(one: str, other: str) -> float:
    """The similarity of two texts, from 0 to 1."""
    return round(SequenceMatcher(None, one[:200], other[:200]).ratio(), 2)
