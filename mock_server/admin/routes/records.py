"""``/__admin/records``: the records of a workspace as they are kept, before any shape of the contract."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query, record_writing
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, OpenJsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.admin.record_search import containing
from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.support import json_pointer
from mock_server.support.condition import in_a_thread
from mock_server.support.did_you_mean import did_you_mean
from mock_server.workspaces.own_data.kinds import Kinds
from mock_server.workspaces.own_data.planting import Ground, write_records
from mock_server.workspaces.own_data.recipe_schema import recipe_schema
from mock_server.workspaces.own_data.record_changes import body_places, change_record, remove_record
from mock_server.workspaces.record_counts import record_counts

_MAX_RECORDS_PER_PAGE = 10_000
_FLAG = {"type": "boolean"}
MANY_RECORDS = JsonBody(
    ("records",),
    records={"type": "object", "minProperties": 1, "additionalProperties": {"type": ["array", "object"]}},
    emit=_FLAG,
    texts=_FLAG,
)
"""The body of ``/records``: records by kind."""
RECORD = OpenJsonBody(records={"type": "array", "items": {"type": ["object", "string"]}}, emit=_FLAG, texts=_FLAG)
"""The body of ``/records/{kind}``: one record, or several below ``records``."""

Written = Mapping[tuple[str, Id], Row]


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Records(control)
    return [
        Route("/recipe-schema", here.schema),
        Route("/records", here.counts),
        Route("/records", here.add_all, methods=["POST"]),
        Route("/records/{kind:path}/{id}", here.change, methods=["PUT"]),
        Route("/records/{kind:path}/{id}", here.remove, methods=["DELETE"]),
        Route("/records/{kind:path}", here.of_kind),
        Route("/records/{kind:path}", here.add, methods=["POST"]),
    ]


class _Records:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def schema(self, request: Request) -> Response:
        """The JSON schema of recipes with records of the document that is served."""
        return answer(await in_a_thread(lambda: recipe_schema(self._control.workspaces.contract)))

    async def counts(self, request: Request) -> Response:
        """How many records of each kind there are."""
        workspace = self._control.workspace(request)
        return answer({"workspace": workspace.id, "records": record_counts(workspace.state)})

    async def of_kind(self, request: Request) -> Response:
        """The records of a kind (``leads``, ``leads/notes``), or those of them that contain a text, newest first."""
        query.refuse_unknown(request, ("limit", "offset", "contains"))
        limit, offset = (
            query.whole_number(request, "limit", _MAX_RECORDS_PER_PAGE),
            query.whole_number(request, "offset", 0),
        )
        workspace, kind = self._control.workspace(request), request.path_params["kind"]
        self._refuse_unknown(request, kind)
        state = workspace.state
        refers = Kinds(self._control.workspaces.contract, Transaction(state), state.kinds).references(kind)
        rows = state.rows(kind)[::-1]
        if text := request.query_params.get("contains"):
            rows = await containing(rows, text)
        chosen = rows[offset : offset + min(limit, _MAX_RECORDS_PER_PAGE)]
        return listing(items=(row.record for row in chosen), total=len(rows), refers=refers)

    async def add_all(self, request: Request) -> Response:
        """Write records of several kinds, which may refer to one another."""
        asked = await self._control.body(request, MANY_RECORDS)
        return await self._write(request, asked["records"], asked, ("records",), 0)

    async def add(self, request: Request) -> Response:
        """Write one record, or several below ``records``."""
        asked = await self._control.body(request, RECORD)
        kind = request.path_params["kind"]
        self._refuse_unknown(request, kind)
        if isinstance(asked.get("records"), list):
            RECORD.refuse_others(asked)
            return await self._write(request, {kind: asked["records"]}, asked, ("records",), 1)
        record = {name: value for name, value in asked.items() if name != "emit" or not isinstance(value, bool)}
        return await self._write(request, {kind: [record]}, asked, (), 2)

    async def _write(
        self, request: Request, records: Mapping[str, Any], asked: Mapping[str, Any], prefix: tuple[str, ...], skip: int
    ) -> Response:
        where, emit = body_places(prefix, skip), self._emits(request, asked)

        def work(ground: Ground) -> Written:
            texts, most = asked.get("texts") is True, record_writing.MAX_RECORDS
            return write_records(ground, records, where, where, texts=texts, most=most)

        count = sum(len(it) if isinstance(it, list) else 1 for it in records.values())
        if count <= record_writing.FEW_RECORDS and len(str(records)) > record_writing.FEW_LETTERS:
            count = record_writing.FEW_RECORDS + 1
        written: Written = await record_writing.write(self._control, request, work, count, emit=emit)
        return answer({"records": by_kind(written)}, 201)

    async def change(self, request: Request) -> Response:
        """Change the fields that the body names; the rest stays."""
        asked = await self._control.body(request, RECORD)
        kind, row = record_writing.found(
            self._control.workspace(request), request.path_params["kind"], request.path_params["id"]
        )
        fields = {name: value for name, value in asked.items() if name != "emit" or not isinstance(value, bool)}
        work = partial(change_record, kind=kind, row=row, fields=fields, where=json_pointer.join)
        emit, named = self._emits(request, asked), (kind, row.id)
        changed = await record_writing.write(self._control, request, work, 1, emit=emit, named=named)
        return answer(changed.record)

    async def remove(self, request: Request) -> Response:
        """Remove a record with all that hangs below it."""
        await self._control.body(request, NOTHING)
        kind, row = record_writing.found(
            self._control.workspace(request), request.path_params["kind"], request.path_params["id"]
        )
        if kind in self._control.workspaces.contract.single_kinds:
            raise ControlRefused(409, f"the {kind} is the only record of its kind and stays; PUT changes it")
        emit = self._emits(request, {})
        gone = await record_writing.write(
            self._control, request, partial(remove_record, kind=kind, row=row), 1, emit=emit
        )
        counted: dict[str, int] = {}
        for name, _ in gone:
            counted[name] = counted.get(name, 0) + 1
        return answer({"removed": row.id, "records": counted})

    def _emits(self, request: Request, asked: Mapping[str, Any]) -> bool:
        query.refuse_unknown(request, ("emit",))
        said = asked.get("emit")
        return query.flag(request, "emit") or said is True

    def _refuse_unknown(self, request: Request, kind: str) -> None:
        workspace = self._control.workspace(request)
        known = kind in workspace.state.kinds or kind in self._control.workspaces.contract.families
        if not known or kind.startswith("$"):
            there = record_counts(workspace.state)
            raise ControlRefused(404, f"no such kind{did_you_mean(kind, there)}; there are {', '.join(there)}")


def by_kind(written: Written) -> dict[str, list[Any]]:
    """Records by kind, in the order in which they were written."""
    found: dict[str, list[Any]] = {}
    for (kind, _), row in written.items():
        found.setdefault(kind, []).append(row.record)
    return found
