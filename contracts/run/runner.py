"""An open run: its scenarios, what each of them found, and what it all says."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from contracts import schemathesis_engine
from contracts.errors import RunStopped, SuiteError
from contracts.real_host.write_session import WriteSession
from contracts.rules.rule import Finding
from contracts.run import checked_rules
from contracts.run.events import EventStream, FindingFound, ScenarioFinished, ScenariosPlanned, ScenarioStarted
from contracts.run.outcome import RunResult
from contracts.run.run_plan import RunPlan
from contracts.run.verdict import accept, shortcomings, unreadable
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.second_tenant import SecondTenant
from contracts.scenarios.skipped import ScenarioSkipped, Skipped, SkipReason
from contracts.spec.document import Document
from contracts.spec.samples import CannotSample
from contracts.transport.guard import Mode
from contracts.transport.guarded_session import Transport
from contracts.transport.network_errors import NETWORK_ERRORS, in_words
from contracts.transport.target import Target

_MAX_LOST = 3
_NO_ID = "no operation supplies the id it needs (--id NAME=VALUE)"


class Run:
    """An open run: its target has been greeted. ``RunSession`` opens and closes it."""

    def __init__(
        self,
        plan: RunPlan,
        transport: Transport,
        writing: WriteSession | None,
        events: EventStream,
        outcome: RunResult,
    ) -> None:
        self.plan, self.contract, self.options, self.selection = plan, plan.contract, plan.options, plan.selection
        self.mode, self.target = plan.mode, plan.target
        self.transport, self.guard = transport, transport.guard
        self.outcome, self.coverage = outcome, outcome.coverage
        self.client = ScenarioClient(plan.contract, plan.target, transport, plan.options.seed)
        self.done: set[str] = set()
        """Units that were not run to their end, with the reason; they may have found something before."""
        self._writing, self._events = writing, events
        self._second_tenant = SecondTenant()
        self._unmade: dict[str, str] = {}
        """Operations for which the generator made no request, with the reason."""
        self._lost = 0

    def set_target(self, target: Target) -> None:
        """Take the target for what it has turned out to be."""
        self.target = self.client.target = self.outcome.target = target

    def create_second_tenant(self) -> None:
        """On a mock, a second organization for the runs about tenancy."""
        if not self.target.is_mock or self.target.other_key or self.mode is not Mode.FULL:
            return
        try:
            self._second_tenant.create(self.client)
        except NETWORK_ERRORS as lost:
            self.outcome.notes.append(f"no second organization was made: {in_words(lost)}")
        if self._second_tenant.key:
            self.set_target(replace(self.target, other_key=self._second_tenant.key))
            self.client.show_evidence = self._second_tenant.show_evidence

    def delete_second_tenant(self) -> None:
        """Take the second organization away again."""
        self._second_tenant.delete(self.client)

    def run_all(self) -> None:
        """Run every scenario, in order. Raises RunStopped."""
        self._events.emit(ScenariosPlanned(list(self.scenarios.values()), len(self.contract.operations)))
        for finding in self.client.findings.values():  # of the greeting
            self._events.emit(FindingFound(finding))
        for scenario in self.scenarios.values():
            self.run_scenario(scenario)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios of this run by name, in order.

        Known only after the greeting, which shows whether the target is a mock.
        """
        if self.mode is Mode.SAFE:
            todo = list(self.plan.safe.scenarios(self.client, self.guard, self._writing))
        else:
            todo = self.plan.full_scenarios(on_mock=self.target.is_mock)
            if self.selection.engine():
                todo += [self._generation(document) for document in self.contract.documents]
        return {scenario.name: scenario for scenario in todo}

    def _generation(self, document: Document) -> Scenario:
        size = self.plan.depth.size * len(document.operations)
        return Scenario("engine", document.name, self._generating(document), size=size)

    def _generating(self, document: Document) -> Callable[[ScenarioClient], None]:
        def generate(client: ScenarioClient) -> None:
            progress = schemathesis_engine.Progress(
                self._engine_found, self.outcome.notes.append, phase, self._unmade.__setitem__
            )
            seed, wanted = self.options.seed, {o.key for o in document.operations if self.selection.operation(o)}
            if wanted:
                link = self.contract, self.target, self.transport, progress
                schemathesis_engine.run(document, *link, depth=self.plan.depth, seed=seed, wanted=wanted)
            if self.guard.stopped is not None:
                raise self.guard.stopped

        def phase(name: str) -> None:
            self._events.emit(ScenarioStarted(f"engine[{document.name}]", name))

        return generate

    def _engine_found(self, finding: Finding) -> None:
        if finding.key not in self.client.findings:
            self.client.add(finding)

    def run_scenario(self, scenario: Scenario) -> list[Finding]:
        """Run one scenario; what it found. Raises RunStopped."""
        self._events.emit(ScenarioStarted(scenario.name))
        self.done.add(scenario.name)
        self.outcome.cut_short.pop(scenario.name, None)
        known, before = self.client.findings, set(self.client.findings)
        try:
            reason = self._attempt(scenario)
        finally:
            for key in known.keys() - before:
                known[key] = replace(known[key], scenario=scenario.name)
        new = [finding for key, finding in known.items() if key not in before]
        if reason:
            self.outcome.cut_short[scenario.name] = reason
        if reason and not new:
            self.outcome.not_run[scenario.name] = reason
        else:
            (self.outcome.failed if new else self.outcome.passed).append(scenario.name)
        for finding in new:
            self._events.emit(FindingFound(finding))
        self._events.emit(ScenarioFinished(scenario.name, len(new), reason))
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
            return Skipped(SkipReason.NO_VALUE, str(reason))
        except NETWORK_ERRORS as fault:
            self._lost += 1
            if self._lost >= _MAX_LOST:
                raise RunStopped(
                    f"{SkipReason.LOST} in {_MAX_LOST} runs one after the other: {in_words(fault)}"
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
            for operation in self.plan.safe.unreached:
                outcome.not_run[operation.key] = Skipped(SkipReason.NO_ID, _NO_ID)
        else:
            outcome.not_run |= self.plan.left_out
        for key, why in self._unmade.items():
            if self.coverage.succeeded(key):
                outcome.notes.append(f"{key}: {why}")
            else:
                outcome.not_run.setdefault(key, Skipped(SkipReason.NO_VALUE, why))
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
        outcome.rules = checked_rules.unchecked_by_run(self.scenarios, outcome, self.selection)
