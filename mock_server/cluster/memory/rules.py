"""The rules of a person as rows: faults, faults of deliveries, and stubs. How often they struck is in the counts."""

from collections.abc import Hashable, Iterable
from dataclasses import fields
from functools import partial
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


class _Faults:
    name = "fault"

    def version(self, workspace: Workspace) -> Hashable:
        return tuple(map(id, workspace.faults))

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return map(_row, workspace.faults)

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        rule = FaultRule(**_given(body))
        workspace.faults.restore(rule)
        return _row(rule)


class _DeliveryFaults:
    name = "delivery fault"

    def version(self, workspace: Workspace) -> Hashable:
        return tuple(map(id, workspace.faults.deliveries))

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return map(_row, workspace.faults.deliveries)

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        rule = DeliveryFaultRule(**_given(body))
        workspace.faults.deliveries.restore(rule)
        return _row(rule)


class _Stubs:
    name = "stub"

    def version(self, workspace: Workspace) -> Hashable:
        return tuple(map(id, workspace.mappings))

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return map(_row, workspace.mappings)

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        override = Override(**_given(body))
        workspace.mappings.restore(override)
        return _row(override)


RULES: tuple[Part, ...] = (_Faults(), _DeliveryFaults(), _Stubs())
"""The rules that a person sets."""
