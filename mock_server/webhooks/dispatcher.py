"""Deliver what is owed: in order and one at a time for each subscription, all subscriptions at once."""

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mock_server.config.settings import Settings
from mock_server.errors import StorageUnavailable
from mock_server.store.base import Row
from mock_server.store.state import Transaction, WorkspaceState
from mock_server.stubbing.delivery_faults import DeliveryStrike
from mock_server.webhooks import certificates, egress_policy, outbox, retry_schedule
from mock_server.webhooks import subscriptions as subscription
from mock_server.webhooks.attempt_feed import AttemptFeed
from mock_server.webhooks.attempt_sender import AttemptSender
from mock_server.webhooks.attempt_writer import AttemptWriter
from mock_server.webhooks.delivery_queue import DeliveryQueue
from mock_server.webhooks.held_deliveries import HeldDeliveries
from mock_server.webhooks.listeners import Listeners
from mock_server.webhooks.name_lookups import NameLookups
from mock_server.webhooks.outcome import Outcome, unsent
from mock_server.webhooks.secrets import SigningSecrets
from mock_server.webhooks.subscription_endings import SubscriptionEndings
from mock_server.workspaces.workspace import Workspace, Workspaces
from mock_server.world.clock import parse

if TYPE_CHECKING:  # its library takes a quarter of a second to load
    from mock_server.webhooks.egress_client import EgressClient

log = logging.getLogger("mock_server")

Queue = tuple[str, int]  # workspace, subscription

_MAX_TIMER_SECONDS = 3600.0
_AFTER_FAULT = 5.0
"""Seconds until the next try with a subscription whose deliveries could not be stored, as on a full disk."""


class Dispatcher:
    """Makes deliveries on one event loop. ``wake`` it when one may be due; ``close`` returns unfinished ones.

    A delivery is stored after it was made: a crash in between makes it again, with the same id. Raises SettingsError.
    """

    grace = 3.0
    """Seconds that deliveries in flight have to end once the server stops."""

    def __init__(self, workspaces: Workspaces, settings: Settings) -> None:
        self._workspaces = workspaces
        self._settings = settings
        self._recorder = AttemptWriter(workspaces, retry_schedule.parse(settings.retries))
        self._allowed = egress_policy.hosts(settings.allow_egress)
        self._trusted = certificates.trusting_settings(settings)
        self._held = HeldDeliveries(workspaces)
        self._lookups = NameLookups()
        self._gate: EgressClient | None = None
        self._loading = asyncio.Lock()
        self._preparing: asyncio.Task[Any] | None = None
        # By state and subscription: gone with the state when a workspace is reset or removed.
        self._backlogs: WeakKeyDictionary[WorkspaceState, dict[int, DeliveryQueue]] = WeakKeyDictionary()
        self._workers: dict[Queue, asyncio.Task[None]] = {}
        self._timers: dict[Queue, asyncio.TimerHandle] = {}
        self._endings = SubscriptionEndings(workspaces, self.wake)
        self.closing = False
        self.secrets = SigningSecrets(settings)
        self._sender = AttemptSender(workspaces.contract, settings, self.secrets)
        self.news = AttemptFeed()
        self.listeners = Listeners(workspaces, self.news)
        workspaces.on_commit(self.committed)

    def committed(self, workspace: Workspace, tx: Transaction) -> None:
        """Take over the deliveries that a transaction owes; without a running loop they wait."""
        changes = tx.changes()
        kinds = {it.kind for it in changes}
        if subscription.KIND in kinds:
            self._prepare()
            self.listeners.changed(workspace)
        if outbox.ENDING in kinds and _on_a_loop():
            self._endings.start(workspace)
        if outbox.KIND not in kinds:
            return
        owed = [it.row for it in changes if it.kind == outbox.KIND and it.row and it.row.record["queue"]]
        try:
            known = self._backlogs.get(workspace.state, {})
            for row in owed:
                if row.record["queue"] in known:
                    known[row.record["queue"]].add(row)
            if _on_a_loop():
                for id in {row.record["queue"] for row in owed}:
                    self._start(workspace, (workspace.id, id))
        except Exception:  # whatever it was, it is raised again
            self._backlogs.clear()  # a row may be missing there: they are made from the outbox again
            raise

    def wake(self, workspace: Workspace) -> None:
        """Look at every subscription of a workspace, for example after its clock was moved. Called on the loop."""
        self._endings.start(workspace)
        for row in list(workspace.state.rows(subscription.KIND)):
            self._prepare()
            self._start(workspace, (workspace.id, int(row.id)))

    def wake_all(self) -> None:
        """After a start, continue with deliveries that were pending or in flight."""
        for workspace in self._workspaces:
            self.wake(workspace)
            self.listeners.await_back(workspace)

    async def drain(self, workspace: Workspace, timeout: float) -> bool:
        """Wait until nothing due is owed and nothing is in flight; False if ``timeout`` came first.

        It does not wait for retries at a later time of the workspace's clock: move the clock.
        """
        self.wake(workspace)
        try:
            async with asyncio.timeout(timeout):
                while tasks := self.working(workspace):
                    await asyncio.wait(tasks)
        except TimeoutError:
            return False
        return True

    def working(self, workspace: Workspace) -> list[asyncio.Task[None]]:
        """List the tasks that make or cancel deliveries of a workspace at this moment."""
        return self._endings.of(workspace) + [task for it, task in self._workers.items() if it[0] == workspace.id]

    async def refusal_reason(self, url: str) -> str:
        """The reason why nothing will be posted to a URL, as far as it is known beforehand; empty if it may be."""
        gate = self._gate or await self._opened()
        return str(await gate.refusal_reason(url))

    async def close(self) -> None:
        """Let deliveries in flight end within ``grace``; the rest stays owed. No new one is begun."""
        self.closing = True
        self.news.end()
        self.listeners.close()
        for timer in self._timers.values():
            timer.cancel()
        await self._endings.close()
        self._lookups.give_up()  # nothing of their deliveries was sent
        if self._workers:
            _, late = await asyncio.wait(self._workers.values(), timeout=self.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._preparing is not None:
            await asyncio.wait([self._preparing])
        if self._gate is not None:
            await self._gate.close()

    def _start(self, workspace: Workspace, queue: Queue) -> None:
        """Start a worker for a subscription with a due delivery, or a timer for one with a later delivery."""
        if self.closing or queue in self._workers:
            return
        if self._next(workspace, queue):
            self._workers[queue] = asyncio.get_running_loop().create_task(self._work(workspace, queue))
        else:
            self._set_timer(workspace, queue)

    async def _work(self, workspace: Workspace, queue: Queue) -> None:
        fault = False
        try:
            while not self.closing and (row := self._next(workspace, queue)):
                if await self._recorder.is_durable(workspace, row):
                    await self._deliver(workspace, row)
        except StorageUnavailable as unkept:
            fault = True
            log.error("the webhooks of subscription %s are held for %g s: %s", queue[1], _AFTER_FAULT, unkept)
        except Exception:  # a bug of ours holds this subscription for a while, and no other
            fault = True
            log.exception("the webhooks of subscription %s are held for %g s", queue[1], _AFTER_FAULT)
        finally:
            # No await from the last look to here, so nothing that became due in between is overlooked.
            del self._workers[queue]
            if not self.closing:
                self._set_timer(workspace, queue, _AFTER_FAULT if fault else None)

    async def _deliver(self, workspace: Workspace, row: Row) -> None:
        state, strike = workspace.state, self._held.strike(workspace, row)
        if await self._held.hold(workspace, row, strike):
            return
        try:
            outcome = await self._posted(workspace, row, strike)
        except Exception as fault:  # a bug of ours must not hold what is owed after it
            log.exception("webhook %s could not be sent", row.id)
            outcome = unsent(f"it could not be sent: {type(fault).__name__}")
        await self._recorder.keep(workspace, state, row, outcome)
        if workspace.state is state:  # it was not reset, restored or removed meanwhile
            self.news.publish(workspace, row.record, outcome.posts)
            await self._held.release(workspace, row)

    async def _posted(self, workspace: Workspace, row: Row, strike: DeliveryStrike | None) -> Outcome:
        gate = self._gate or await self._opened()
        return await self._sender.send(gate, workspace, row, strike)

    def _next(self, workspace: Workspace, queue: Queue) -> Row | None:
        tx = Transaction(workspace.state)  # only to read
        row = tx.get(subscription.KIND, queue[1])
        known = self._backlogs.setdefault(workspace.state, {})
        if row is None:
            known.pop(queue[1], None)
            return None
        if row.record.get("paused") or tx.get(outbox.ENDING, outbox.INHERITED):
            return None
        if queue[1] not in known:
            known[queue[1]] = DeliveryQueue(outbox.queued(tx, queue[1]))
        return known[queue[1]].first(tx, workspace.clock.stamp())

    def _set_timer(self, workspace: Workspace, queue: Queue, seconds: float | None = None) -> None:
        """Look again after so many seconds; else when the next retry is due, if time passes by itself here."""
        timer = self._timers.pop(queue, None)
        if timer is not None:
            timer.cancel()
        backlog = self._backlogs.get(workspace.state, {}).get(queue[1])
        due = backlog.next_due() if backlog and not workspace.clock.frozen else None
        if seconds is None and due is not None:
            seconds = max((parse(due) - workspace.clock.now()).total_seconds(), 0.001)
        if seconds is not None:
            delay = min(seconds, _MAX_TIMER_SECONDS)
            self._timers[queue] = asyncio.get_running_loop().call_later(delay, self._start, workspace, queue)

    def _prepare(self) -> None:
        """Load the outgoing client when somebody subscribes, so that the first delivery does not wait for it."""
        if self._gate is None and self._preparing is None and not self.closing and _on_a_loop():
            self._preparing = asyncio.get_running_loop().create_task(self._opened())

    async def _opened(self) -> "EgressClient":
        """The outgoing client. It is made at its first use, because its library takes a quarter of a second to load."""
        async with self._loading:
            if self._gate is None:
                egress = await asyncio.to_thread(importlib.import_module, "mock_server.webhooks.egress_client")
                self._gate = egress.EgressClient(
                    self._allowed, self._settings.delivery_timeout, self._lookups, self._trusted
                )
        return self._gate


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
