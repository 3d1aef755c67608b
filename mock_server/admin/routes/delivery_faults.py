"""``/__admin/webhooks/faults``: rules that make deliveries come twice, late, forged or not at all, seeded."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server.admin.context import NOTHING, AdminContext, ControlRefused, JsonBody, answer
from mock_server.admin.long_answers import listing
from mock_server.stubbing.delivery_faults import DEFAULT_SECONDS, DELIVERY_FAULTS, SIGNED_ONLY, DeliveryFaultRule

_MAX_RULES_PER_WORKSPACE = 1_000
_MAX_COPIES = 20
_MAX_REAL_SECONDS = 60  # SLOW_ANSWER waits in real time
_WHOLE = {"type": "integer", "minimum": 1, "maximum": 1_000_000_000}
NEW_DELIVERY_FAULT = JsonBody(
    ("fault",),
    fault={"enum": list(DELIVERY_FAULTS)},
    trigger={"type": "string", "minLength": 1, "maxLength": 200},
    subscriptionId=_WHOLE,
    attempt={"type": "integer", "minimum": 1, "maximum": 1_000},
    after={"type": "integer", "minimum": 0, "maximum": 1_000_000_000},
    nth=_WHOLE,
    count=_WHOLE,
    probability={"type": "number", "minimum": 0, "maximum": 1},
    seed={"type": "integer", "minimum": -(2**53), "maximum": 2**53},
    copies={"type": "integer", "minimum": 1, "maximum": _MAX_COPIES},
    seconds={"type": "number", "minimum": 0, "maximum": 366 * 86_400},
).also(
    dependentSchemas={
        "seconds": {
            "properties": {"fault": {"enum": list(DEFAULT_SECONDS)}},
            "if": {"properties": {"fault": {"const": "SLOW_ANSWER"}}},
            "then": {"properties": {"seconds": {"maximum": _MAX_REAL_SECONDS}}},
        }
    }
)
"""The body that adds a rule."""


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    here = _DeliveryFaults(control)
    return [
        Route("/webhooks/faults", here.listed),
        Route("/webhooks/faults", here.add, methods=["POST"]),
        Route("/webhooks/faults", here.heal, methods=["DELETE"]),
        Route("/webhooks/faults/{id}", here.one),
        Route("/webhooks/faults/{id}", here.remove, methods=["DELETE"]),
    ]


class _DeliveryFaults:
    """The handlers, for the workspace that each request names."""

    def __init__(self, control: AdminContext) -> None:
        self._control = control

    async def listed(self, request: Request) -> Response:
        return listing(faults=map(_shown, list(self._control.workspace(request).faults.deliveries)))

    async def one(self, request: Request) -> Response:
        return answer(_shown(self._found(request)))

    async def add(self, request: Request) -> Response:
        """A new rule. The seed of its draws is the workspace's unless it has its own."""
        asked = await self._control.body(request, NEW_DELIVERY_FAULT)
        workspace = self._control.workspace(request)
        if asked["fault"] in SIGNED_ONLY and self._control.settings.sign != "standard":
            what = f"{asked['fault']} is about signatures, and this server signs nothing; start it with --sign standard"
            raise ControlRefused(409, what, pointer="/fault")
        if "seconds" in asked:
            _check_seconds(asked["fault"], asked["seconds"])
        if len(workspace.faults.deliveries) >= _MAX_RULES_PER_WORKSPACE:
            raise ControlRefused(429, f"a workspace has at most {_MAX_RULES_PER_WORKSPACE} rules")
        seed = asked.pop("seed", workspace.plan.seed)
        subscription = asked.pop("subscriptionId", None)
        rule = workspace.faults.deliveries.add(seed, subscription=subscription, **asked)
        return answer(_shown(rule), 201)

    async def remove(self, request: Request) -> Response:
        await self._control.body(request, NOTHING)
        rule = self._found(request)
        self._control.workspace(request).faults.deliveries.remove(rule.id)
        return answer({"removed": [rule.id]})

    async def heal(self, request: Request) -> Response:
        """No delivery of this workspace is struck any more; one that is held back still waits for its time."""
        await self._control.body(request, NOTHING)
        return answer({"removed": self._control.workspace(request).faults.deliveries.heal()})

    def _found(self, request: Request) -> DeliveryFaultRule:
        rule = self._control.workspace(request).faults.deliveries.get(request.path_params["id"])
        if rule is None:
            raise ControlRefused(404, "this workspace has no fault of deliveries with this id")
        return rule


def _check_seconds(fault: str, seconds: float) -> None:
    """Refuse a time for a fault that has none, and one that would be waited for too long. Raises ControlRefused."""
    if fault not in DEFAULT_SECONDS:
        raise ControlRefused(400, f"{fault} has no time; {', '.join(DEFAULT_SECONDS)} have one", pointer="/seconds")
    if fault == "SLOW_ANSWER" and seconds > _MAX_REAL_SECONDS:
        raise ControlRefused(400, f"SLOW_ANSWER waits at most {_MAX_REAL_SECONDS} real seconds", pointer="/seconds")


def _shown(rule: DeliveryFaultRule) -> dict[str, Any]:
    about = {"trigger": rule.trigger or None, "subscriptionId": rule.subscription, "attempt": rule.attempt}
    limits = {"after": rule.after, "nth": rule.nth, "count": rule.count, "probability": rule.probability}
    how = {"copies": rule.copies, "seconds": rule.seconds, "seed": rule.seed}
    counted = {"matches": rule.matches.total(), "strikes": rule.struck.total()}
    return {"id": rule.id, "fault": rule.fault, **about, **limits, **how, **counted}
