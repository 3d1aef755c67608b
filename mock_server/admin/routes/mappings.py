"""``/__admin/mappings``: stub overrides in WireMock's words, refused where they break the contract."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.answer_parts import check_body, check_headers
from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, answer
from mock_server.admin.long_answers import listing
from mock_server.admin.mapping_schema import MANY_MAPPINGS, MAX_MAPPINGS, NEW_MAPPING
from mock_server.admin.request_patterns import checked, may_match
from mock_server.event_loop.turns import Turns
from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation
from mock_server.spec.path_template import blanked, is_like
from mock_server.stubbing.overrides import PRIORITY, Override
from mock_server.stubbing.raw_body import is_raw
from mock_server.stubbing.request_pattern import Pattern, RequestPattern
from mock_server.support.exact_json import memory_bytes, write_json
from mock_server.workspaces.workspace import Workspace

_MAX_BYTES = 64 * 1024 * 1024  # that the mappings of a workspace take up in memory
# What may stand for a parameter in a path that a regular expression is tried on.
_SAMPLES = ("1", "ld_a1b2c3d4e5f6", "x")
_ALLOW = "correct it, or set allowInvalid"


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _Mappings(control)
    return [
        Route("/mappings", here.listed),
        Route("/mappings", here.add, methods=["POST"]),
        Route("/mappings", here.reset, methods=["DELETE"]),
        Route("/mappings/reset", here.reset, methods=["POST"]),
        Route("/mappings/import", here.load, methods=["POST"]),
        Route("/mappings/{id}", here.one),
        Route("/mappings/{id}", here.change, methods=["PUT"]),
        Route("/mappings/{id}", here.remove, methods=["DELETE"]),
    ]


class _Mappings:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        found = list(self._control.workspace(request).mappings)
        return listing(mappings=map(_shown, found), meta={"total": len(found)})

    async def one(self, request: Request) -> Response:
        return answer(_shown(self._found(request)))

    async def add(self, request: Request) -> Response:
        asked = await self._control.body(request, NEW_MAPPING)
        workspace = self._control.workspace(request)
        (checked,) = await self._checked([asked], [""])
        _make_room(workspace, [checked])
        if workspace.mappings.get(asked.get("id", "")) is not None:
            raise ControlRefused(409, "there is a mapping of this id; PUT /mappings/{id} changes it", pointer="/id")
        return answer(_shown(_put(workspace, checked, asked.get("id"))), 201)

    async def change(self, request: Request) -> Response:
        asked = await self._control.body(request, NEW_MAPPING)
        if asked.get("id", self._found(request).id) != self._found(request).id:
            raise ControlRefused(400, "the id is that of the path; leave it out", pointer="/id")
        (checked,) = await self._checked([asked], [""])
        _make_room(self._control.workspace(request), [checked], self._found(request))
        return answer(_shown(_put(self._control.workspace(request), checked, self._found(request).id)))

    async def load(self, request: Request) -> Response:
        """All of them, or none where one is wrong; those there are stay, unless they have the same id."""
        asked = (await self._control.body(request, MANY_MAPPINGS))["mappings"]
        workspace = self._control.workspace(request)
        own = _own_ids(asked)
        checked = await self._checked(asked, [f"/mappings/{index}" for index in range(len(asked))])
        _make_room(workspace, checked)
        made = [_put(workspace, one, one.get("id"), own) for one in checked]
        return listing(mappings=map(_shown, made), status=201)

    async def remove(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        override = self._found(request)
        self._control.workspace(request).mappings.remove(override.id)
        return answer({"removed": [override.id]})

    async def reset(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        return answer({"removed": self._control.workspace(request).mappings.clear()})

    def _found(self, request: Request) -> Override:
        override = self._control.workspace(request).mappings.get(request.path_params["id"])
        if override is None:
            raise ControlRefused(404, "this workspace has no mapping of this id")
        return override

    async def _checked(self, asked: Sequence[dict[str, Any]], places: Sequence[str]) -> list[dict[str, Any]]:
        """The mappings with compiled patterns. Raises ControlRefused at the first fault in any of them."""
        found, turns = [], Turns(patient=True)
        for mapping, place in zip(asked, places, strict=True):
            await turns.rest()
            found.append(self._one_checked(mapping, place))
        return found

    def _one_checked(self, mapping: dict[str, Any], place: str) -> dict[str, Any]:
        allow = mapping.get("allowInvalid", False)
        check_headers(mapping["response"].get("headers", {}), f"{place}/response/headers")
        check_body(mapping["response"], f"{place}/response")
        for name in ("requiredScenarioState", "newScenarioState"):
            if name in mapping and "scenarioName" not in mapping:
                raise ControlRefused(
                    400, "a state belongs to a scenario: give `scenarioName`", pointer=f"{place}/{name}"
                )
        request, _ = checked(mapping["request"], self._control.names, f"{place}/request", "allowInvalid", allow=allow)
        resolved = {**mapping, "request": request, "weight": memory_bytes(write_json(mapping))}
        if not allow:
            self._keep_contract(resolved, place)
        return resolved

    def _keep_contract(self, mapping: Mapping[str, Any], place: str) -> None:
        """Refuse an answer that one of the operations the pattern reaches could not give."""
        if is_raw(mapping["response"]):
            return  # no contract says what a proxy before the API answers
        operations = _reached(self._control.workspaces.contract, mapping["request"])
        status = mapping["response"].get("status", 200)
        for operation in operations:
            response = operation.responses.get(status)
            if response is None:
                known = ", ".join(map(str, sorted(operation.responses)))
                what = f"{operation.key} documents {known}, not {status}; {_ALLOW}"
                raise ControlRefused(400, what, pointer=f"{place}/response/status")
            if response.schema is None:
                continue
            if "jsonBody" not in mapping["response"]:
                what = f"{operation.key} answers {status} with a body; {_ALLOW}"
                raise ControlRefused(400, what, pointer=f"{place}/response")
            for problem in response.schema.problems(mapping["response"]["jsonBody"]):
                what = f"{operation.key} {status}: {problem}; {_ALLOW}"
                raise ControlRefused(400, what, pointer=f"{place}/response/jsonBody")


def _reached(contract: Contract, request: RequestPattern) -> list[Operation]:
    """The operations whose requests can match; an expression is tried with samples of their paths."""
    found = [operation for operation in contract.operations.values() if _is_meant(operation, request.given)]
    expression = request.given.get("urlPathPattern")
    if expression is None:
        return found
    samples = [*_SAMPLES, *{f"{family.prefix}a1b2c3d4e5f6" for family in contract.families.values()}]
    reached = [operation for operation in found if _sampled(request, operation, samples)]
    return reached or [operation for operation in found if may_match(expression, operation)]


def _is_meant(operation: Operation, pattern: Pattern) -> bool:
    path = pattern.get("urlPath")
    return (
        pattern.get("operation", operation.key) == operation.key
        and pattern.get("method", "ANY") in ("ANY", operation.method)
        and (path is None or is_like(blanked(operation.path), path))
    )


def _sampled(request: RequestPattern, operation: Operation, samples: Sequence[str]) -> bool:
    path = blanked(operation.path)
    return any(request.matches_path(path.replace("{}", sample)) for sample in samples)


def _make_room(workspace: Workspace, new: Sequence[Mapping[str, Any]], instead: Override | None = None) -> None:
    """Raises ControlRefused if there would be too many or too large mappings; ``instead`` is the replaced one."""
    if len(workspace.mappings) + len(new) - (instead is not None) > MAX_MAPPINGS:
        raise ControlRefused(429, f"a workspace has at most {MAX_MAPPINGS} mappings")
    weight = workspace.mappings.weight + sum(one["weight"] for one in new) - (instead.weight if instead else 0)
    if weight > _MAX_BYTES:
        what = f"the mappings of a workspace take up at most {_MAX_BYTES:,} bytes of memory, and these {weight:,}"
        raise ControlRefused(429, f"{what}; remove some, or make them smaller")


def _own_ids(asked: list[Any]) -> set[str]:
    """The ids in the given mappings. Raises ControlRefused if two have the same."""
    own: set[str] = set()
    for index, mapping in enumerate(asked):
        if mapping.get("id") in own:
            raise ControlRefused(400, "a second mapping of this id", pointer=f"/mappings/{index}/id")
        own |= {mapping["id"]} if "id" in mapping else set()
    return own


def _put(workspace: Workspace, asked: Mapping[str, Any], id: str | None, taken: Container[str] = ()) -> Override:
    """Store a mapping. Without an id it gets one that no other has and that is not in ``taken``."""
    id = id or workspace.mappings.new_id(taken)
    return workspace.mappings.put(
        id,
        asked["request"],
        asked["response"],
        priority=asked.get("priority", PRIORITY),
        allow_invalid=asked.get("allowInvalid", False),
        after=asked.get("after", 0),
        times=asked.get("times"),
        scenario=asked.get("scenarioName", ""),
        required_state=asked.get("requiredScenarioState"),
        new_state=asked.get("newScenarioState"),
        weight=asked["weight"],
    )


def _shown(override: Override) -> dict[str, Any]:
    return {
        "id": override.id,
        "priority": override.priority,
        "request": override.request.given,
        "response": override.response,
        "allowInvalid": override.allow_invalid,
        "after": override.after,
        "times": override.times,
        "scenarioName": override.scenario or None,
        "requiredScenarioState": override.required_state,
        "newScenarioState": override.new_state,
        "calls": override.calls,
        "answers": override.answers,
    }
