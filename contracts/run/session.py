"""A run on its target. It can be used inside its ``with`` only: before, nobody knows what the target is."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import TracebackType

from contracts.errors import CannotRun, RunStopped
from contracts.real_host.write_session import WriteSession
from contracts.run.coverage import Coverage
from contracts.run.events import EventStream, ExchangeMade, RunFinished, RunPaused, Subscriber
from contracts.run.greeting import greet
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.runner import Run
from contracts.scenarios.client import ScenarioClient
from contracts.transport.guard import Guard
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words
from contracts.transport.pacing import Pace


class RunSession:
    """Greets the target on entering, and on leaving takes away what the run made, however it ended.

    ``result`` is complete after that. ``reroutes`` are those of the transport. Without ``second_tenant`` the second
    organization is made when a scenario is asked for that needs it.
    """

    def __init__(
        self,
        plan: RunPlan,
        *,
        pace: Pace | None = None,
        reroutes: Mapping[str, str] | None = None,
        subscribers: Iterable[Subscriber] = (),
        second_tenant: bool = True,
    ) -> None:
        pace = pace or (Pace(plan.target.key) if plan.paced else None)
        self._writing = WriteSession.permitted(plan.writes, plan.options.permission, pace)
        deadline = time.monotonic() + plan.options.max_time if plan.options.max_time else None
        guard = Guard(plan.policy(self._writing.gate if self._writing else None, deadline), pace)
        coverage = Coverage(plan.contract, plan.target.key)
        self.plan = plan
        self.result = RunResult(plan.target, plan.mode, plan.options.seed, coverage)
        self._events = EventStream(subscribers)
        self._second_tenant = second_tenant
        self._run = Run(plan, Transport(guard, reroutes), self._writing, self._events, self.result)
        self._began = 0.0
        guard.announce_with(lambda reason: self._events.emit(RunPaused(reason)))
        guard.listen(coverage.seen)
        guard.listen(lambda exchange: self._events.emit(ExchangeMade(exchange)))

    def subscribe(self, subscriber: Subscriber) -> None:
        """Pass every event of the run to ``subscriber``."""
        self._events.subscribe(subscriber)

    def interrupt(self) -> None:
        """Let nothing more through. Called from the handler of a signal."""
        self._run.guard.interrupt()

    def __enter__(self) -> Run:
        """Greet the target. Raises CannotRun when nobody answers, RunStopped when it wants peace."""
        if self._began:
            raise RuntimeError("a session is entered once: make another one of the plan")
        self._began = time.monotonic()
        run = self._run
        try:
            run.set_target(greet(run.client, self.plan.safe.greeting))
            if self._writing:
                self._writing.permit(run.client)
            if self._second_tenant:
                run.create_second_tenant()
        except CannotRun:
            self._clean_up()
            raise
        except BaseException as fault:
            self._end(fault)
            raise
        return run

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(fault)

    def _end(self, fault: BaseException | None) -> None:
        guard, stopped = self._run.guard, fault if isinstance(fault, RunStopped) else None
        if isinstance(fault, KeyboardInterrupt):
            guard.interrupt()
        try:
            if guard.stopped is None:
                self._run.delete_second_tenant()
        except RunStopped as stop:
            stopped = stopped or stop
        except NETWORK_ERRORS as lost:
            self.result.notes.append(f"the second organization may be left: {in_words(lost)}")
        except KeyboardInterrupt:
            guard.interrupt()
        if stopped is not None:
            self.result.stopped = "" if stopped.spent else stopped.reason
            self.result.notes.append(stopped.reason)
        self._clean_up()
        # What was stopped is judged by all that it should have seen; what was left out on purpose, by what it saw.
        whole = not guard.interrupted and (stopped is not None or set(self._run.scenarios) <= self._run.done)
        self._run.conclude(time.monotonic() - self._began, whole=whole)
        guard.stopped = guard.stopped or RunStopped("the session is over")  # nothing passes after it
        self._events.emit(RunFinished(self.result))

    def _clean_up(self) -> None:
        """Take away what the run wrote to a real host: with a guard of its own, at the same pace."""
        if self._writing is None:
            return
        run = self._run
        guard = Guard(replace(run.guard.policy, budget=None, deadline=None, burst=0), run.guard.pace)
        try:
            left = self._writing.clean_up(ScenarioClient(run.contract, run.target, run.transport.under(guard)))
        except KeyboardInterrupt:  # the second one: somebody cannot wait
            run.guard.interrupt()
            left = f"records may be left → {self._writing.remedy}" if self._writing.remedy else ""
        run.guard.sent += guard.sent
        if left:
            self.result.notes.append(left)
            self.result.stopped = left


def make_run(session: RunSession) -> RunResult:
    """Make a whole run; return its result, also of one that was stopped or interrupted. Raises CannotRun."""
    with suppress(RunStopped, KeyboardInterrupt), session as run:
        run.run_all()
    return session.result
