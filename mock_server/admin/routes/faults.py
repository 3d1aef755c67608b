"""``/__admin/faults``: rules that make requests fail, late or strange, seeded; ``heal`` removes all at once."""

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.answer_parts import HEADERS, check_body, check_headers
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.admin.operation_names import ANY
from mock_server.admin.request_patterns import PROPERTIES, resolved
from mock_server.stubbing.fault_rules import BODY_FAULTS, CONNECTION_FAULTS, STALE_READ, FaultRule
from mock_server.stubbing.raw_body import RAW_BODIES
from mock_server.stubbing.request_pattern import Pattern
from mock_server.support.exact_json import memory_bytes, write_json
from mock_server.workspaces.plan import digest
from mock_server.workspaces.workspace import Workspace

_MAX_RULES_PER_WORKSPACE = 1_000
_MAX_BYTES = 16 * 1024 * 1024
_MS = {"type": "number", "minimum": 0, "maximum": 120_000}
_WHOLE = {"type": "integer", "minimum": 1, "maximum": 1_000_000_000}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_UNIFORM = _object({"type": {"const": "uniform"}, "lower": _MS, "upper": _MS}, "type", "lower", "upper")
_SIGMA = {"type": "number", "minimum": 0, "maximum": 10}
_LOGNORMAL = _object(
    {"type": {"const": "lognormal"}, "median": _MS, "sigma": _SIGMA, "maxValue": _MS}, "type", "median", "sigma"
)
_RESPONSE = {
    **_object(
        {
            "status": {"enum": [status.value for status in HTTPStatus if status >= 400]},
            "headers": HEADERS,
            **RAW_BODIES,
            "fault": {"enum": [*CONNECTION_FAULTS, *BODY_FAULTS, STALE_READ]},
            "fixedDelayMilliseconds": _MS,
            "delayDistribution": {"oneOf": [_UNIFORM, _LOGNORMAL]},
            "chunkedDribbleDelay": _object(
                {"numberOfChunks": {"type": "integer", "minimum": 1, "maximum": 1_000}, "totalDuration": _MS},
                *("numberOfChunks", "totalDuration"),
            ),
        }
    ),
    "minProperties": 1,
    "not": {"anyOf": [{"required": ["status", "fault"]}, {"required": ["status", "chunkedDribbleDelay"]}]},
    "dependentRequired": {name: ["status"] for name in RAW_BODIES},
}
_REQUEST = _object(dict(PROPERTIES))
NEW_FAULT = JsonBody(
    ("response",),
    request=_REQUEST,
    response=_RESPONSE,
    key={"type": "string", "minLength": 1, "maxLength": 200},
    nth=_WHOLE,
    probability={"type": "number", "minimum": 0, "maximum": 1},
    seed={"type": "integer", "minimum": -(2**53), "maximum": 2**53},
    count=_WHOLE,
)
"""The body that adds a fault rule."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Faults(control)
    return [
        Route("/faults", here.listed),
        Route("/faults", here.add, methods=["POST"]),
        Route("/faults", here.heal, methods=["DELETE"]),
        Route("/faults/heal", here.heal, methods=["POST"]),
        Route("/faults/{id}", here.one),
        Route("/faults/{id}", here.remove, methods=["DELETE"]),
    ]


class _Faults:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        return listing(faults=map(_shown, list(self._control.workspace(request).faults)))

    async def one(self, request: Request) -> Response:
        return answer(_shown(self._found(request)))

    async def add(self, request: Request) -> Response:
        """A new rule. The seed of its draws is the workspace's unless it has its own."""
        asked = await self._control.body(request, NEW_FAULT)
        workspace = self._control.workspace(request)
        check_headers(asked["response"].get("headers", {}), "/response/headers")
        check_body(asked["response"], "/response")
        pattern = resolved(asked.get("request", {}), self._control.names, "/request")
        if asked["response"].get("fault") == STALE_READ and not _reads(pattern.given):
            raise ControlRefused(400, f"{STALE_READ} strikes reads only: requests with GET", pointer="/request")
        if len(workspace.faults) >= _MAX_RULES_PER_WORKSPACE:
            raise ControlRefused(429, f"a workspace has at most {_MAX_RULES_PER_WORKSPACE} rules")
        weight = memory_bytes(write_json(asked))
        if weight + sum(rule.weight for rule in workspace.faults) > _MAX_BYTES:
            raise ControlRefused(429, f"the rules of a workspace take up at most {_MAX_BYTES:,} bytes of memory")
        key = self._digest(workspace, asked["key"]) if "key" in asked else ""
        limits = {name: asked[name] for name in ("nth", "probability", "count") if name in asked}
        seed = asked.get("seed", workspace.plan.seed)
        rule = workspace.faults.add(seed, pattern, asked["response"], key=key, weight=weight, **limits)
        return answer(_shown(rule), 201)

    async def remove(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        rule = self._found(request)
        self._control.workspace(request).faults.remove(rule.id)
        return answer({"removed": [rule.id]})

    async def heal(self, request: Request) -> Response:
        """No request of this workspace is struck any more."""
        await self._control.body(request, NOTHING)
        return answer({"removed": self._control.workspace(request).faults.heal()})

    def _digest(self, workspace: Workspace, key: str) -> str:
        """The digest of a key, because keys are not stored. Refuse a key that opens another workspace:

        it never matches.
        """
        found = digest(key)
        if self._control.workspaces.by_digest(found) is not workspace:
            raise ControlRefused(400, "this key does not open the workspace of the rule", pointer="/key")
        return found

    def _found(self, request: Request) -> FaultRule:
        rule = self._control.workspace(request).faults.get(request.path_params["id"])
        if rule is None:
            raise ControlRefused(404, "this workspace has no fault of this id")
        return rule


def _reads(pattern: Pattern) -> bool:
    """Tell whether matching requests may be reads."""
    method = pattern.get("operation", pattern.get("method", "GET")).partition(" ")[0]
    return method in ("GET", "HEAD", ANY)


def _shown(rule: FaultRule) -> dict[str, Any]:
    limits = {"nth": rule.nth, "probability": rule.probability, "count": rule.count, "forOneKey": bool(rule.key)}
    counted = {"seed": rule.seed, "calls": rule.calls, "strikes": rule.strikes}
    return {"id": rule.id, "request": rule.request.given, "response": dict(rule.response), **limits, **counted}
