"""The workspaces that this replica owns, and where the others are.

A workspace is taken when somebody asks for it and no living replica owns it. It is given away when this replica has
more to do than the others, or when another replica cannot reach this one.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress

from mock_server.cluster.directory import Directory
from mock_server.cluster.load import Loads
from mock_server.cluster.memory.keeper import MemoryKeeper
from mock_server.cluster.memory.part import Part
from mock_server.cluster.memory.retired import RetiredCoverage
from mock_server.cluster.request_subject import Subject
from mock_server.cluster.visits import Unsettled, Unusable, Visits
from mock_server.errors import StateError
from mock_server.store.postgres_owners import OwnWorkspace, Replica
from mock_server.store.replica_log import ReplicaLog
from mock_server.webhooks.dispatcher import Dispatcher
from mock_server.workspaces.workspace import DEFAULT, Workspace, Workspaces

log = logging.getLogger("mock_server")

_ALL = 10_000
_MOMENT = 0.01  # seconds in which a workspace leaves
_ENDING_SECONDS = 0.5
"""How long a workspace that is to go waits for its requests; one with a stream or a long poll stays."""
_LOOKS_OF_A_SEARCH = 5
"""Workspaces without an owner are looked for when a replica has gone, and else so seldom: that is the dearest look."""
_TAKEN_AT_ONCE = 20
"""How many workspaces without an owner are looked for in each round."""


class Ownership:
    """Works on the event loop of the server; the database is asked in threads. Raises StateError if it is away."""

    def __init__(self, kept: ReplicaLog, workspaces: Workspaces, dispatcher: Dispatcher, parts: Sequence[Part]) -> None:
        self._log = kept
        self._workspaces = workspaces
        self._dispatcher = dispatcher
        self.server = kept.owners.server
        self.is_closing = False
        """True once this replica stops: it takes no workspace any more."""
        self.directory = Directory(kept.owners)
        self.memory = MemoryKeeper(kept, workspaces, parts, self._is_idle)
        self._retired = RetiredCoverage(kept.memory, workspaces)
        self._leaving: set[str] = set()
        self._taking: dict[str, asyncio.Task[None]] = {}
        self._unusable: set[str] = set()
        self._looks = 0
        self._loads = Loads()
        self._visits = Visits(self._loads)

    async def entered(self, workspace: str | None, *, opens: bool) -> ExitStack:
        """Keep a workspace here for a request, until the result is closed. Raises Unsettled if it is not here any more.

        If the request ``opens`` the workspace, it may leave something in memory, and the database knows that before.
        """
        with ExitStack() as visit:
            visit.enter_context(self._visits.visited(workspace))
            if workspace is not None and opens:
                await self.memory.open(workspace)
                if self._workspaces.get(workspace) is None:
                    raise Unsettled
            return visit.pop_all()

    def is_here(self, workspace: str | None) -> bool:
        """Tell whether a request about a workspace can be served here now; None is about no workspace."""
        if workspace is None:
            return True
        return self._workspaces.get(workspace) is not None and workspace not in self._leaving

    async def workspace(self, subject: Subject) -> str | None:
        """Find the id of the workspace that a request is about; None if there is none that it could be about."""
        if subject.workspace is not None:
            return subject.workspace
        found = [id for key in subject.keys if (id := await self._opened_by(key)) is not None]
        return next((id for id in found if id != DEFAULT), found[0] if found else subject.otherwise)

    async def _opened_by(self, key: str) -> str | None:
        if (workspace := self._workspaces.by_digest(key)) is not None:
            return workspace.id
        return self._workspaces.given(key) or await self.directory.opened_by(key)

    async def owner(self, workspace: str) -> Replica | None:
        """Find the other replica that owns a workspace; None if this one does now, or if the workspace is nowhere.

        Raises Unsettled and Unusable.
        """
        place = await self.directory.find(workspace)
        if place is None:
            return None
        if place.owner is not None and place.owner.server != self.server:
            return place.owner
        if self.is_closing and self.directory.others:
            return min(self.directory.others, key=lambda each: each.load)
        await self.take(workspace)
        if not self.is_here(workspace):
            raise Unsettled
        return None

    def quietest(self) -> Replica | None:
        """Choose the replica for a new workspace; None if that is this one."""
        return self._loads.quietest(self.server, self.directory.replicas, own=self._load())

    async def take(self, workspace: str) -> None:
        """Own a workspace that is free, and serve it. Raises Unusable."""
        if self.is_closing or workspace in self._leaving or self._workspaces.get(workspace) is not None:
            return
        if (task := self._taking.get(workspace)) is None:
            task = self._taking[workspace] = asyncio.create_task(self._take(workspace))
            task.add_done_callback(lambda _: self._taking.pop(workspace))
        await asyncio.shield(task)  # a client that goes away does not stop it for the others

    async def _take(self, id: str) -> None:
        taken = await asyncio.to_thread(self._log.take, id)
        if taken is None:
            return
        saved, forgot = taken
        found = await asyncio.to_thread(self._workspaces.restored, saved)
        try:
            workspace = self._workspaces.unpacked(saved, found)
        except StateError as fault:
            self._unusable.add(id)
            log.error("%s", fault)
            raise Unusable(str(fault)) from None
        if not await self.memory.load(workspace) or forgot:
            workspace.journal.begin_after_a_move()
        self._workspaces.take_in(workspace)
        self.directory.forget(id)
        self._dispatcher.wake(workspace)
        self._dispatcher.listeners.await_back(workspace)

    async def take_free(self, most: int) -> bool:
        """Own workspaces that no living replica owns, so that their deliveries are made and their clocks go on.

        Return whether there may be more.
        """
        free = await asyncio.to_thread(self._log.owners.free, most)
        for workspace in free:
            with suppress(Unusable):
                await self.take(workspace)
        return len(free) == most

    async def take_all(self) -> None:
        """Serve everything that this replica owns or that is free, so that it can tell of all its workspaces."""
        while self._leaving:
            await asyncio.sleep(_MOMENT)
        await self._take_given(await asyncio.to_thread(self._log.owners.own))
        await self.take_free(_ALL)

    async def changes(self) -> tuple[int, int]:
        """Read two numbers that change whenever a workspace is made or removed, or gets another owner."""
        return await asyncio.to_thread(self._log.owners.changes)

    async def look(self) -> None:
        """Compare with the database: who lives, what is owned, who has more to do than others."""
        before = self._log.epochs
        own = await asyncio.to_thread(self._log.owners.own)
        for workspace in list(self._workspaces):
            is_lost = workspace.id in before and before[workspace.id] == self._log.epochs.get(workspace.id)
            if is_lost and (workspace.id not in own or own[workspace.id].epoch != before[workspace.id]):
                log.error("workspace %s was taken by another replica", workspace.id)
                self._drop(workspace)
        self._loads.fade()
        self._log.lease.load = self._load()
        if self.is_closing:
            return
        await self._take_given(own)
        for id, (_, wanted_by) in own.items():
            if wanted_by is not None:
                await self.give(id, wanted_by)
        await self._balance()
        await self._retired.store()
        self._looks += 1
        if self.directory.has_lost_one or self._looks % _LOOKS_OF_A_SEARCH == 1:
            self.directory.has_lost_one = await self.take_free(_TAKEN_AT_ONCE)
            await self._retired.take_over()

    async def _take_given(self, own: Mapping[str, OwnWorkspace]) -> None:
        """Load what others have given to this replica."""
        for id in own:
            if self._workspaces.get(id) is None and id not in self._unusable:
                with suppress(Unusable):
                    await self.take(id)

    async def want(self, workspace: str) -> None:
        """Ask for a workspace whose owner lives, but cannot be reached from here."""
        await asyncio.to_thread(self._log.owners.want, workspace)

    async def _balance(self) -> None:
        movable = (each for each in self._workspaces if self._is_idle(each) and each.faults.before is None)
        idle = [(self._loads.of(each.id), each.id) for each in movable]
        for id, to in self._loads.moves(self.server, self.directory.replicas, own=self._load(), idle=idle):
            await self.give(id, to)

    async def give(self, id: str, to: int) -> None:
        """Give a workspace to another replica. New requests wait, and those that are served now get a moment to end."""
        workspace = self._workspaces.get(id)
        alive = any(each.server == to for each in self.directory.others)
        if workspace is None or not alive or id in self._leaving:
            return
        self._leaving.add(id)
        try:
            if await self._is_soon_idle(workspace) and await self.memory.hand_over([id]) and self._is_idle(workspace):
                self._drop(workspace)
                await asyncio.to_thread(self._log.owners.give, id, to)
        finally:
            self._leaving.discard(id)

    async def _is_soon_idle(self, workspace: Workspace) -> bool:
        """Wait until nobody uses a workspace; False if somebody still does, or if it was removed meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_SECONDS):
                while not self._is_idle(workspace):
                    await asyncio.sleep(_MOMENT)
        return self._is_idle(workspace) and self._workspaces.get(workspace.id) is workspace

    async def leave(self) -> None:
        """Free the workspaces whose memory could be stored; the others are freed by the end of the lease."""
        with suppress(StateError):
            await self._retired.store()
            whole = await self.memory.hand_over([each.id for each in self._workspaces if self._is_idle(each)])
            for id in whole:
                self._log.let_go(id)
            await asyncio.to_thread(self._log.owners.free_whole, whole)

    def _drop(self, workspace: Workspace) -> None:
        """Serve a workspace no more. Whoever still holds it finds nothing in it."""
        self.memory.forget(workspace.id)
        self._log.let_go(workspace.id)
        self._dispatcher.listeners.removed(workspace)
        self._workspaces.let_go(workspace)

    def _is_idle(self, workspace: Workspace) -> bool:
        commits = self._workspaces.commits
        pending = commits is not None and commits.pending(workspace.id) is not None
        return not (workspace.id in self._visits or pending or self._dispatcher.working(workspace))

    def _load(self) -> float:
        return self._loads.total(workspace.id for workspace in self._workspaces)
