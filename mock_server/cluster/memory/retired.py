"""The coverage of workspaces that were removed or reset: it is a replica's, which another one takes over."""

import asyncio

from mock_server.store.postgres_memory import PostgresMemory
from mock_server.support.exact_json import read_json, write_json
from mock_server.workspaces.coverage import Coverage
from mock_server.workspaces.workspace import Workspaces


class RetiredCoverage:
    """Works on the event loop of the server. Raises StateError if the database is away."""

    def __init__(self, memory: PostgresMemory, workspaces: Workspaces) -> None:
        self._memory = memory
        self._workspaces = workspaces
        self._stored = self._now()

    def _now(self) -> bytes:
        return write_json(self._workspaces.retired.to_dict())

    async def store(self) -> None:
        """Store it if it has changed."""
        now = self._now()
        if now != self._stored:
            await asyncio.to_thread(self._memory.keep_coverage, now)
            self._stored = now

    async def take_over(self) -> None:
        """Add the coverage of servers that are gone. Each goes to one server, whatever happens meanwhile."""
        found = await asyncio.to_thread(self._memory.take_coverages, self._now(), _added)
        if found is not None:
            self._workspaces.retired.add_counts(read_json(found))


def _added(*bodies: bytes) -> bytes:
    total = Coverage()
    for body in bodies:
        total.add_counts(read_json(body))
    return write_json(total.to_dict())
