"""The plan of a run. The documents, the target and the options decide it before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.options.generation_depth import QUICK, GenerationDepth
from contracts.options.options import REQUEST_BUDGET, Options
from contracts.options.selection import Selection
from contracts.real_host.run_plan import BURST, TOPICS, SafeRunPlan, selected_names
from contracts.real_host.safe_records import SafeOperations
from contracts.real_host.write_session import allowed
from contracts.scenarios.catalogue import Catalogue
from contracts.scenarios.plan import all_scenarios
from contracts.scenarios.scenario import Scenario
from contracts.scenarios.skipped import Skipped, SkipReason
from contracts.spec.document import Contract
from contracts.transport.engine_transport import can_write
from contracts.transport.guard import Mode, Policy
from contracts.transport.guarded_request import WritePolicy
from contracts.transport.target import Target


@dataclass(frozen=True)
class RunPlan:
    """The decisions about a run. To make a plan reads nothing and sends nothing."""

    contract: Contract
    target: Target
    """The target as the user named it; the greeting shows whether it is a mock."""
    options: Options
    mode: Mode
    selection: Selection
    safe: SafeRunPlan
    """The requests of mode ``safe``; in mode ``full`` only its greeting is made."""
    writes: Sequence[SafeOperations] | None
    """The records that may be written to a real host; None without a permission."""
    left_out: Mapping[str, Skipped]
    """Operations that no scenario can ask, with the reason."""

    @classmethod
    def of(cls, contract: Contract, target: Target, options: Options) -> "RunPlan":
        """Make the plan of a run. Raises CannotRun when options contradict each other, the document or the target."""
        mode, catalogue = target.mode(options.mode), Catalogue(contract)
        topics = {scenario.topic for scenario in all_scenarios(contract, on_mock=True)}.union(TOPICS)
        selection = Selection(contract, topics, selected_names(options, mode), options.without)
        writes = allowed(options, mode, catalogue, selection)
        safe = SafeRunPlan(catalogue, target.ids, selection, writes, limited=options.check_rate_limit)
        unread = [(key, why) for document in contract.documents for key, why in document.unread.items()]
        left_out = {**catalogue.left_out, **{key: Skipped(SkipReason.OTHER, why) for key, why in unread}}
        left_out |= _without_body(contract, selection)
        return cls(contract, target, options, mode, selection, safe, writes, left_out)

    @property
    def depth(self) -> GenerationDepth:
        """How much the generator makes for one operation."""
        return QUICK if self.options.quick else self.options.depth

    @property
    def paced(self) -> bool:
        """True when requests go out slowly: to a real host, and wherever a rate limit is shown."""
        return self.mode is Mode.SAFE and (self.options.check_rate_limit or not self.target.local)

    def policy(self, write_policy: WritePolicy | None, deadline: float | None) -> Policy:
        """The limits of the run. ``deadline`` is a moment of the monotonic clock."""
        return Policy(
            origin=self.target.origin,
            mode=self.mode,
            token=self.target.key,
            contract=self.contract,
            private=not self.target.local,
            budget=self.options.max_requests or (REQUEST_BUDGET if self.mode is Mode.SAFE else None),
            deadline=deadline,
            write_policy=write_policy,
            burst=BURST if self.options.check_rate_limit else 0,
        )

    def full_scenarios(self, *, on_mock: bool) -> list[Scenario]:
        """The directed scenarios of mode ``full``, in order."""
        chosen = self.selection.includes
        every = all_scenarios(self.contract, on_mock=on_mock)
        return [scenario for scenario in every if chosen(scenario.topic, scenario.subject, scenario.also)]

    def describe(self) -> list[str]:
        """List every request that a safe run could send, one line each."""
        return self.safe.describe()

    def bounds(self) -> str:
        """The number of requests of a safe run, and its time, in words."""
        return self.safe.bounds()


def _without_body(contract: Contract, selection: Selection) -> Mapping[str, Skipped]:
    """The chosen operations for which nothing here can write a body, such as lines of JSON or a Protocol Buffer."""
    bodies = {o.key: o.body_types for o in contract.operations.values() if o.body_types and selection.operation(o)}
    return {
        key: Skipped(SkipReason.NO_VALUE, f"no body of type {' or '.join(types)} can be made")
        for key, types in bodies.items()
        if not can_write(types)
    }
