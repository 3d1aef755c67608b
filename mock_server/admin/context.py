"""Common parts of every control route: the server, the request's workspace, a checked body, an answer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Self

import jsonschema_rs
import orjson
from starlette.requests import Request
from starlette.responses import Response

from mock_server.admin.audit import Audit, note_workspace
from mock_server.admin.operation_names import OperationNames
from mock_server.api.content_encoding import decoded
from mock_server.api.endpoint import Endpoint
from mock_server.api.problem import problem
from mock_server.api.request_body import read_body
from mock_server.config.settings import Settings
from mock_server.errors import ApiError, NameTaken, RecordsError, StateError, StorageUnavailable
from mock_server.simulation.timeline import Timeline
from mock_server.spec.gaps import Gap
from mock_server.spec.schema_lint import fetch_nothing
from mock_server.spec.validation_messages import explained
from mock_server.support.condition import apart_if_large
from mock_server.support.exact_json import MAX_JSON_DEPTH, NotJson, read_json, write_json
from mock_server.support.garbage_collector import collector_paused
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.workspaces.plan import digest
from mock_server.workspaces.workspace import DEFAULT, Workspace, Workspaces

WORKSPACE_HEADER = "x-mock-workspace"


@dataclass(frozen=True)
class AdminContext:
    """The parts of the server that the control plane can use."""

    settings: Settings
    workspaces: Workspaces
    endpoint: Endpoint
    dispatcher: Dispatcher
    timeline: Timeline
    ledger: Callable[[], list[Gap]]
    audit: Audit

    @cached_property
    def names(self) -> OperationNames:
        """All names by which a user may call the operations."""
        return OperationNames(self.workspaces.contract.operations.values())

    def workspace(self, request: Request) -> Workspace:
        """The workspace that X-Mock-Workspace names, else the one that the key opens, else the default one.

        Raises ControlRefused for an unknown id or key.
        """
        id, key = request.headers.get(WORKSPACE_HEADER), _key(request)
        if id is None and key is not None:
            workspace = self.workspaces.by_digest(digest(key))
            if workspace is None:
                raise ControlRefused(
                    401, f"the key opens no workspace here; leave it out, or name one in {WORKSPACE_HEADER}"
                )
            note_workspace(request.scope, workspace.id)
            return workspace
        workspace = self.workspaces.get(DEFAULT if id is None else id)
        if workspace is None:
            raise ControlRefused(404, f"no workspace of the id in {WORKSPACE_HEADER}; leave it out for the default one")
        note_workspace(request.scope, workspace.id)
        return workspace

    async def body(
        self, request: Request, schema: "JsonBody", most: int | None = None, depth: int = MAX_JSON_DEPTH
    ) -> dict[str, Any]:
        """Read and check the JSON object of a request. Raises ControlRefused with a pointer to the fault.

        At most ``most`` bytes are read, by default as many as the setting allows, of at most ``depth`` levels.
        """
        limit = most or self.settings.max_body
        packed = await self.packed_body(request, limit)
        try:
            raw = await decoded(packed, request.headers.raw, limit)
        except ApiError as error:
            raise ControlRefused(error.status, str(error), headers=error.headers) from None
        checked: dict[str, Any] = await apart_if_large(len(raw), partial(schema.load, raw, depth))
        return checked

    async def packed_body(self, request: Request, most: int) -> bytes:
        """Read a body that may be compressed, at most so many bytes. Raises ControlRefused."""
        declared = request.headers.get("content-length", "").encode() or None
        try:
            raw = await read_body(request.receive, declared, most)
        except ApiError as error:
            raise ControlRefused(error.status, str(error), headers=error.headers) from None
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if raw and media != "application/json":
            raise ControlRefused(415, "the control plane takes application/json")
        return raw


class ControlRefused(Exception):
    """A control request cannot be carried out; nothing was changed."""

    def __init__(
        self, status: int, detail: str, *, headers: Iterable[tuple[bytes, bytes]] = (), **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers, more


def refuse_json(fault: NotJson) -> ControlRefused:
    """Make the error for a body that is not JSON; the caller raises it."""
    if not fault.line:
        return ControlRefused(400, fault.what, pointer="")
    return ControlRefused(400, f"not JSON: {fault.what}", line=fault.line, column=fault.column)


class JsonBody:
    """The JSON object that a route takes: its properties as JSON Schemas by name; no others are allowed.

    ``schema`` is the JSON Schema of the object, as the control plane's document shows it.
    """

    def __init__(self, required: tuple[str, ...] = (), **properties: Mapping[str, Any]) -> None:
        schema = {
            "type": "object",
            "properties": properties,
            "required": list(required),
            "additionalProperties": False,
        }
        self.schema = orjson.loads(orjson.dumps(schema, default=dict))
        self._validator = jsonschema_rs.Draft202012Validator(
            self.schema, validate_formats=True, retriever=fetch_nothing, mask="it"
        )

    def also(self, **rules: Any) -> Self:
        """Show more of JSON Schema in the document: what the route checks itself, in better words."""
        self.schema |= rules
        return self

    def load(self, raw: bytes, depth: int) -> Any:
        """Read and check a body of at most so many levels. Raises ControlRefused."""
        try:
            value = read_json(raw, depth) if raw else {}
        except NotJson as fault:
            raise refuse_json(fault) from None
        self.check(value)
        return with_integers(value, self.schema)

    def check(self, value: Any, at: str = "") -> None:
        """Raises ControlRefused (400) at the first fault; ``at`` is the value's place in a larger one."""
        try:
            with collector_paused():  # an error holds a copy of what is wrong
                self._validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            found = explained(error, self.schema)
            whole = found.where == "/"
            pointer = at if whole else at + found.where
            raise ControlRefused(400, found.what if whole else str(found), pointer=pointer) from None


class OpenJsonBody(JsonBody):
    """A JSON object that may have further properties, which other code checks."""

    def __init__(self, **properties: Mapping[str, Any]) -> None:
        super().__init__()
        self.schema = {"type": "object"}
        self._validator = jsonschema_rs.Draft202012Validator(self.schema)
        self._named = JsonBody((), **properties)

    def refuse_others(self, value: Any) -> None:
        """Raises ControlRefused if there are further properties, or a named one is wrong."""
        self._named.check(value)


def with_integers(value: Any, schema: Mapping[str, Any]) -> Any:
    """Replace 1.0 by 1 in a valid value if an integer is meant: JSON Schema sees no difference, our code does."""
    if isinstance(value, float):
        kinds = schema.get("type") or ()
        whole = ("integer" in kinds and "number" not in kinds) or value in schema.get("enum", ())
        return int(value) if whole and value.is_integer() else value
    if isinstance(value, list) and "items" in schema:
        return [with_integers(item, schema["items"]) for item in value]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        value = {name: with_integers(part, known[name]) if name in known else part for name, part in value.items()}
        for choice in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            value = with_integers(value, choice)
    return value


NOTHING = JsonBody()


def answer(value: Any, status: int = 200) -> Response:
    """Make an answer with a JSON body."""
    return Response(write_json(value), status, media_type="application/json")


def _key(request: Request) -> str | None:
    """The key of a request. Other schemes are ignored: a proxy before the server may use them."""
    scheme, _, key = request.headers.get("authorization", "").strip().partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


async def refused(request: Request, error: Exception) -> Response:
    """The exception handler for ControlRefused."""
    if not isinstance(error, ControlRefused):
        raise error
    answer = problem(error.status, error.detail, **error.more)
    answer.raw_headers.extend(error.headers)
    return answer


async def misfit(request: Request, error: Exception) -> Response:
    """The exception handler for a person's own records that the document no longer admits."""
    if not isinstance(error, RecordsError):
        raise error
    return problem(409 if error.conflict else 400, str(error), pointer=error.pointer)


async def failed(request: Request, error: Exception) -> Response:
    """The exception handler for errors of the program below the control plane, such as a full disk."""
    if isinstance(error, NameTaken):
        return problem(409, "there is a workspace of this id; remove it, or choose another", pointer="/id")
    if isinstance(error, StateError):
        return problem(StorageUnavailable.status, str(error))
    if not isinstance(error, ApiError):
        raise error
    answer = problem(error.status, str(error))
    answer.raw_headers.extend(error.headers)
    return answer
