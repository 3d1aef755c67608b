"""``/__admin/audit``: who changed what and when, and who was refused."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query
from mock_server.admin.audit import Call
from mock_server.admin.context import AdminContext, answer

_USUAL_LIMIT = 100
_MAX_LIMIT = 6_000
_FIELDS: Mapping[str, query.Field] = {"by": str, "method": str, "path": str, "workspace": str, "status": int}


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def show(request: Request) -> Response:
        """Show the calls, newest first; the query narrows the list by any field."""
        where = query.narrowing(request, _FIELDS)
        limit = query.whole_number(request, "limit", _USUAL_LIMIT, _MAX_LIMIT)
        offset = query.whole_number(request, "offset", 0)
        found = [call for call in reversed(list(control.audit)) if _matches(call, where)]
        shown = [asdict(call) for call in found[offset : offset + limit]]
        return answer({"calls": shown, "total": len(found), "dropped": control.audit.dropped})

    return [Route("/audit", show)]


def _matches(call: Call, where: Mapping[str, Any]) -> bool:
    return all(getattr(call, name) == value for name, value in where.items())
