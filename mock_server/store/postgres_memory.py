"""The table of what replicas have in memory only, written soon after it came about, for the next owner.

A workspace is *open* while its owner may know more than this table. If the owner dies then, something may be missing.
Whatever a person wrote into a rule is here as it was written, secrets too, as the secrets of subscriptions are.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mock_server.store.own_connection import OwnConnection
from mock_server.store.postgres_connection import PostgresConnection, opened

_LOAD = "SELECT number, part, body FROM memory WHERE workspace = ? ORDER BY number"
# The rows stay locked until the end: who takes a workspace waits for this, and then finds everything.
_OWN = """
SELECT workspace FROM owners JOIN unnest(?::text[], ?::bigint[]) AS asked (id, since)
ON owners.workspace = asked.id AND owners.epoch = asked.since
WHERE owners.server = ? ORDER BY workspace FOR UPDATE OF owners
"""
_CLEAR = "DELETE FROM memory WHERE workspace = ANY (?::text[])"
_REMOVE = """
DELETE FROM memory USING unnest(?::text[], ?::bigint[]) AS gone (id, which)
WHERE memory.workspace = gone.id AND memory.number = gone.which
"""
_PUT = """
INSERT INTO memory (workspace, number, part, body)
SELECT * FROM unnest(?::text[], ?::bigint[], ?::text[], ?::bytea[])
ON CONFLICT (workspace, number) DO UPDATE SET body = excluded.body
"""
_MARK = "UPDATE owners SET is_open = ?, forgot = false WHERE workspace = ANY (?::text[])"
_KEEP_COVERAGE = """
INSERT INTO retired_coverage SELECT id, ? FROM servers WHERE id = ?
ON CONFLICT (server) DO UPDATE SET body = excluded.body
"""
# A server whose row is gone can never write again, so nothing is counted twice.
_TAKE_COVERAGES = """
DELETE FROM retired_coverage WHERE NOT EXISTS (SELECT 1 FROM servers WHERE servers.id = retired_coverage.server)
RETURNING body
"""


class StoredRow(NamedTuple):
    """One row of a workspace's memory; numbers are in the order in which the rows came about."""

    number: int
    part: str
    body: bytes


class MemoryChanges(NamedTuple):
    """Changes of what the table has of a workspace, which this server owns since ``epoch``.

    It ``is_open`` if more will follow. One that ``is_new`` has no rows that are still true.
    """

    workspace: str
    epoch: int
    put: Sequence[StoredRow] = ()
    removed: Sequence[int] = ()
    is_open: bool = False
    is_new: bool = False


class PostgresMemory:
    """Reads and writes the table on a connection of its own, for the server of this number. Raises StateError."""

    def __init__(self, url: str, server: int, connect: Callable[[str], PostgresConnection] = opened) -> None:
        self._server = server
        self._own = OwnConnection(url, connect)

    def load(self, workspace: str) -> Sequence[StoredRow]:
        """Read what is stored of a workspace, in the order in which it came about."""
        with self._own.open() as db:
            return [StoredRow(*row) for row in db.execute(_LOAD, (workspace,)).fetchall()]

    def write(self, changes: Sequence[MemoryChanges]) -> set[str]:
        """Store changes of several workspaces with one commit; return the ids of those that are still this server's."""
        with self._own.open() as db:
            db.execute("BEGIN")
            asked = ([one.workspace for one in changes], [one.epoch for one in changes], self._server)
            owned = {workspace for (workspace,) in db.execute(_OWN, asked).fetchall()}
            _write(db, [one for one in changes if one.workspace in owned])
            db.execute("COMMIT")
        return owned

    def keep_coverage(self, body: bytes) -> None:
        """Store the coverage of the workspaces that this server had and that are no more."""
        with self._own.open() as db:
            db.execute(_KEEP_COVERAGE, (body, self._server))

    def take_coverages(self, own: bytes, added: Callable[..., bytes]) -> bytes | None:
        """Take the coverage of servers that are gone, and return their sum; None if there is none.

        With the same commit it is stored as this server's, ``added`` to its ``own``.
        """
        with self._own.open() as db:
            db.execute("BEGIN")
            found = [body for (body,) in db.execute(_TAKE_COVERAGES).fetchall()]
            if found:
                db.execute(_KEEP_COVERAGE, (added(own, *found), self._server))
            db.execute("COMMIT")
        return added(*found) if found else None

    def close(self) -> None:
        """Close the connection."""
        self._own.close()


def _write(db: PostgresConnection, changes: Sequence[MemoryChanges]) -> None:
    if new := [one.workspace for one in changes if one.is_new]:
        db.execute(_CLEAR, (new,))
    if gone := [(one.workspace, number) for one in changes for number in one.removed]:
        db.execute(_REMOVE, tuple(map(list, zip(*gone, strict=True))))
    if rows := [(one.workspace, *row) for one in changes for row in one.put]:
        db.execute(_PUT, tuple(map(list, zip(*rows, strict=True))))
    for is_open in (True, False):
        if some := [one.workspace for one in changes if one.is_open is is_open]:
            db.execute(_MARK, (is_open, some))
