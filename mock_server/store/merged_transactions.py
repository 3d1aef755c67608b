"""Merge all transactions of a workspace in one commit: a record that changed twice is written once."""

from collections.abc import Iterable, Sequence

from mock_server.store.base import Change, Id, LoggedTransaction


def merged(transactions: Sequence[LoggedTransaction]) -> Sequence[LoggedTransaction]:
    """For each workspace, one transaction with the effect of all its transactions here, in their order."""
    if len(transactions) == 1:
        return transactions
    by_workspace: dict[str, list[LoggedTransaction]] = {}
    for one in transactions:
        by_workspace.setdefault(one.workspace, []).append(one)
    return [some[0] if len(some) == 1 else _merged(id, some) for id, some in by_workspace.items()]


def _merged(workspace: str, some: Iterable[LoggedTransaction]) -> LoggedTransaction:
    changes: dict[tuple[str, Id], Change] = {}
    counters: dict[str, int] = {}
    for one in some:
        for change in one.changes:
            known = changes.get((change.kind, change.id))
            changes[change.kind, change.id] = change if known is None else change._replace(before=known.before)
        counters |= one.counters
    return LoggedTransaction(workspace, tuple(changes.values()), counters)
