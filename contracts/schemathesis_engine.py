"""The only module that knows the generator, schemathesis. It turns the generator's events into findings.

The engine's interface for programs is not part of its published reference, so the dependency is pinned to the minor
version for which this was written.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.engine import Status, events
from schemathesis.schemas import BaseSchema

from contracts.errors import CannotRun
from contracts.options.generation_depth import USUAL, GenerationDepth
from contracts.rules import input
from contracts.rules.free_query import without_free_keys
from contracts.rules.location import Location
from contracts.rules.openapi_core_judge import OpenapiCoreJudge
from contracts.rules.protocol import ALLOW, METHOD, REQUIRED_HEADER
from contracts.rules.registry import RULES
from contracts.rules.repeated_keys import RepeatedKeys
from contracts.rules.response_conformance import STATUS, is_bodiless, says_refusal
from contracts.rules.rule import Finding, Group, Rule
from contracts.rules.sent_body import is_certain, may_be_sound
from contracts.spec.document import Contract, Document, Operation, blank
from contracts.spec.generator_document import for_generator
from contracts.spec.path_ids import shares_path
from contracts.transport.engine_transport import (
    EngineTransport,
    GuardedEngine,
    adapt,
    guarded,
    recorded,
    without_external_values,
)
from contracts.transport.exchange import Exchange, cut
from contracts.transport.guarded_session import Transport
from contracts.transport.signals import hurried
from contracts.transport.stuck_generator import NothingWasSent, bounded
from contracts.transport.target import Target

_PATIENCE = 1.0
"""Seconds that the engine has to end after an interrupt."""
_CUSTOM = Rule("engine", Group.SHAPE, "A check of the engine failed")

_UNMADE = (SerializationNotPossible, Unsatisfiable, NothingWasSent)

BEGINS: Mapping[str, float] = {"examples": 0.05, "coverage": 0.1, "fuzzing": 0.5, "stateful": 0.9}
"""For each phase, the part of the engine's time that is over when it begins."""


@dataclass(frozen=True)
class Progress:
    """Callbacks for the progress of a run. ``note`` gets what could not be tested, and why.

    ``unmade`` gets the key of an operation for which no request could be made, and why.
    """

    found: Callable[[Finding], None]
    note: Callable[[str], None]
    phase: Callable[[str], None]
    unmade: Callable[[str, str], None] = lambda key, why: None


# The engine's own list, and the three that say "too large": a generated body may be.
_REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "428", "429", "431", "5xx"]

# The engine's own list, and a precondition that is not met, or missing: it says nothing of the data.
_NOT_OF_DATA = ["2xx", "3xx", "401", "403", "404", "409", "412", "428", "429", "5xx"]


def configuration(target: Target, depth: GenerationDepth, seed: int) -> dict[str, Any]:
    """The engine's settings: repeatable runs, nothing stored on disk, no made-up accounts, only useful phases."""
    fuzzed, chained = depth.examples > 0, depth.chains > 0
    return {
        "base-url": target.origin,
        "seed": seed,
        "headers": {"Authorization": f"Bearer {target.key}"},
        "continue-on-failure": True,
        "workers": 1,
        "request-timeout": 20.0,
        "cache": {"enabled": False},
        "auth": {"auto-signup": False},
        "checks": {
            "negative_data_rejection": {"expected-statuses": _REFUSALS},
            "positive_data_acceptance": {"expected-statuses": _NOT_OF_DATA},
        },
        # The transport puts the key where the document wants it: a made-up one beside it would say nothing.
        "generation": {"max-examples": max(1, depth.examples), "database": "none", "with-security-parameters": False},
        "phases": {
            "examples": {"enabled": True},
            "coverage": {"enabled": True, "generation": {"mode": "all" if depth.invalid_values else "positive"}},
            "fuzzing": {"enabled": fuzzed},
            "stateful": {
                "enabled": chained,
                "max-steps": depth.steps,
                "generation": {"max-examples": max(1, depth.chains)},
            },
        },
        "output": {"sanitization": {"enabled": False}},  # our own sinks redact, by value
    }


def run(
    document: Document,
    contract: Contract,
    target: Target,
    transport: Transport,
    progress: Progress,
    *,
    depth: GenerationDepth = USUAL,
    seed: int = 1,
    wanted: Collection[str] | None = None,
) -> None:
    """Generate requests for the ``wanted`` operations of a document, until done or until the guard ends the run."""
    drive(document, contract, target, transport, progress, configuration(target, depth, seed), wanted)


def drive(
    document: Document,
    contract: Contract,
    target: Target,
    transport: Transport,
    progress: Progress,
    settings: Mapping[str, Any],
    wanted: Collection[str] | None = None,
    *,
    plain: bool = False,
) -> None:
    """Run the engine with its own settings. ``plain``: neither the document nor the findings are adapted."""
    config = schemathesis.Config.from_dict(dict(settings))
    raw = without_external_values(document.raw if plain else for_generator(document))
    chosen: BaseSchema = schemathesis.openapi.from_dict(raw, config=config)
    if wanted is not None:
        labels = {f"{o.method} {o.path}" for o in document.operations if o.key in wanted}
        chosen = chosen.include(lambda context: context.operation.label in labels)
    sender = EngineTransport(transport)
    schema = guarded(chosen, sender)
    reader = _Reader(contract, None if plain else OpenapiCoreJudge(contract, target.origin), progress)
    adapt(schema, transport, target.origin)
    guard, stream = transport.guard, GuardedEngine(schema).execute()
    try:
        with bounded(guard):
            for event in stream:
                reader.read(event)
                if guard.interrupted or guard.expire():
                    break
                if guard.stopped is not None or sender.lost is not None:
                    stream.stop()
    except KeyboardInterrupt:
        if guard.interrupted or not guard.expire():
            raise
    if guard.interrupted or guard.expire():
        with hurried(_PATIENCE):  # it waits for the request that is under way
            stream.generator.close()
    if guard.interrupted:
        raise KeyboardInterrupt  # the engine takes it for itself, and would let the run go on
    if sender.lost is not None and transport.guard.stopped is None:
        raise sender.lost


class _Reader:
    """Turns events into findings."""

    def __init__(self, contract: Contract, second: OpenapiCoreJudge | None, progress: Progress) -> None:
        self._contract, self._second, self._progress = contract, second, progress
        self._by_label = {f"{o.method} {o.path}": o for o in contract.operations.values()}
        self._keys = RepeatedKeys()

    def read(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.PhaseStarted):
            self._progress.phase(event.phase.name.value)
        elif isinstance(event, events.ScenarioFinished):
            self._scenario(event.recorder)
        elif isinstance(event, events.NonFatalError):
            said = f"{type(event.value).__name__}: {cut(' '.join(str(event.value).split()), 200)}"
            if isinstance(event.value, _UNMADE) and event.label in self._by_label:
                self._progress.unmade(self._by_label[event.label].key, said)
            else:
                self._progress.note(f"{event.label}: {said}")
        elif isinstance(event, events.FatalError):
            raise CannotRun(f"the engine failed: {event.exception}", "report it with the seed")

    def _scenario(self, recorder: Any) -> None:
        self._keys.note(recorder.interactions.values())
        for case_id, nodes in recorder.checks.items():
            failed = [node for node in nodes if node.status == Status.FAILURE and node.failure_info is not None]
            for node in failed:
                failure = node.failure_info.failure
                label = recorder.cases[case_id].value.operation.label
                shown = recorder.interactions.get(failure.case_id or case_id) or recorder.interactions.get(case_id)
                if (finding := self._finding(node.name, failure, label, shown)) is not None:
                    self._progress.found(finding)

    def _finding(self, name: str, failure: Any, label: str, interaction: Any) -> Finding | None:
        """The finding; None if the second judge sees the request differently than the generator."""
        rule = RULES.get(name, _CUSTOM)
        method, _, path = label.partition(" ")
        operation = self._by_label.get(label)
        exchange = recorded(interaction, f"{method} {blank(path)}", operation.schemes if operation else ())
        if operation is not None and exchange is not None and self._doubtful(rule, operation, exchange):
            return None
        answer = operation.answer(exchange.status) if operation and exchange else None
        documented = operation.provenance if operation else _provenance(rule)
        mark = rule.provenance or (answer.provenance if answer else documented)
        return Finding(
            rule,
            f"{method} {blank(path)}",
            mark,
            expected=cut(" ".join(str(failure.message or failure.title).split()), 300),
            got=exchange.answer() if exchange else "no answer",
            location=Location(exchange.status if exchange else None, pointer=_pointer(failure)),
            evidence=(exchange,) if exchange else (),
        )

    def _doubtful(self, rule: Rule, operation: Operation, exchange: Exchange) -> bool:
        """Tell whether a request that was meant to be invalid may be valid: values of a URL become text when sent."""
        doubtful = rule in (ALLOW, METHOD) and shares_path(self._contract, operation, exchange.path)
        doubtful |= rule is STATUS and not (operation.answers and says_refusal(operation, exchange.status))
        doubtful |= is_bodiless(rule, exchange) or (rule is input.ACCEPTED and self._keys.explain(exchange))
        if doubtful or self._second is None:
            return doubtful
        if rule is REQUIRED_HEADER:  # where it is the key, our transport has put it there
            required = (it.name.lower() for it in operation.parameters_in("header") if it.required)
            return exchange.sent_headers.keys() >= {*required}
        if rule is input.ACCEPTED:
            return self._second.rejects(operation, exchange) or not is_certain(operation, exchange)
        if rule is not input.REFUSED:
            return False
        plain = without_free_keys(operation, exchange)
        sound = may_be_sound(operation, exchange) or not self._second.rejects(operation, exchange)
        return sound or (plain is not None and not self._second.rejects(operation, plain))


def _provenance(rule: Rule) -> Any:
    return rule.provenance or RULES["read_back"].provenance


def _pointer(failure: Any) -> str:
    """The place in the body where a schema was broken."""
    path = getattr(failure, "instance_path", None) or ()
    return "/" + "/".join("*" if isinstance(part, int) else str(part) for part in path) if path else ""
