"""``/__admin/verify``: one question about the requests so far.

Requests that were dropped are never counted as absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.journal_entries import to_pattern_request
from mock_server.admin.journal_search import near_misses, search
from mock_server.admin.request_patterns import PROPERTIES, resolved
from mock_server.admin.while_connected import while_connected
from mock_server.api.exchange import Exchange
from mock_server.event_loop.turns import Turns
from mock_server.stubbing.request_pattern import Match, RequestPattern
from mock_server.workspaces.workspace import Workspace

_COUNT = {"type": "integer", "minimum": 0}
_PATTERN = {"type": "object", "properties": dict(PROPERTIES), "additionalProperties": False}
VERIFICATION = JsonBody(
    request=_PATTERN,
    exactly=_COUNT,
    atLeast=_COUNT,
    atMost=_COUNT,
    inOrder={"type": "array", "items": _PATTERN, "minItems": 1, "maxItems": 100},
)
"""The body of ``/verify``."""
_UNKNOWABLE = 409
_SHOWN = 5


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    return [Route("/verify", _Verify(control).verify, methods=["POST"])]


@dataclass(frozen=True)
class CountBounds:
    """How often a request is wanted; ``most`` is None if there is no upper bound."""

    least: int
    most: int | None

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return f"exactly {self.least}"
        return f"at most {self.most}" if not self.least else f"at least {self.least} and at most {self.most}"


class _Verify:
    """The handler, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def verify(self, request: Request) -> Response:
        """One question, one answer: 200 when it is so, 406 with the difference when it is not, 409 if it is unknown."""
        asked = await self._control.body(request, VERIFICATION)
        if ("request" in asked) == ("inOrder" in asked):
            raise ControlRefused(
                400, "name either `request`, with exactly, atLeast or atMost, or `inOrder`", pointer=""
            )
        if "inOrder" in asked and len(asked) > 1:
            raise ControlRefused(400, "`inOrder` goes with no number; leave out the others", pointer="/inOrder")
        workspace = self._control.workspace(request)
        if "inOrder" in asked:
            patterns = [self._ready(pattern, f"/inOrder/{index}") for index, pattern in enumerate(asked["inOrder"])]
            return await while_connected(request, self._in_order(workspace, patterns))
        bounds = _bounds(asked)
        pattern = self._ready(asked["request"], "/request")
        return await while_connected(request, self._counted(workspace, pattern, bounds))

    def _ready(self, pattern: Mapping[str, Any], at: str) -> RequestPattern:
        """Raises ControlRefused for a pattern that cannot match."""
        return resolved(pattern, self._control.names, at)

    async def _counted(self, workspace: Workspace, pattern: RequestPattern, bounds: CountBounds) -> Response:
        found = await search(workspace, pattern)
        count, more = len(found.matching), len(found.unknown) + workspace.journal.dropped
        if count >= bounds.least and (bounds.most is None or count + more <= bounds.most):
            return answer({"verified": True, "count": count})
        if more and (bounds.most is None or count <= bounds.most):
            _refuse_to_guess(workspace, found.unknown, f"wanted {bounds}, found {count}", count=count)
        near = await near_misses(workspace, pattern)
        raise ControlRefused(406, f"wanted {bounds}, got {count}", count=count, nearMisses=near, **to_dict(workspace))

    async def _in_order(self, workspace: Workspace, patterns: list[RequestPattern]) -> Response:
        """Check that each pattern has a request after that of the pattern before it; others may be between."""
        left, turns = iter(list(workspace.journal)), Turns(patient=True)
        found: list[str] = []
        unknown: list[Exchange] = []
        for index, pattern in enumerate(patterns):
            for one in left:
                match = await pattern.match(to_pattern_request(one), turns)
                if match is Match.UNKNOWN:
                    unknown.append(one)
                if match is Match.YES:
                    found.append(one.id)
                    break
            else:
                what = f"nothing {f'after {found[-1]}' if found else 'at all'} matches"
                more: dict[str, Any] = {"pointer": f"/inOrder/{index}", "matched": found}
                if unknown or workspace.journal.dropped:
                    _refuse_to_guess(workspace, unknown, what, **more)
                near = await near_misses(workspace, pattern)
                raise ControlRefused(406, what, **more, nearMisses=near, **to_dict(workspace))
        return answer({"verified": True, "matched": found})


def _refuse_to_guess(workspace: Workspace, unknown: list[Exchange], what: str, **more: Any) -> NoReturn:
    """Refuse because requests were dropped, and say how to know the answer the next time."""
    journal = workspace.journal
    if not journal.size:
        why = "the journal is off, so nobody knows: start the server with --journal-size"
    elif journal.moved:
        why = "the replica that had this workspace died before it had stored the last requests: reset before the test"
    elif journal.dropped:
        why = (
            f"the journal dropped {journal.dropped}: give the server a larger --journal-size, or reset before the test"
        )
    else:
        ids = ", ".join(one.id for one in unknown[:_SHOWN])
        why = f"{len(unknown)} requests are not kept whole, have masked secrets, or are too long to compare: {ids}"
    raise ControlRefused(_UNKNOWABLE, f"this cannot be known: {what}, but {why}", **more, **to_dict(workspace))


def _bounds(asked: Mapping[str, Any]) -> CountBounds:
    """The least and the most that are wanted. Raises ControlRefused for bounds that every count meets, or none."""
    if "exactly" in asked and ("atLeast" in asked or "atMost" in asked):
        raise ControlRefused(400, "`exactly` says it all; leave out atLeast and atMost", pointer="/exactly")
    least = asked.get("exactly", asked.get("atLeast", 0 if "atMost" in asked else 1))
    most = asked.get("exactly", asked.get("atMost"))
    if most is not None and least > most:
        raise ControlRefused(400, f"no number is at least {least} and at most {most}", pointer="/atLeast")
    if not least and most is None:
        raise ControlRefused(400, "at least 0 is always true; ask for more, or for atMost", pointer="/atLeast")
    return CountBounds(least, most)


def to_dict(workspace: Workspace) -> dict[str, Any]:
    """The facts about a journal that each answer about it has."""
    return {"dropped": workspace.journal.dropped, "requestJournalDisabled": not workspace.journal.size}
