"""The requests that a replica serves now: they keep their workspace here."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mock_server.cluster.load import Loads


class Unsettled(Exception):
    """A workspace is between two owners; soon one of them has it."""


class Unusable(Exception):
    """A workspace that cannot be loaded; the message says why."""


class Visits:
    """Counts the requests of each workspace, also for its load."""

    def __init__(self, loads: Loads) -> None:
        self._loads = loads
        self._now: Counter[str] = Counter()

    def __contains__(self, workspace: str) -> bool:
        return workspace in self._now

    @contextmanager
    def visited(self, workspace: str | None) -> Iterator[None]:
        """Count a request for as long as this block lasts; None is about no workspace."""
        if workspace is None:
            yield
            return
        self._now[workspace] += 1
        self._loads.asked(workspace)
        try:
            yield
        finally:
            self._now[workspace] -= 1
            if not self._now[workspace]:
                del self._now[workspace]
