"""``/__admin/records``: the records of a workspace as they are kept, before any shape of the contract."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query
from mock_server.admin.context import AdminContext, ControlRefused, answer
from mock_server.admin.long_answers import listing
from mock_server.support.did_you_mean import did_you_mean
from mock_server.workspaces.record_counts import record_counts

_MOST = 10_000


def routes(control: AdminContext) -> list[Route]:
    """The routes."""

    async def counts(request: Request) -> Response:
        """How many records of each kind there are."""
        workspace = control.workspace(request)
        return answer({"workspace": workspace.id, "records": record_counts(workspace.state)})

    async def of_kind(request: Request) -> Response:
        """The records of a kind (``leads``, ``leads/notes``), newest first."""
        query.refuse_unknown(request, ("limit", "offset"))
        limit, offset = query.whole_number(request, "limit", _MOST), query.whole_number(request, "offset", 0)
        workspace, kind = control.workspace(request), request.path_params["kind"]
        known = kind in workspace.state.kinds or kind in control.workspaces.contract.families
        if not known or kind.startswith("$"):
            there = record_counts(workspace.state)
            raise ControlRefused(404, f"no such kind{did_you_mean(kind, there)}; there are {', '.join(there)}")
        rows = workspace.state.rows(kind)[::-1]
        chosen = rows[offset : offset + min(limit, _MOST)]
        return listing(items=(row.record for row in chosen), total=len(rows))

    return [Route("/records", counts), Route("/records/{kind:path}", of_kind)]
