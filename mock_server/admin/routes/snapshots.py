"""``/__admin/snapshots``: save, restore, fork, compare; export and import as one file. Faults are no part of them."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.audit import note_workspace
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import StreamedAnswer, listing
from mock_server.admin.snapshot_import import MAX_FILE_BYTES, NAME, SnapshotImport
from mock_server.admin.workspace_quotas import owner_of_one_more
from mock_server.event_loop.turns import Turns
from mock_server.simulation.own_record_schemas import OwnRecordSchemas
from mock_server.store.snapshot import Snapshot, changes, patched
from mock_server.store.snapshot_file import written
from mock_server.support.condition import in_a_thread
from mock_server.webhooks import outbox
from mock_server.workspaces.record_counts import record_counts
from mock_server.workspaces.workspace import Workspace
from mock_server.world.ids import secret

NOW = "@now"
"""Stands for a snapshot's name and means the workspace as it is."""

_MAX_SNAPSHOTS_PER_WORKSPACE = 100
_MAX_CHANGES = 10_000
_MAX_WORKSPACES = 2_000
NEW_SNAPSHOT = JsonBody(("name",), name=NAME)
"""The body that saves a snapshot."""
FORK = JsonBody(id=NAME)
"""The body that forks a snapshot."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Snapshots(control)
    return [
        Route("/snapshots", here.listed),
        Route("/snapshots", here.save, methods=["POST"]),
        Route("/snapshots/import", here.load, methods=["POST"]),
        Route("/snapshots/{name}", here.one),
        Route("/snapshots/{name}", here.remove, methods=["DELETE"]),
        Route("/snapshots/{name}/restore", here.restore, methods=["POST"]),
        Route("/snapshots/{name}/fork", here.fork, methods=["POST"]),
        Route("/snapshots/{name}/export", here.export),
        Route("/snapshots/{name}/diff/{other}", here.diff),
    ]


class _Snapshots:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control
        self._incoming = SnapshotImport(control.workspaces.contract, OwnRecordSchemas())

    async def listed(self, request: Request) -> Response:
        snapshots = self._control.workspace(request).snapshots.values()
        return answer({"snapshots": [_facts(snapshot) for snapshot in snapshots]})

    async def one(self, request: Request) -> Response:
        return _shown(self._found(request))

    async def save(self, request: Request) -> Response:
        """One of the same name is replaced."""
        asked = await self._control.body(request, NEW_SNAPSHOT)
        workspace = self._control.workspace(request)
        self._refuse_too_many(workspace, asked["name"])
        return _shown(self._control.workspaces.snapshots.save(workspace, asked["name"]), 201)

    async def load(self, request: Request) -> Response:
        """A file that ``export`` wrote; nothing of it is taken where anything is wrong."""
        packed = await self._control.packed_body(request, MAX_FILE_BYTES)
        workspace, headers = self._control.workspace(request), request.headers.raw
        seed, known = workspace.plan.seed, workspace.state.fork()
        snapshot = await in_a_thread(lambda: self._incoming.load(packed, headers, seed, known))

        def admit() -> None:
            if self._control.workspaces.get(workspace.id) is not workspace:
                raise ControlRefused(409, "the workspace was removed meanwhile, and nothing is imported")
            self._refuse_too_many(workspace, snapshot.name)

        admit()
        return _shown(await self._control.workspaces.snapshots.take(workspace, snapshot, admit), 201)

    async def remove(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        name = self._found(request).name
        self._control.workspaces.snapshots.forget(self._control.workspace(request), name)
        return answer({"removed": name})

    async def restore(self, request: Request) -> Response:
        """Back to it, in records and time. Journal, inboxes, faults and mappings stay as they are."""
        await self._control.body(request, NOTHING)
        workspace = self._control.workspace(request)
        with self._kept(request) as snapshot:
            self._control.workspaces.return_to(workspace, snapshot)
        self._control.dispatcher.listeners.renewed(workspace, "restored")
        self._control.dispatcher.wake(workspace)
        return answer({**_facts(snapshot), "records": record_counts(workspace.state)})

    async def fork(self, request: Request) -> Response:
        """A new workspace that starts from it, with a key of its own. What was owed then is not delivered again."""
        asked = await self._control.body(request, FORK)
        workspace, workspaces = self._control.workspace(request), self._control.workspaces
        snapshot = self._found(request)
        terms = replace(workspace.origin.terms, owner=owner_of_one_more(request, workspaces))
        if len(list(workspaces)) >= _MAX_WORKSPACES:
            raise ControlRefused(429, f"a server has at most {_MAX_WORKSPACES} workspaces; remove some")
        names = (f"{workspace.id}-{snapshot.name}-{number}"[-64:].lstrip("._-") for number in itertools.count(1))
        id = asked.get("id") or next(name for name in names if workspaces.get(name) is None)
        if workspaces.get(id) is not None:
            raise ControlRefused(409, "there is a workspace of this id", pointer="/id")
        key = f"sk_test_mock_{secret()}"
        with self._kept(request) as snapshot:
            made = workspaces.branch(workspace, snapshot, id, key, outbox.drop_inherited, terms)
        note_workspace(request.scope, id)
        self._control.dispatcher.wake(made)
        return answer({"id": id, "key": key, "now": snapshot.now, "frozen": snapshot.frozen}, 201)

    async def export(self, request: Request) -> Response:
        """The file. What is exported of the workspace as it is can be imported like any other, so its name is plain."""
        snapshot = self._found(request)
        return StreamedAnswer(
            written(replace(snapshot, name=NOW.removeprefix("@")) if snapshot.name == NOW else snapshot)
        )

    async def diff(self, request: Request) -> Response:
        """From the first to the second: readable changes, and the same as JSON Patch on ``{kind: {id: record}}``."""
        before, after = self._found(request), self._found(request, "other")
        found, turns = [], Turns(patient=True)
        for change in changes(before.state, after.state):
            await turns.rest()
            if change is not None:
                found.append(change)
            if len(found) > _MAX_CHANGES:
                break
        shown = found[:_MAX_CHANGES]
        clock, patch = {"before": before.now, "after": after.now}, map(patched, shown)
        return listing(clock=clock, changes=iter(shown), patch=patch, truncated=len(found) > len(shown))

    @contextmanager
    def _kept(self, request: Request) -> Iterator[Snapshot]:
        """The named snapshot, which the log has; or the workspace as it is, inside this block."""
        snapshot = self._found(request)
        if snapshot.name != NOW:
            yield snapshot
            return
        with self._control.workspaces.snapshots.now(self._control.workspace(request), NOW) as snapshot:
            yield snapshot

    def _refuse_too_many(self, workspace: Workspace, name: str) -> None:
        if name not in workspace.snapshots and len(workspace.snapshots) >= _MAX_SNAPSHOTS_PER_WORKSPACE:
            raise ControlRefused(429, f"a workspace has at most {_MAX_SNAPSHOTS_PER_WORKSPACE} snapshots; remove some")

    def _found(self, request: Request, part: str = "name") -> Snapshot:
        name, workspace = request.path_params[part], self._control.workspace(request)
        snapshot = _now(workspace, NOW) if name == NOW else workspace.snapshots.get(name)
        if snapshot is None:
            raise ControlRefused(404, f"this workspace has no snapshot of this name; {NOW} is the workspace as it is")
        return snapshot


def _now(workspace: Workspace, name: str) -> Snapshot:
    return Snapshot(name, workspace.state.fork(), workspace.clock.stamp(), workspace.clock.frozen)


def _shown(snapshot: Snapshot, status: int = 200) -> Response:
    return answer({**_facts(snapshot), "records": record_counts(snapshot.state)}, status)


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    return {"name": snapshot.name, "now": snapshot.now, "frozen": snapshot.frozen}
