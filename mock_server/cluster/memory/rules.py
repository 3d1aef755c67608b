"""The rules of a person as rows: faults, faults of deliveries, and stubs. How often they struck is in the counts."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from operator import attrgetter
from typing import Any

from mock_server.cluster.memory.part import MemoryRow, Part, value_of
from mock_server.stubbing.delivery_faults import DeliveryFaultRule
from mock_server.stubbing.fault_rules import FaultRule
from mock_server.stubbing.overrides import Override
from mock_server.stubbing.request_pattern import RequestPattern
from mock_server.support.exact_json import write_json
from mock_server.workspaces.workspace import Workspace

Rule = FaultRule | DeliveryFaultRule | Override

_COUNTED = frozenset(("calls", "strikes", "answers", "matches", "struck"))


def _dump(rule: Rule) -> bytes:
    given = {field.name: getattr(rule, field.name) for field in fields(rule) if field.name not in _COUNTED}
    if isinstance(rule, FaultRule | Override):
        given["request"] = rule.request.given
    return write_json(given)


def _given(body: bytes) -> dict[str, Any]:
    given: dict[str, Any] = value_of(body)
    return given | {"request": RequestPattern(given["request"])} if "request" in given else given


def _row(rule: Rule) -> MemoryRow:
    return MemoryRow(rule, None, partial(_dump, rule))


@dataclass
class _Rules:
    """The rules of one kind; ``of`` finds them in a workspace."""

    name: str
    make: Callable[..., Rule]
    of: Callable[[Workspace], Any]

    def version(self, workspace: Workspace) -> Hashable:
        return tuple(map(id, self.of(workspace)))

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return map(_row, self.of(workspace))

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        rule = self.make(**_given(body))
        self.of(workspace).restore(rule)
        return _row(rule)


RULES: tuple[Part, ...] = (
    _Rules("fault", FaultRule, attrgetter("faults")),
    _Rules("delivery fault", DeliveryFaultRule, attrgetter("faults.deliveries")),
    _Rules("stub", Override, attrgetter("mappings")),
)
"""The rules that a person sets."""
