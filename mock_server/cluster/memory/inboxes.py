"""Inboxes, the deliveries in them, and the last attempts as rows."""

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import Any

from mock_server.cluster.memory.part import MemoryRow, Part, value_of
from mock_server.support.exact_json import write_json
from mock_server.workspaces.inbox import Inbox, Received
from mock_server.workspaces.workspace import Workspace


def _inbox_row(name: str, inbox: Inbox) -> MemoryRow:
    facts = {"status": inbox.status, "delay": inbox.delay, "headers": inbox.headers, "seen": inbox.seen}
    body = write_json({"name": name, **facts, "names": sorted(inbox.names)})
    return MemoryRow(inbox, body, lambda: body)


class _Inboxes:
    name = "inbox"

    def version(self, workspace: Workspace) -> Hashable:
        """Return None: there are few, and each is one small row."""

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return [_inbox_row(name, inbox) for name, inbox in workspace.inboxes.items()]

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        facts: dict[str, Any] = value_of(body)
        name = facts.pop("name")
        inbox = workspace.inboxes[name] = Inbox(**facts | {"names": set(facts["names"])})
        return MemoryRow(inbox, body, lambda: body)


def _dump(name: str, one: Received) -> bytes:
    """Write what is known of a delivery in a line, and its body after that as it came."""
    facts = {"inbox": name, "number": one.number, "at": one.at, "headers": one.headers, "is_json": one.is_json}
    return write_json(facts) + b"\n" + one.raw


class _Received:
    name = "received"

    def version(self, workspace: Workspace) -> Hashable:
        return tuple((id(inbox), inbox.era, inbox.seen, len(inbox.received)) for inbox in workspace.inboxes.values())

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        for name, inbox in workspace.inboxes.items():
            for one in inbox.received:
                yield MemoryRow(one, None, partial(_dump, name, one))

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        line, _, raw = body.partition(b"\n")
        facts: dict[str, Any] = value_of(line)
        name = facts.pop("inbox")
        one = Received(**facts, raw=raw)
        inbox = workspace.inboxes[name]
        inbox.received.append(one)
        inbox.size += one.weight
        return MemoryRow(one, None, partial(_dump, name, one))


class _Attempts:
    name = "attempt"

    def version(self, workspace: Workspace) -> Hashable:
        return workspace.attempts.seen

    def rows(self, workspace: Workspace) -> Iterable[MemoryRow]:
        return (MemoryRow(facts, None, partial(write_json, facts)) for facts in workspace.attempts)

    def load(self, workspace: Workspace, body: bytes) -> MemoryRow:
        facts: Mapping[str, Any] = value_of(body)
        workspace.attempts.append(facts)
        return MemoryRow(facts, None, partial(write_json, facts))


INBOXES: tuple[Part, ...] = (_Inboxes(), _Received(), _Attempts())
"""Where deliveries came, and how they were made."""
