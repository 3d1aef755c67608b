"""``/__admin/snapshots``: save, restore, fork, compare; export and import as one file. Faults are no part of them."""

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.control import NOTHING, Body, Control, Refusal, answer
from mock_server.admin.listing import Parts, listing
from mock_server.exact_json import ENVELOPE_DEPTH, MAX_JSON_DEPTH
from mock_server.seeding import valid
from mock_server.store.snapshot import (
    FORMAT,
    VERSION,
    Snapshot,
    changes,
    checksum,
    exported,
    imported,
    patched,
    place_in_order,
)
from mock_server.turns import Turns
from mock_server.webhooks import outbox
from mock_server.workspace import Workspace, summary_of
from mock_server.world.clock import clock_time
from mock_server.world.ids import rng, secret

NOW = "@now"
"""In the place of a snapshot's name: the workspace as it is."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is imported."""
_MOST = 100
_MOST_CHANGES = 10_000
_MOST_WORKSPACES = 2_000
_NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_ROW = {
    "type": "object",
    "properties": {"id": {"type": ["string", "integer"]}, "arrival": _COUNT, "record": {"type": "object"}},
    "required": ["id", "arrival", "record"],
    "additionalProperties": False,
}
_KIND = {"pattern": r"^\$?[A-Za-z0-9_{}./-]{1,200}$"}
_FILE = Body(
    ("format", "version", "name", "now", "frozen", "counters", "records"),
    format={"const": FORMAT},
    version={"const": VERSION},
    name=_NAME,
    now=_STAMP,
    frozen={"type": "boolean"},
    counters={"type": "object", "additionalProperties": _COUNT},
    records={"type": "object", "propertyNames": _KIND, "additionalProperties": {"type": "array", "items": _ROW}},
    sha256={"type": "string"},
)
_SAVE = Body(("name",), name=_NAME)
_FORK = Body(id=_NAME)


def routes(control: Control) -> list[Route]:
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

    def __init__(self, control: Control) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        snapshots = self._control.workspace(request).snapshots.values()
        return answer({"snapshots": [_facts(snapshot) for snapshot in snapshots]})

    async def one(self, request: Request) -> Response:
        return _shown(self._found(request))

    async def save(self, request: Request) -> Response:
        """One of the same name is replaced."""
        asked = await self._control.body(request, _SAVE)
        workspace = self._control.workspace(request)
        self._refuse_too_many(workspace, asked["name"])
        return _shown(self._control.workspaces.snapshots.save(workspace, asked["name"]), 201)

    async def load(self, request: Request) -> Response:
        """A file that ``export`` wrote; nothing of it is taken where anything is wrong."""
        file = await self._control.body(request, _FILE, most=LARGEST, depth=MAX_JSON_DEPTH + ENVELOPE_DEPTH)
        workspace = self._control.workspace(request)
        self._check(workspace, file)
        self._refuse_too_many(workspace, file["name"])
        return _shown(await self._control.workspaces.snapshots.take(workspace, imported(file)), 201)

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
        return answer({**_facts(snapshot), "records": summary_of(workspace.image)})

    async def fork(self, request: Request) -> Response:
        """A new workspace that starts from it, with a key of its own. What was owed then is not delivered again."""
        asked = await self._control.body(request, _FORK)
        workspace, workspaces = self._control.workspace(request), self._control.workspaces
        snapshot = self._found(request)
        if len(list(workspaces)) >= _MOST_WORKSPACES:
            raise Refusal(429, f"a server has at most {_MOST_WORKSPACES} workspaces; remove some")
        names = (f"{workspace.id}-{snapshot.name}-{number}"[-64:].lstrip("._-") for number in itertools.count(1))
        id = asked.get("id") or next(name for name in names if workspaces.get(name) is None)
        if workspaces.get(id) is not None:
            raise Refusal(409, "there is a workspace of this id", pointer="/id")
        key = f"sk_test_mock_{secret()}"
        with self._kept(request) as snapshot:
            made = workspaces.branch(workspace, snapshot, id, key, outbox.disown)
        self._control.dispatcher.wake(made)
        return answer({"id": id, "key": key, "now": snapshot.now, "frozen": snapshot.frozen}, 201)

    async def export(self, request: Request) -> Response:
        return Parts(exported(self._found(request)))

    async def diff(self, request: Request) -> Response:
        """From the first to the second: readable changes, and the same as JSON Patch on ``{kind: {id: record}}``."""
        before, after = self._found(request), self._found(request, "other")
        found, turns = [], Turns(patient=True)
        for change in changes(before.image, after.image):
            await turns.rest()
            if change is not None:
                found.append(change)
            if len(found) > _MOST_CHANGES:
                break
        shown = found[:_MOST_CHANGES]
        clock, patch = {"before": before.now, "after": after.now}, map(patched, shown)
        return listing(clock=clock, changes=iter(shown), patch=patch, truncated=len(found) > len(shown))

    @contextmanager
    def _kept(self, request: Request) -> Iterator[Snapshot]:
        """The snapshot that is meant, as the log has it; the workspace as it is for as long as this lasts."""
        snapshot = self._found(request)
        if snapshot.name != NOW:
            yield snapshot
            return
        with self._control.workspaces.snapshots.now(self._control.workspace(request), NOW) as snapshot:
            yield snapshot

    def _refuse_too_many(self, workspace: Workspace, name: str) -> None:
        if name not in workspace.snapshots and len(workspace.snapshots) >= _MOST:
            raise Refusal(429, f"a workspace has at most {_MOST} snapshots; remove some")

    def _found(self, request: Request, part: str = "name") -> Snapshot:
        name, workspace = request.path_params[part], self._control.workspace(request)
        snapshot = _now(workspace, NOW) if name == NOW else workspace.snapshots.get(name)
        if snapshot is None:
            raise Refusal(404, f"this workspace has no snapshot of this name; {NOW} is the workspace as it is")
        return snapshot

    def _check(self, workspace: Workspace, file: Mapping[str, Any]) -> None:
        """Raises Refusal at the first record that this server could not have written."""
        try:
            clock_time(file["now"])
        except ValueError as fault:
            raise Refusal(400, str(fault), pointer="/now") from None
        whole = file.get("sha256") == checksum(file)
        if "sha256" in file and not whole:
            raise Refusal(
                400, "the content is not what was exported; leave sha256 out if you meant to", pointer="/sha256"
            )
        for kind, items in file["records"].items():
            place = "/records/" + re.sub("/", "~1", kind)
            if kind.startswith("$") and not whole:
                raise Refusal(400, "records of the mock itself are taken as they were exported only", pointer=place)
            self._check_kind(workspace, kind, items, place)

    def _check_kind(self, workspace: Workspace, kind: str, items: list[Any], place: str) -> None:
        family, seen = self._control.workspaces.contract.families.get(kind), set()
        places: set[tuple[Any, int]] = set()
        for index, item in enumerate(items):
            if item["id"] in seen:
                raise Refusal(400, "a second record of this id", pointer=f"{place}/{index}/id")
            if (key := place_in_order(item)) in places:
                what = "a second record of this createdAt and arrival; give it a higher arrival"
                raise Refusal(400, what, pointer=f"{place}/{index}/arrival")
            seen.add(item["id"])
            places.add(key)
            if family is None:
                continue
            record = item["record"]
            if record.get(family.id, item["id"]) != item["id"]:
                raise Refusal(400, "the record has another id", pointer=f"{place}/{index}/record/{family.id}")
            if valid(family, record, lambda: rng(workspace.plan.seed)) is not record:
                raise Refusal(400, f"the document admits no such record of {kind}", pointer=f"{place}/{index}/record")


def _now(workspace: Workspace, name: str) -> Snapshot:
    return Snapshot(name, workspace.image.fork(), workspace.clock.stamp(), workspace.clock.frozen)


def _shown(snapshot: Snapshot, status: int = 200) -> Response:
    return answer({**_facts(snapshot), "records": summary_of(snapshot.image)}, status)


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    return {"name": snapshot.name, "now": snapshot.now, "frozen": snapshot.frozen}
