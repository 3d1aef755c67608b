"""A log whose other operations come after the transactions that were appended before them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mock_server.errors import StateError
from mock_server.store.base import Change, LayerId, Log, LoggedTransaction, Row, SavedWorkspace, Slices
from mock_server.store.group_commit import GroupCommit


class SettledLog:
    """Settles a ``GroupCommit`` before each operation on its log, so that all of them happen in order.

    A transaction that is refused then is undone, and its own caller hears of it; the operation goes on.
    """

    def __init__(self, log: Log, commits: GroupCommit) -> None:
        self._log = log
        self._commits = commits
        self.name = log.name
        self.commits_in_thread = log.commits_in_thread

    @property
    def is_busy(self) -> bool:
        """True while the log puts its own file in order."""
        return self._log.is_busy

    @property
    def lost(self) -> Callable[[StateError], None]:
        """The function that is called when nothing can be kept any more."""
        return self._log.lost

    @lost.setter
    def lost(self, called: Callable[[StateError], None]) -> None:
        self._log.lost = called

    def load(self) -> Iterator[SavedWorkspace]:
        """Give back every workspace."""
        return self._settled().load()

    def keep(
        self, rows: Mapping[str, Sequence[Row]], counters: Mapping[str, int], facts: Mapping[str, Any]
    ) -> Slices[LayerId]:
        """Keep a whole state as a layer, in slices; others append transactions between them."""
        slices = self._log.keep(rows, counters, facts)
        while True:
            self._commits.settle()
            try:
                next(slices)
            except StopIteration as end:
                layer: LayerId = end.value
                return layer
            yield

    def hold(self, layer: LayerId) -> None:
        """Keep a layer until ``release``."""
        self._settled().hold(layer)

    def release(self, layer: LayerId) -> None:
        """Take back one ``hold``."""
        self._settled().release(layer)

    def begin(
        self,
        workspace: str,
        facts: Mapping[str, Any],
        layer: LayerId,
        changes: Iterable[Change] = (),
        counters: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Start a workspace, or start it anew."""
        self._settled().begin(workspace, facts, layer, changes, counters)

    def describe(self, workspace: str, facts: Mapping[str, Any]) -> None:
        """Keep other facts of a workspace."""
        self._settled().describe(workspace, facts)

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        """Keep transactions that nobody has appended."""
        self._settled().commit_all(transactions)

    def save(self, workspace: str, name: str, facts: Mapping[str, Any], layer: LayerId | None = None) -> LayerId:
        """Keep a snapshot."""
        return self._settled().save(workspace, name, facts, layer)

    def seal(self, workspace: str) -> LayerId:
        """Make a layer of a workspace as it is."""
        return self._settled().seal(workspace)

    def forget(self, workspace: str, name: str) -> None:
        """Forget a snapshot."""
        self._settled().forget(workspace, name)

    def remove(self, workspace: str) -> None:
        """Forget a workspace."""
        self._settled().remove(workspace)

    def tidy(self) -> bool:
        """Remove a little of what nobody can reach; while a commit is under way nobody waits for that."""
        return True if self._commits.newest() else self._log.tidy()

    def close(self) -> None:
        """Keep what was appended, and let go of the file or connection."""
        self._settled().close()

    def _settled(self) -> Log:
        self._commits.settle()
        return self._log
