"""Everything that is counted in a workspace, in one row: requests, rules that struck, limits, states of scenarios."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from mock_server.cluster.memory.part import MemoryRow, value_of
from mock_server.config.evolutions import evolutions
from mock_server.stubbing.evolution_state import EvolutionState
from mock_server.support.exact_json import write_json
from mock_server.workspaces.workspace import Workspace


class Counts:
    """One row. It is loaded after all other rows, because it speaks of them."""

    name = "counts"

    def version(self, workspace: Workspace) -> Hashable:
        """Return None: only a comparison tells whether something was counted."""

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        """The row as it is now."""
        body = write_json(_counts(workspace))
        return [MemoryRow(workspace, body, lambda: body)]

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        """Let the workspace count on."""
        counts: dict[str, Any] = value_of(body)
        workspace.requests = counts["requests"]
        workspace.journal.go_on_from(**counts["journal"])
        workspace.attempts.seen, workspace.attempts.dropped = counts["attempts"]
        for key, window in counts["limits"].items():
            workspace.quota(key).window = window
        _load_rules(workspace, counts["rules"])
        asked, outages = counts["evolution"]
        seen = {(path.encode("latin-1"), query.encode("latin-1")) for path, query in outages}
        workspace.evolution = EvolutionState(None if asked is None else evolutions(asked), seen)
        return MemoryRow(workspace, body, lambda: body)


def _counts(workspace: Workspace) -> Mapping[str, Any]:
    journal, evolution = workspace.journal, workspace.evolution
    return {
        "requests": workspace.requests,
        "journal": {"seen": journal.seen, "dropped": journal.dropped, "moved": journal.moved},
        "attempts": [workspace.attempts.seen, workspace.attempts.dropped],
        "limits": {key: limit.window for key, limit in workspace.limits.items()},
        "rules": _rules(workspace),
        "evolution": [
            None if evolution.asked is None else str(evolution.asked),
            [[path.decode("latin-1"), query.decode("latin-1")] for path, query in evolution.outages],
        ],
    }


def _rules(workspace: Workspace) -> Mapping[str, Any]:
    faults, deliveries, stubs = workspace.faults, workspace.faults.deliveries, workspace.mappings
    return {
        "made": [faults.count, deliveries.made, stubs.count],
        "faults": {rule.id: [rule.calls, rule.strikes] for rule in faults if rule.calls},
        "deliveries": {rule.id: [_pairs(rule.matches), _pairs(rule.struck)] for rule in deliveries if rule.matches},
        "waiting": _pairs(deliveries.waiting),
        "stubs": {stub.id: [stub.calls, stub.answers] for stub in stubs if stub.calls},
        "scenarios": stubs.scenarios,
    }


def _load_rules(workspace: Workspace, counts: Mapping[str, Any]) -> None:
    faults, deliveries, stubs = workspace.faults, workspace.faults.deliveries, workspace.mappings
    faults.count, deliveries.made, stubs.count = counts["made"]
    for id, used in counts["faults"].items():
        if (fault := faults.get(id)) is not None:
            fault.calls, fault.strikes = used
    for id, (matches, struck) in counts["deliveries"].items():
        if (rule := deliveries.get(id)) is not None:
            rule.matches, rule.struck = Counter(dict(matches)), Counter(dict(struck))
    for id, used in counts["stubs"].items():
        if (stub := stubs.get(id)) is not None:
            stub.calls, stub.answers = used
    deliveries.waiting.update(counts["waiting"])
    stubs.scenarios.update(counts["scenarios"])


def _pairs(by_number: Mapping[int, Any]) -> list[list[Any]]:
    """Write a mapping whose keys are no texts as JSON can have it."""
    return [[number, value] for number, value in by_number.items()]
