"""``/__admin/requests`` and ``verify``, ``explain``: what was asked and answered, under WireMock's names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query
from mock_server.admin.control import NOTHING, Body, Control, Refusal, answer
from mock_server.admin.overlooked import Overlooked
from mock_server.admin.patterns import PROPERTIES, resolved
from mock_server.admin.story import as_asked, entry, masked, steps
from mock_server.api.exchange import KEPT_BODY, Exchange
from mock_server.matching import Pattern, differences
from mock_server.workspace import Workspace
from mock_server.world.clock import parse

_COUNT = {"type": "integer", "minimum": 0}
_PATTERN = {"type": "object", "properties": dict(PROPERTIES), "additionalProperties": False}
_FIND = Body(**PROPERTIES)
_VERIFY = Body(
    request=_PATTERN,
    exactly=_COUNT,
    atLeast=_COUNT,
    atMost=_COUNT,
    inOrder={"type": "array", "items": _PATTERN, "minItems": 1, "maxItems": 100},
)
_MOST = 10_000
_MOST_COMPARED = 100  # of those that are nobody's: each costs a millisecond or two, and nobody is served meanwhile
_NEAREST = 3
_LOOKED_AT = 50  # of those with as many differences, how many are compared letter by letter
_ALIKE = 0.6


def routes(control: Control) -> list[Route]:
    """The routes."""
    here = _Requests(control)
    return [
        Route("/requests", here.listed),
        Route("/requests", here.clear, methods=["DELETE"]),
        Route("/requests/count", here.count, methods=["POST"]),
        Route("/requests/find", here.find, methods=["POST"]),
        Route("/requests/remove", here.remove, methods=["POST"]),
        Route("/requests/unmatched", here.unmatched),
        Route("/requests/{id}", here.one),
        Route("/verify", here.verify, methods=["POST"]),
        Route("/explain/{id}", here.explain),
    ]


class _Requests:
    """The handlers, for the workspace that each request names. ``at`` and ``since`` are on the workspace's clock."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        """Newest first, at most ``limit``: ``since`` a time, ``unmatched`` only, or with something ``ignored`` only."""
        query.known(request, ("since", "limit", "unmatched", "ignored"))
        limit, since = query.whole(request, "limit", 100), _since(request)
        chosen = [one for one in self._control.workspace(request).journal if since is None or _is_after(one, since)]
        if query.flag(request, "unmatched"):
            chosen = [one for one in chosen if _unmatched(one)]
        if query.flag(request, "ignored"):
            overlooked = self._overlooked()
            chosen = [one for one in chosen if overlooked.of(one)]
        shown = self._shown(chosen[::-1][: min(limit, _MOST)])
        return answer({"requests": shown, "meta": {"total": len(chosen)}} | self._told(request))

    def _shown(self, some: Iterable[Exchange]) -> list[dict[str, Any]]:
        overlooked = self._overlooked()
        return [entry(one) | {"ignored": overlooked.of(one)} for one in some]

    def _overlooked(self) -> Overlooked:
        return Overlooked(self._control.workspaces.contract, self._control.names)

    def _told(self, request: Request) -> dict[str, Any]:
        journal = self._control.workspace(request).journal
        return {"dropped": journal.dropped, "requestJournalDisabled": not self._control.settings.journal_size}

    async def clear(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        return answer({"removed": self._forget(request, list(self._control.workspace(request).journal))})

    async def one(self, request: Request) -> Response:
        return answer(self._shown([self._found(request)])[0])

    async def count(self, request: Request) -> Response:
        pattern = await self._pattern(request)
        return answer({"count": len(self._matching(request, pattern))} | self._told(request))

    async def find(self, request: Request) -> Response:
        """Those that match, oldest first."""
        pattern = await self._pattern(request)
        return answer({"requests": self._shown(self._matching(request, pattern))} | self._told(request))

    async def remove(self, request: Request) -> Response:
        pattern = await self._pattern(request)
        return answer({"removed": self._forget(request, self._matching(request, pattern))})

    async def unmatched(self, request: Request) -> Response:
        """The newest whose path or method is nobody's, in order, each with the operations that it may have meant."""
        query.known(request, ("limit",))
        limit = min(query.whole(request, "limit", 100), _MOST_COMPARED)
        found = [one for one in self._control.workspace(request).journal if _unmatched(one)]
        operations = self._control.workspaces.contract.operations.values()
        known = {f"{operation.method} {operation.path}": operation.key for operation in operations}
        newest = found[max(0, len(found) - limit) :]
        near = [_meant(f"{one.method} {one.path}", known) for one in newest]
        shown = [told | {"nearMisses": meant} for told, meant in zip(self._shown(newest), near, strict=True)]
        return answer({"requests": shown, "meta": {"total": len(found)}} | self._told(request))

    async def verify(self, request: Request) -> Response:
        """One question, one answer: 200 when it is so, 406 with the difference when it is not."""
        asked = await self._control.body(request, _VERIFY)
        if ("request" in asked) == ("inOrder" in asked):
            raise Refusal(400, "name either `request`, with exactly, atLeast or atMost, or `inOrder`", pointer="")
        if "inOrder" in asked and len(asked) > 1:
            raise Refusal(400, "`inOrder` goes with no number; leave out the others", pointer="/inOrder")
        if "inOrder" in asked:
            return self._in_order(request, asked)
        least, most = _wanted_times(asked)
        pattern = self._sound(asked["request"], "/request")
        count = len(self._matching(request, pattern))
        if least <= count <= most:
            if most < _MOST:
                self._compared(request, pattern)
            return answer({"verified": True, "count": count})
        words = _bounds(least, most)
        raise Refusal(406, f"wanted {words}, got {count}", count=count, **self._near(request, pattern))

    def _in_order(self, request: Request, asked: Mapping[str, Any]) -> Response:
        """Each pattern has a request after the one before it; others may stand between."""
        patterns = [self._sound(pattern, f"/inOrder/{index}") for index, pattern in enumerate(asked["inOrder"])]
        left = iter(self._control.workspace(request).journal)
        found: list[str] = []
        for index, pattern in enumerate(patterns):
            match = next((one for one in left if not differences(pattern, as_asked(one))), None)
            if match is None:
                after = f"after {found[-1]}" if found else "at all"
                near = self._near(request, pattern)
                raise Refusal(406, f"nothing {after} matches", pointer=f"/inOrder/{index}", matched=found, **near)
            found.append(match.id)
        return answer({"verified": True, "matched": found})

    async def explain(self, request: Request) -> Response:
        """Why the answer is what it is, step by step."""
        found = self._found(request)
        asked = f"{found.method} {found.path}" + (f"?{found.query}" if found.query else "")
        return answer({"id": found.id, "request": asked, "status": found.status, "steps": steps(found)})

    async def _pattern(self, request: Request) -> Pattern:
        pattern = await self._control.body(request, _FIND)
        return self._sound(pattern, "")

    def _sound(self, pattern: Pattern, at: str) -> Pattern:
        """Raises Refusal for a pattern that can match nothing."""
        return resolved(pattern, self._control.names, at)

    def _matching(self, request: Request, pattern: Pattern) -> Sequence[Exchange]:
        found = self._control.workspace(request).journal
        return [one for one in found if not differences(pattern, as_asked(one))]

    def _compared(self, request: Request, pattern: Pattern) -> None:
        """Raises Refusal where a body that a pattern is about was too long to be kept: it may have matched."""
        rest = {name: value for name, value in pattern.items() if name != "bodyPatterns"}
        cut = [one for one in self._matching(request, rest) if len(one.body) == KEPT_BODY] if rest != pattern else []
        if cut:
            what = (
                f"of {len(cut)} requests only the first {KEPT_BODY // 1024} KiB of the body are kept, as of {cut[0].id}"
            )
            raise Refusal(409, f"{what}: they may match or not", pointer="/request/bodyPatterns")

    def _near(self, request: Request, pattern: Pattern) -> dict[str, Any]:
        """The requests that came nearest to a pattern, with what was different."""
        journal = self._control.workspace(request).journal
        told = [(differences(pattern, as_asked(one)), one) for one in journal]
        misses = sorted(((why, one) for why, one in told if why), key=lambda pair: len(pair[0]))[:_LOOKED_AT]
        wanted = pattern.get("operation") or f"{pattern.get('method', '')} {pattern.get('urlPath', '')}"
        misses.sort(key=lambda pair: (len(pair[0]), -_likeness(wanted, f"{pair[1].method} {pair[1].path}")))
        shown = [
            {"id": one.id, "request": f"{one.method} {one.path}", "differences": masked(why, one.redactor)}
            for why, one in misses[:_NEAREST]
        ]
        return {"nearMisses": shown} | self._told(request)

    def _forget(self, request: Request, some: Sequence[Exchange]) -> int:
        """Out of the journal; what they exercised stays counted."""
        workspace = self._control.workspace(request)
        for one in some:
            one.cover(workspace.coverage)
        workspace.journal.remove(some)
        return len(some)

    def _found(self, request: Request) -> Exchange:
        workspace: Workspace = self._control.workspace(request)
        id = request.path_params["id"]
        for one in workspace.journal:
            if one.id == id:
                found: Exchange = one
                return found
        raise Refusal(404, f"no request of this id in the journal of {workspace.id}", **self._told(request))


def _since(request: Request) -> datetime | None:
    text = request.query_params.get("since")
    try:
        return None if text is None else parse(text)
    except ValueError as fault:
        raise Refusal(400, str(fault), parameter="since") from None


def _is_after(exchange: Exchange, since: datetime) -> bool:
    return exchange.at is None or exchange.at >= since


def _unmatched(exchange: Exchange) -> bool:
    return exchange.step == "route"


def _meant(asked: str, known: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
    near = get_close_matches(asked[:200], known, _NEAREST, _ALIKE)
    return [{"operation": known[name], "likeness": _likeness(asked, name)} for name in near]


def _likeness(one: str, other: str) -> float:
    return round(SequenceMatcher(None, one[:200], other[:200]).ratio(), 2)


def _wanted_times(asked: Mapping[str, Any]) -> tuple[int, int]:
    """The least and the most that are asked for. Raises Refusal for what every count meets, or none."""
    if "exactly" in asked and ("atLeast" in asked or "atMost" in asked):
        raise Refusal(400, "`exactly` says it all; leave out atLeast and atMost", pointer="/exactly")
    least = asked.get("exactly", asked.get("atLeast", 0 if "atMost" in asked else 1))
    most = asked.get("exactly", asked.get("atMost", _MOST))
    if least > most:
        raise Refusal(400, f"no number is at least {least} and at most {most}", pointer="/atLeast")
    if not least and "atMost" not in asked and "exactly" not in asked:
        raise Refusal(400, "at least 0 is always true; ask for more, or for atMost", pointer="/atLeast")
    return least, most


def _bounds(least: int, most: int) -> str:
    if least == most:
        return f"exactly {least}"
    return f"at most {most}" if not least else f"at least {least}" + (f" and at most {most}" if most < _MOST else "")
