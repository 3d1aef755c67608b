"""``/__admin/workspaces`` and ``reset``: tenants of one server, each with a world and a key of its own."""

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin import query, world_choice
from mock_server.admin.audit import note_workspace
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.admin.workspace_quotas import owner_of_one_more
from mock_server.config.durations import duration
from mock_server.config.settings import Settings
from mock_server.errors import RecordsError, SettingsError, WorldError
from mock_server.simulation.expiry import LANDING_SECONDS, remove_workspace
from mock_server.spec.key_places import key_places
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.record_counts import record_counts
from mock_server.workspaces.terms import Terms
from mock_server.workspaces.workspace import DEFAULT, Workspace
from mock_server.world.clock import clock_time, stamp, wall_time
from mock_server.world.ids import secret

MAX_WORKSPACES = 2_000
"""Most workspaces of one server."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LABELS = {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"},
    "additionalProperties": {"type": "string", "pattern": r"^[^\x00-\x1f\x7f]*$", "maxLength": 100},
    "maxProperties": 20,
}
NEW_WORKSPACE = JsonBody(
    id={"type": "string", "pattern": f"^{_ID.pattern}$"},
    world=world_choice.SCHEMA,
    seed={"type": "integer", "minimum": -(2**53), "maximum": 2**53},
    now={"type": "string", "maxLength": 64},
    frozen={"type": "boolean"},
    rateLimit={"type": ["integer", "string"], "minimum": 1},
    ttl={"type": "string", "maxLength": 20},
    labels=_LABELS,
)
"""The body that makes a workspace."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Workspaces(control)
    return [
        Route("/workspaces", here.listed),
        Route("/workspaces", here.create, methods=["POST"]),
        Route("/workspaces/{id}", here.one),
        Route("/workspaces/{id}", here.remove, methods=["DELETE"]),
        Route("/reset", here.reset, methods=["POST"]),
    ]


class _Workspaces:
    """The handlers."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control
        self._worlds = world_choice.WorldChoice(control.settings)
        self._made = 0

    async def listed(self, request: Request) -> Response:
        """List those that have each ``label`` of the query: all of them where there is none."""
        query.refuse_unknown(request, ("label",))
        asked = request.query_params.getlist("label")
        found = [workspace for workspace in self._control.workspaces if workspace.origin.terms.has(asked)]
        return listing(workspaces=map(_facts, found))

    async def one(self, request: Request) -> Response:
        workspace = self._found(request)
        return answer(_facts(workspace) | {"records": record_counts(workspace.state)})

    async def create(self, request: Request) -> Response:
        """A new one. What is not said is as in the default workspace; ``frozen`` stops its clock at the start."""
        asked = await self._control.body(request, NEW_WORKSPACE)
        workspaces, settings = self._control.workspaces, self._control.settings
        self._refuse_taken(asked)
        owner = owner_of_one_more(request, workspaces)
        limit, enforced = _limit(asked, settings)
        terms = _terms(asked, owner)
        plan = WorldPlan(
            await self._worlds.recipe(asked.get("world")),
            asked.get("seed", settings.seed),
            _start(asked, settings),
            limit,
            enforced,
        )
        try:
            await workspaces.prepare(plan)
        except RecordsError as fault:
            raise self._worlds.refusal(asked.get("world", ""), fault, fault.pointer) from None
        except WorldError as fault:  # the world cannot start at that time
            raise ControlRefused(400, str(fault.problems[0]), pointer="/now") from None
        self._refuse_taken(asked)
        owner_of_one_more(request, workspaces)  # others may have been made meanwhile
        key = f"sk_test_mock_{secret()}"
        workspace = workspaces.create(self._id(asked), plan, [key], frozen=asked.get("frozen", False), terms=terms)
        note_workspace(request.scope, workspace.id)
        asked_for = [it.security for it in workspaces.contract.operations.values()]
        return answer(_facts(workspace) | {"key": key, "credentials": key_places(asked_for, key)}, 201)

    def _refuse_taken(self, asked: dict[str, Any]) -> None:
        """Raises ControlRefused if there are too many workspaces, or the id is in use."""
        if len(list(self._control.workspaces)) >= MAX_WORKSPACES:
            raise ControlRefused(
                429, f"a server has at most {MAX_WORKSPACES:,} workspaces; remove those that are not used"
            )
        if self._control.workspaces.get(asked.get("id", "")) is not None:
            raise ControlRefused(409, "there is a workspace of this id; remove it, or choose another", pointer="/id")

    async def remove(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        workspace = self._found(request)
        if workspace.id == DEFAULT:
            raise ControlRefused(409, "the default workspace stays; POST /__admin/reset empties it")
        await remove_workspace(self._control.workspaces, self._control.dispatcher, workspace)
        return answer({"removed": workspace.id})

    async def reset(self, request: Request) -> Response:
        """Back to the seed: records, clock, journal, limits, inboxes, faults, subscriptions and deliveries.

        Who listens goes on listening.
        """
        await self._control.body(request, NOTHING)
        workspace = self._control.workspace(request)
        await self._control.workspaces.prepare(workspace.plan, workspace.origin.start)
        workspace = self._control.workspace(request)  # it may have been removed meanwhile
        self._control.workspaces.reset(workspace)
        self._control.dispatcher.listeners.renewed(workspace, "reset", numbered_anew=True)
        await self._control.dispatcher.drain(workspace, LANDING_SECONDS)
        workspace.inboxes.clear()  # what was on the wire has come in
        return answer(_facts(workspace))

    def _found(self, request: Request) -> Workspace:
        workspace = self._control.workspaces.get(request.path_params["id"])
        if workspace is None:
            raise ControlRefused(404, "no workspace of this id")
        note_workspace(request.scope, workspace.id)
        return workspace

    def _id(self, asked: dict[str, Any]) -> str:
        if "id" in asked:
            return str(asked["id"])
        while True:
            self._made += 1
            if self._control.workspaces.get(id := f"{self._control.workspaces.id_prefix}{self._made}") is None:
                return id


def _limit(asked: dict[str, Any], settings: Settings) -> tuple[int, bool]:
    """Requests a minute, and whether they are enforced, in the words of ``--rate-limit``."""
    text = str(asked.get("rateLimit", settings.rate_limit))
    try:
        return Settings(rate_limit=text).limit, text != "observe"
    except SettingsError as fault:
        raise ControlRefused(400, fault.problems[0].what, pointer="/rateLimit") from None


def _start(asked: dict[str, Any], settings: Settings) -> datetime | None:
    text = asked.get("now", settings.now)
    try:
        return clock_time(text) if text else None
    except ValueError as fault:
        raise ControlRefused(400, str(fault), pointer="/now") from None


def _terms(asked: dict[str, Any], owner: str) -> Terms:
    try:
        expires = wall_time() + duration(asked["ttl"]) if "ttl" in asked else None
    except ValueError as fault:
        raise ControlRefused(400, str(fault), pointer="/ttl") from None
    return Terms(asked.get("labels", {}), expires, owner)


def _facts(workspace: Workspace) -> dict[str, Any]:
    """The public facts of a workspace; its keys are stored as digests and cannot be shown."""
    plan, origin = workspace.plan, workspace.origin
    rows = workspace.state.rows("organization")
    organization = {name: rows[0].record.get(name) for name in ("id", "name")} if rows else None
    limit = "off" if not plan.limit else plan.limit if plan.enforced else "observe"
    return {
        "id": workspace.id,
        "organization": organization,
        "world": plan.recipe.name,
        "seed": plan.seed,
        "start": stamp(origin.start),
        "now": workspace.clock.stamp(),
        "frozen": workspace.clock.frozen,
        "rateLimit": limit,
        "requests": workspace.requests,
        "labels": dict(origin.terms.labels),
        "owner": origin.terms.owner or None,
        "expires": stamp(origin.terms.expires) if origin.terms.expires else None,
    }
