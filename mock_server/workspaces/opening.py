"""Open the workspaces that a server starts with: those that its log kept, and the default one."""

import logging
from contextlib import suppress
from datetime import datetime

from mock_server.config.given_secrets import given_key
from mock_server.config.settings import LOCAL_KEY, Settings
from mock_server.errors import NameTaken, Problem, SettingsError, WorldError
from mock_server.spec.contract import Contract
from mock_server.store.base import Log
from mock_server.store.shared_log import SharedLog
from mock_server.workspaces.plan import WorldPlan
from mock_server.workspaces.snapshots import Check
from mock_server.workspaces.workspace import DEFAULT, Workspaces
from mock_server.world.clock import clock_time
from mock_server.world.ids import secret
from mock_server.world.recipe import Recipe, load_recipe

log = logging.getLogger("mock_server")


def open_workspaces(settings: Settings, contract: Contract, kept: Log, mistake: Check) -> tuple[Workspaces, str]:
    """The workspaces that the log kept, the default one among them, and the key that opens it.

    The well-known key is for loopback only; on any other bind a random one is minted at each start. ``mistake``
    looks at records of a person's own. Raises SetupError.
    """
    workspaces = Workspaces(contract, kept, settings.journal_size)
    workspaces.restore(mistake)
    default = workspaces.get(DEFAULT)
    if isinstance(kept, SharedLog) and kept.has(DEFAULT):
        pass  # another server has made it, and it is loaded when somebody asks for it
    elif default is None:
        enforced = settings.rate_limit != "observe"
        limit = 0 if contract.foreign and not enforced else settings.limit  # 60 a minute are the vendor's
        plan = WorldPlan(load_recipe(settings.world), settings.seed, _start(settings), limit, enforced)
        with suppress(NameTaken):  # another server was quicker
            workspaces.create(DEFAULT, plan, keys=())
    else:
        _warn_of_another_world(settings, default.plan)
    key = LOCAL_KEY if settings.loopback else given_key() or f"sk_test_mock_{secret()}"
    workspaces.open_with(DEFAULT, key)
    return workspaces, key


def _warn_of_another_world(settings: Settings, plan: WorldPlan) -> None:
    """Say when a state file holds something else than what is asked for; a file's recipe may have changed since."""
    if (settings.world, settings.seed) == (Settings.world, Settings.seed):
        return
    try:
        asked: Recipe | None = load_recipe(settings.world)
    except WorldError:
        asked = None
    if (asked, settings.seed) != (plan.recipe, plan.seed):
        what = "%s holds world %s, seed %d: --world and --seed are for a new file"
        log.warning(what, settings.state, plan.recipe.name, plan.seed)


def _start(settings: Settings) -> datetime | None:
    try:
        return clock_time(settings.now) if settings.now else None
    except ValueError as fault:
        raise SettingsError(Problem("--now", str(fault))) from None
