"""``/__admin/requests`` and ``explain``: what was asked and answered, under WireMock's names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.feed_rows import changes
from mock_server.admin.ignored_input import IgnoredInput
from mock_server.admin.journal_entries import entry, steps
from mock_server.admin.journal_search import alike, search
from mock_server.admin.long_answers import listing
from mock_server.admin.request_patterns import PROPERTIES, resolved, search_pattern
from mock_server.admin.routes.verify import to_dict
from mock_server.admin.while_connected import while_connected
from mock_server.api.exchange import Exchange
from mock_server.api.stage import Stage
from mock_server.event_loop.turns import Turns
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import parse

REQUEST_PATTERN = JsonBody(**PROPERTIES)
"""The body of the routes that search the journal."""
_MAX_REQUESTS_PER_PAGE = 10_000
_MAX_COMPARED = 100  # of those that are nobody's: each costs a millisecond or two
_NEAREST = 3
_ALIKE = 0.6


def routes(control: AdminContext) -> list[Route]:
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
        Route("/explain/{id}", here.explain),
    ]


class _Requests:
    """The handlers, for the workspace that each request names. ``at`` and ``since`` are on the workspace's clock."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        """Newest first; ``limit`` and ``offset`` page them. ``since`` a time, ``unmatched`` only, or ``ignored`` only:
        with something that nobody looked at."""
        query.refuse_unknown(request, ("since", "limit", "offset", "unmatched", "ignored"))
        limit, offset = query.whole_number(request, "limit", 100), query.whole_number(request, "offset", 0)
        since, lost = _since(request), query.flag(request, "unmatched")
        workspace = self._control.workspace(request)
        chosen = [one for one in workspace.journal if _is_after(one, since) and (not lost or _unmatched(one))]
        if query.flag(request, "ignored"):
            chosen = await self._with_ignored(chosen)
        page = chosen[::-1][offset : offset + min(limit, _MAX_REQUESTS_PER_PAGE)]
        return listing(requests=self._shown(page), meta={"total": len(chosen)}, **to_dict(workspace))

    async def _with_ignored(self, some: Iterable[Exchange]) -> list[Exchange]:
        overlooked, turns, found = self._overlooked(), Turns(patient=True), []
        for one in some:
            await turns.rest()
            if overlooked.of(one):
                found.append(one)
        return found

    def _shown(self, some: Iterable[Exchange]) -> Iterator[dict[str, Any]]:
        overlooked = self._overlooked()
        return (entry(one) | {"ignored": overlooked.of(one)} for one in some)

    def _overlooked(self) -> IgnoredInput:
        return IgnoredInput(self._control.workspaces.contract, self._control.names)

    async def clear(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        workspace = self._control.workspace(request)
        return answer({"removed": workspace.journal.forget(list(workspace.journal))})

    async def one(self, request: Request) -> Response:
        """One request, with the records that it changed."""
        found = self._found(request)
        return answer(next(self._shown([found])) | {"changes": changes(found)})

    async def count(self, request: Request) -> Response:
        workspace, found, unknown = await self._searched(request)
        return answer({"count": len(found)} | unknown | to_dict(workspace))

    async def find(self, request: Request) -> Response:
        """List the requests that match, oldest first; ``limit`` and ``offset`` page them."""
        query.refuse_unknown(request, ("limit", "offset"))
        limit, offset = (
            query.whole_number(request, "limit", _MAX_REQUESTS_PER_PAGE),
            query.whole_number(request, "offset", 0),
        )
        workspace, found, unknown = await self._searched(request)
        page = found[offset : offset + min(limit, _MAX_REQUESTS_PER_PAGE)]
        return listing(requests=self._shown(page), meta={"total": len(found)}, **unknown, **to_dict(workspace))

    async def remove(self, request: Request) -> Response:
        pattern = resolved(await self._control.body(request, REQUEST_PATTERN), self._control.names, "")
        workspace = self._control.workspace(request)
        return answer({"removed": workspace.journal.forget((await search(workspace, pattern)).matching)})

    async def _searched(self, request: Request) -> tuple[Workspace, Sequence[Exchange], dict[str, Any]]:
        """The compiled pattern, and the members ``unknown`` and ``undecided`` of an answer."""
        asked = await self._control.body(request, REQUEST_PATTERN)
        pattern, unknown = search_pattern(asked, self._control.names)
        workspace = self._control.workspace(request)
        found = await while_connected(request, search(workspace, pattern))
        undecided = [one.id for one in found.unknown]
        return workspace, found.matching, unknown | ({"undecided": undecided} if undecided else {})

    async def unmatched(self, request: Request) -> Response:
        """The newest whose path or method is nobody's, in order, each with the operations that it may have meant."""
        query.refuse_unknown(request, ("limit",))
        limit = min(query.whole_number(request, "limit", 100), _MAX_COMPARED)
        workspace = self._control.workspace(request)
        found = [one for one in workspace.journal if _unmatched(one)]
        operations = self._control.workspaces.contract.operations.values()
        known = {f"{operation.method} {operation.path}": operation.key for operation in operations}
        newest = found[max(0, len(found) - limit) :]
        pairs = zip(self._shown(newest), newest, strict=True)
        shown = (it | {"nearMisses": _meant(f"{one.method} {one.path}", known)} for it, one in pairs)
        return listing(requests=shown, meta={"total": len(found)}, **to_dict(workspace))

    async def explain(self, request: Request) -> Response:
        """Why the answer is what it is, step by step."""
        found = self._found(request)
        asked = f"{found.method} {found.url}"
        return answer({"id": found.id, "request": asked, "status": found.status, "steps": steps(found)})

    def _found(self, request: Request) -> Exchange:
        workspace = self._control.workspace(request)
        id = request.path_params["id"]
        for one in workspace.journal:
            if one.id == id:
                found: Exchange = one
                return found
        raise ControlRefused(404, f"no request of this id in the journal of {workspace.id}", **to_dict(workspace))


def _since(request: Request) -> datetime | None:
    text = request.query_params.get("since")
    try:
        return None if text is None else parse(text)
    except ValueError as fault:
        raise ControlRefused(400, str(fault), parameter="since") from None


def _is_after(exchange: Exchange, since: datetime | None) -> bool:
    return since is None or exchange.at is None or exchange.at >= since


def _unmatched(exchange: Exchange) -> bool:
    return exchange.stage == Stage.ROUTE and exchange.over


def _meant(asked: str, known: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
    near = get_close_matches(asked[:200], known, _NEAREST, _ALIKE)
    return [{"operation": known[name], "likeness": alike(asked, name)} for name in near]
