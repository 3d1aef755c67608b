"""``/__admin/openapi``: the control plane's own OpenAPI document.

Its words, answers and examples are written in ``control_plane.yaml``. The schemas of the bodies come from the routes,
which check requests with them, so that the document cannot say anything else.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_server import __version__
from mock_server.admin import mapping_schema
from mock_server.admin.context import AdminContext, JsonBody, answer
from mock_server.admin.routes import (
    clock,
    deliveries,
    delivery_faults,
    evolution,
    faults,
    inbox,
    listeners,
    records,
    requests,
    scenarios,
    simulate,
    snapshots,
    verify,
    webhooks,
    workspaces,
)
from mock_server.admin.snapshot_import import SNAPSHOT_FILE
from mock_server.errors import SettingsError
from mock_server.support.bounded_files import read_file
from mock_server.support.condition import in_a_thread

_FILE = Path(__file__).parent.parent / "control_plane.yaml"

BODIES: Mapping[str, JsonBody] = {
    "NewWorkspace": workspaces.NEW_WORKSPACE,
    "ManyRecords": records.MANY_RECORDS,
    "OwnRecord": records.RECORD,
    "RequestPattern": requests.REQUEST_PATTERN,
    "Verification": verify.VERIFICATION,
    "ClockTime": clock.CLOCK_TIME,
    "ClockAdvance": clock.CLOCK_ADVANCE,
    "NewFault": faults.NEW_FAULT,
    "NewMapping": mapping_schema.NEW_MAPPING,
    "ManyMappings": mapping_schema.MANY_MAPPINGS,
    "Evolve": evolution.EVOLVE,
    "ScenarioState": scenarios.SCENARIO_STATE,
    "Simulation": simulate.SIMULATION,
    "NewSnapshot": snapshots.NEW_SNAPSHOT,
    "Fork": snapshots.FORK,
    "SnapshotFile": SNAPSHOT_FILE,
    "OwnEvent": webhooks.OWN_EVENT,
    "Rotation": webhooks.ROTATION,
    "Again": deliveries.AGAIN,
    "ManyAgain": deliveries.MANY_AGAIN,
    "Drain": deliveries.DRAIN,
    "NewDeliveryFault": delivery_faults.NEW_DELIVERY_FAULT,
    "NewListener": listeners.NEW_LISTENER,
    "InboxAnswer": inbox.INBOX_ANSWER,
    "Expectation": inbox.EXPECTATION,
}
"""The bodies that routes take, by the name of their schema in the document."""


def control_document() -> dict[str, Any]:
    """The whole document. Reading it takes about a tenth of a second."""
    document: dict[str, Any] = read_file(_FILE, SettingsError, ours=True)
    document["info"]["version"] = __version__
    document["components"]["schemas"] |= {name: body.schema for name, body in BODIES.items()}
    return document


def routes(control: AdminContext) -> list[Route]:
    """The routes."""
    kept: list[dict[str, Any]] = []

    async def show(request: Request) -> Response:
        """The document. It is read when somebody asks for it first."""
        if not kept:
            kept.append(await in_a_thread(control_document))
        return answer(kept[0])

    return [Route("/openapi", show)]
