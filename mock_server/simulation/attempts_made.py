"""The delivery attempts that were made while a clock moved."""

from collections.abc import Mapping
from typing import Any

from mock_server.webhooks import outbox
from mock_server.workspaces.workspace import Workspace


def attempts_made(workspace: Workspace) -> dict[Any, int]:
    """Count the attempts at each delivery so far."""
    return {row.id: len(row.record["attempts"]) for row in workspace.state.rows(outbox.KIND)}


def attempts_since(workspace: Workspace, before: Mapping[Any, int], at: str) -> list[Mapping[str, Any]]:
    """List the attempts that were made since the count, as events of the move ``at`` this time."""
    return [
        {
            "at": at,
            "what": "delivery attempted",
            "deliveryId": row.id,
            "trigger": row.record["trigger"],
            "attempt": attempt["number"],
            "status": attempt["status"],
        }
        for row in workspace.state.rows(outbox.KIND)
        for attempt in row.record["attempts"][before.get(row.id, 0) :]
    ]
