"""A log in memory that refuses, or hangs, when a test says so."""

import threading
from collections.abc import Sequence
from typing import Any

from mock_server.errors import Problem, StateError
from mock_server.store.base import LoggedTransaction, NoLog

FULL = StateError(Problem("state", "the disk is full", "make room"))


class ChoosyLog(NoLog):
    """Refuses the workspaces that the turn of each commit names, or all ``while`` it is full; keeps the rest in a list.

    With ``in_thread`` it can be held: a commit hangs until ``may_go_on`` is set.
    """

    def __init__(self, refusals: Sequence[str] = (), *, in_thread: bool = False) -> None:
        super().__init__()
        self.commits_in_thread = in_thread
        self.refusals = iter(refusals)
        self.fault: Exception | None = None
        self.kept: list[LoggedTransaction] = []
        self.sizes: list[int] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        assert self.may_go_on.wait(10)
        refused = next(self.refusals, "")
        if self.fault is not None:
            raise self.fault
        if any(one.workspace in refused for one in transactions):
            raise FULL
        self.kept += transactions
        self.sizes.append(len(transactions))

    def save(self, workspace: str, *_: Any) -> int:
        return len([one for one in self.kept if one.workspace == workspace])
