"""The end of workspaces that were made for a while: once that is over, they are removed."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from mock_server.errors import StorageUnavailable
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.workspaces.workspace import DEFAULT, Workspace, Workspaces
from mock_server.world.clock import wall_time

log = logging.getLogger("mock_server")

LANDING_SECONDS = 1.0
"""The time that a delivery on the wire gets to end; then its receiver alone knows of it."""
_LOOK_SECONDS = 1.0


async def remove_workspace(workspaces: Workspaces, dispatcher: Dispatcher, workspace: Workspace) -> None:
    """Remove a workspace with all that is in it. Raises StorageUnavailable."""
    workspaces.remove(workspace)
    dispatcher.listeners.removed(workspace)
    await dispatcher.drain(workspace, LANDING_SECONDS)


def expired(workspaces: Workspaces, now: datetime) -> Sequence[Workspace]:
    """The workspaces whose time is over; the default one has no end."""
    ends = [(workspace, workspace.origin.terms.expires) for workspace in workspaces if workspace.id != DEFAULT]
    return [workspace for workspace, end in ends if end is not None and end <= now]


async def remove_expired(workspaces: Workspaces, dispatcher: Dispatcher) -> None:
    """Remove each workspace soon after its time is over, for as long as the server lives."""
    while True:
        for workspace in expired(workspaces, wall_time()):
            if workspaces.get(workspace.id) is workspace:  # it may have been removed meanwhile
                await _remove(workspaces, dispatcher, workspace)
        await asyncio.sleep(_LOOK_SECONDS)


async def _remove(workspaces: Workspaces, dispatcher: Dispatcher, workspace: Workspace) -> None:
    try:
        await remove_workspace(workspaces, dispatcher, workspace)
        log.info("workspace %s has expired, and was removed", workspace.id)
    except StorageUnavailable as fault:  # it is tried again at the next look
        log.debug("workspace %s has expired, and is still there: %s", workspace.id, fault)
