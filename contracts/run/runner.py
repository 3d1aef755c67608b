"""One run from its options to its outcome: target, guard, scenarios, engine, and what it all says."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from contracts import schemathesis_engine
from contracts.errors import RunStopped, SuiteError
from contracts.options.generation_depth import QUICK, GenerationDepth
from contracts.options.options import BUDGET, Options
from contracts.options.selection import Selection
from contracts.real_host.run_plan import BURST, TOPICS, SafeRunPlan, wanted
from contracts.real_host.write_session import allowed
from contracts.rules.rule import Finding
from contracts.run import checked_rules
from contracts.run.coverage import Coverage
from contracts.run.greeting import greet
from contracts.run.outcome import RunObserver, RunResult
from contracts.run.verdict import accept, shortcomings, unreadable
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.plan import all_scenarios
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.second_tenant import SecondTenant
from contracts.scenarios.skipped import ScenarioSkipped, Skipped, SkipReason
from contracts.spec.document import Contract, Document
from contracts.spec.samples import CannotSample
from contracts.transport.guard import Guard, Mode, Policy
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words
from contracts.transport.pacing import Pace
from contracts.transport.target import Target

_MOST_LOST = 3
_NO_ID = "no operation supplies the id it needs (--id NAME=VALUE)"


class Run:
    """A run on one target."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        options: Options,
        *,
        pace: Pace | None = None,
        reroutes: Mapping[str, str] | None = None,
        watch: RunObserver | None = None,
    ) -> None:
        self.contract, self.target, self.options = contract, target, options
        self.mode = target.mode(options.mode)
        self.watch = watch or RunObserver()
        deadline = time.monotonic() + options.max_time if options.max_time else None
        budget = options.max_requests or (BUDGET if self.mode is Mode.SAFE else None)
        catalogue, limited = Catalogue(contract), options.check_rate_limit
        topics = {scenario.topic for scenario in all_scenarios(contract, on_mock=True)}.union(TOPICS)
        self.selection = Selection(contract, topics, wanted(options, self.mode), options.without)
        if self.mode is Mode.SAFE and (limited or not target.local):
            pace = pace or Pace(target.key)
        self.writing = allowed(options, self.mode, catalogue, self.selection, pace)
        self.left_out = catalogue.left_out
        self.plan = SafeRunPlan(catalogue, target.ids, self.selection, self.writing, limited=limited)
        gate, burst = self.writing.gate if self.writing else None, BURST if limited else 0
        policy = Policy(target.origin, self.mode, target.key, contract, not target.local, budget, deadline, gate, burst)
        self.guard = Guard(policy, pace)
        self.guard.announce_with(self.watch.announce)
        self.transport = Transport(self.guard, reroutes)
        self.coverage = Coverage(contract, target.key)
        self.guard.listen(self.coverage.seen)
        self.client = ScenarioClient(contract, target, self.transport, options.seed)
        self.done: set[str] = set()
        self.cut_short: dict[str, Skipped] = {}
        """Units that were not run to their end, with the reason; they may have found something before."""
        self._second_tenant = SecondTenant()
        self._lost = 0
        self.outcome = RunResult(target, self.mode, options.seed, self.coverage)

    def go(self) -> RunResult:
        """Run to the end, or to an interrupt. Raises CannotRun when there is nothing to talk to."""
        started = time.monotonic()
        try:
            self.greet()
            if self.writing:
                self.writing.permit(self.client)
            self.create_second_tenant()
            self.watch.begin(list(self.scenarios.values()), self.guard, self.coverage)
            for scenario in self.scenarios.values():
                self.run_scenario(scenario)
            self.delete_second_tenant()
        except RunStopped as stop:
            self.outcome.stopped = "" if stop.spent else stop.reason
            self.outcome.notes.append(stop.reason)
        except KeyboardInterrupt:
            self.guard.interrupt()
        finally:
            self.clean_up()
            self.conclude(time.monotonic() - started, whole=not self.guard.interrupted)
        return self.outcome

    def greet(self) -> None:
        """Find out whether somebody is there, and whether it is a mock. Raises CannotRun."""
        self._become(greet(self.client, self.plan.greeting))

    def _become(self, target: Target) -> None:
        self.target = self.client.target = self.outcome.target = target

    def create_second_tenant(self) -> None:
        """On a mock, a second organization for the runs about tenancy."""
        if not self.target.is_mock or self.target.other_key or self.mode is not Mode.FULL:
            return
        self._second_tenant.create(self.client)
        if self._second_tenant.key:
            self._become(replace(self.target, other_key=self._second_tenant.key))
            self.client.show_evidence = self._second_tenant.show_evidence

    def delete_second_tenant(self) -> None:
        """Take the second organization away again."""
        if self.guard.stopped is None:
            self._second_tenant.delete(self.client)

    def clean_up(self) -> None:
        """Take away what the run wrote, however it ended: with a guard of its own, at the same pace."""
        if self.writing is None:
            return
        guard = Guard(replace(self.guard.policy, budget=None, deadline=None, burst=0), self.guard.pace)
        try:
            left = self.writing.clean_up(ScenarioClient(self.contract, self.target, self.transport.under(guard)))
        except KeyboardInterrupt:  # the second one: somebody cannot wait
            self.guard.interrupt()
            left = f"records may be left → {self.writing.remedy}" if self.writing.remedy else ""
        self.guard.sent += guard.sent
        if left:
            self.outcome.notes.append(left)
            self.outcome.stopped = left

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios of this run by name, in order.

        Known only after the greeting, which shows whether the target is a mock.
        """
        if self.mode is Mode.SAFE:
            todo = list(self.plan.scenarios(self.client, self.guard))
        else:
            every = all_scenarios(self.contract, on_mock=self.target.is_mock)
            todo = [
                scenario
                for scenario in every
                if self.selection.includes(scenario.topic, scenario.subject, scenario.also)
            ]
            if self.selection.engine():
                todo += [self._generation(document) for document in self.contract.documents]
        return {scenario.name: scenario for scenario in todo}

    def _generation(self, document: Document) -> Scenario:
        size = self._depth.size * len(document.operations)
        return Scenario("engine", document.name, self._generating(document), size=size)

    @property
    def _depth(self) -> GenerationDepth:
        return QUICK if self.options.quick else self.options.depth

    def _generating(self, document: Document) -> Callable[[ScenarioClient], None]:
        def generate(client: ScenarioClient) -> None:
            progress = schemathesis_engine.Progress(self._engine_found, self.outcome.notes.append, phase)
            seed, wanted = self.options.seed, {o.key for o in document.operations if self.selection.operation(o)}
            if wanted:
                link = self.contract, self.target, self.transport, progress
                schemathesis_engine.run(document, *link, depth=self._depth, seed=seed, wanted=wanted)
            if self.guard.stopped is not None:
                raise self.guard.stopped

        def phase(name: str) -> None:
            self.watch.step(f"engine[{document.name}]", name)

        return generate

    def _engine_found(self, finding: Finding) -> None:
        if finding.key not in self.client.findings:
            self.client.add(finding)

    def run_scenario(self, scenario: Scenario) -> list[Finding]:
        """Run one scenario; what it found. Raises RunStopped."""
        self.watch.step(scenario.name)
        self.done.add(scenario.name)
        self.cut_short.pop(scenario.name, None)
        known, before = self.client.findings, set(self.client.findings)
        try:
            reason = self._attempt(scenario)
        finally:
            for key in known.keys() - before:
                known[key] = replace(known[key], scenario=scenario.name)
        new = [finding for key, finding in known.items() if key not in before]
        if reason:
            self.cut_short[scenario.name] = reason
        if reason and not new:
            self.outcome.not_run[scenario.name] = reason
            return []
        for finding in new:
            self.watch.found(finding)
        (self.outcome.failed if new else self.outcome.passed).append(scenario.name)
        counted = [finding for finding in new if not self.options.baseline.accepts(finding)]
        if self.options.fail_fast and any(finding.breaks(self.target.is_mock) for finding in counted):
            raise RunStopped("a rule was broken, and --fail-fast was given", spent=True)
        return new

    def _attempt(self, scenario: Scenario) -> Skipped | None:
        """The reason why a scenario could not be run to its end; None when it was."""
        try:
            scenario.run(self.client)
        except ScenarioSkipped as reason:
            return reason.skipped
        except CannotSample as reason:
            return Skipped(SkipReason.OTHER, str(reason))
        except NETWORK_ERRORS as fault:
            self._lost += 1
            if self._lost >= _MOST_LOST:
                raise RunStopped(
                    f"{SkipReason.LOST} in {_MOST_LOST} runs one after the other: {in_words(fault)}"
                ) from None
            return Skipped(SkipReason.LOST, f"{SkipReason.LOST}: {in_words(fault)}")
        except SuiteError:
            raise
        except Exception as fault:  # an answer may be odd in any way: the run is told of as not run, the others go on
            return unreadable(fault)
        self._lost = 0
        return None

    def conclude(self, seconds: float, *, whole: bool = True) -> None:
        """Count up what was found, and whether it proves anything; of a run that is not ``whole``, only so far."""
        outcome, outcome.interrupted = self.outcome, self.guard.interrupted
        if self.mode is Mode.SAFE:
            for operation in self.plan.unreached:
                outcome.not_run[operation.key] = Skipped(SkipReason.NO_ID, _NO_ID)
        else:
            outcome.not_run |= self.left_out
        outcome.findings = [
            f for f in self.client.findings.values() if self.selection.finding(f.rule.name, f.operation)
        ]
        outcome.notes += [note for note in self.client.notes if note not in outcome.notes]
        outcome.not_run = {
            name: replace(why, detail=self.client.mask(why.detail)) for name, why in outcome.not_run.items()
        }
        outcome.requests, outcome.refused, outcome.seconds = self.guard.sent, self.guard.refused, seconds
        outcome.vacuous = list(shortcomings(outcome, self.contract, self.selection, self.options, whole=whole))
        accept(outcome, self.options.baseline, whole=self.selection.everything)
        outcome.rules = checked_rules.of_run(self.scenarios, outcome, self.selection)
