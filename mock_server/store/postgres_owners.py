"""The table of owners in a database: which of several servers serves which workspace.

A workspace without a living owner is free. An owner stays it until it gives the workspace away, or its lease ends.
Each change of owner adds one to the workspace's epoch, and each transaction checks that.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mock_server.store.own_connection import OwnConnection
from mock_server.store.postgres_connection import PostgresConnection, opened
from mock_server.store.postgres_lease import remove_dead

_FIND = """
SELECT owners.workspace, servers.id, servers.url FROM owners
LEFT JOIN servers ON servers.id = owners.server AND servers.until > clock_timestamp()
"""
_LOCK = "SELECT server FROM owners WHERE workspace = ? FOR UPDATE"
_CLAIM = """
UPDATE owners SET server = ?, epoch = epoch + 1, wanted = NULL,
    forgot = forgot OR (is_open AND coalesce(server <> ?, false)), is_open = false
WHERE workspace = ? AND (
    server IS NULL OR server = ? OR NOT EXISTS (SELECT 1 FROM servers WHERE servers.id = owners.server)
)
RETURNING epoch, forgot
"""
_GIVE = "UPDATE owners SET server = ?, epoch = epoch + 1, wanted = NULL WHERE workspace = ? AND server = ?"
_FREE_WHOLE = "UPDATE owners SET server = NULL WHERE server = ? AND workspace = ANY (?::text[])"
_WANT = "UPDATE owners SET wanted = ? WHERE workspace = ? AND wanted IS NULL"
_REPLICAS = "SELECT id, url, load FROM servers WHERE until > clock_timestamp() AND url <> '' ORDER BY id"
_OWN = "SELECT workspace, epoch, wanted FROM owners WHERE server = ?"
_CHANGES = "SELECT count(*), coalesce(sum(epoch), 0)::bigint FROM owners"
_FREE = """
SELECT workspace FROM owners WHERE server IS NULL
OR NOT EXISTS (SELECT 1 FROM servers WHERE servers.id = owners.server AND until > clock_timestamp())
ORDER BY workspace LIMIT ?
"""


class Replica(NamedTuple):
    """A living server: its number, its URL, and how busy it is."""

    server: int
    url: str
    load: float = 0.0


class Place(NamedTuple):
    """A workspace and the living server that owns it; None if it is free."""

    workspace: str
    owner: Replica | None


class OwnWorkspace(NamedTuple):
    """A workspace of this server, and the server that wants it because it cannot reach this one."""

    epoch: int
    wanted_by: int | None


class Claim(NamedTuple):
    """A workspace that this server has taken: its epoch, and whether an owner died that may have known more."""

    epoch: int
    forgot: bool


class Owners:
    """Asks the table on a connection of its own, for the server of this number. Raises StateError."""

    def __init__(self, url: str, server: int, connect: Callable[[str], PostgresConnection] = opened) -> None:
        self.server = server
        self._own = OwnConnection(url, connect)

    def find(self, workspace: str) -> Place | None:
        """Find the owner of a workspace; None if the workspace does not exist."""
        return self._found("WHERE owners.workspace = ?", workspace)

    def find_by_key(self, digest: str) -> Place | None:
        """Find the workspace that a key opens, and its owner; None if the key opens nothing."""
        return self._found("WHERE owners.keys @> ARRAY[?]::text[]", digest)

    def _found(self, where: str, value: str) -> Place | None:
        with self._own.open() as db:
            row = db.execute(_FIND + where, (value,)).fetchone()
        if row is None:
            return None
        workspace, server, url = row
        return Place(workspace, None if server is None else Replica(server, url))

    def claim(self, workspace: str) -> Claim | None:
        """Own a free workspace; None if it does not exist or is not free.

        Transactions of a dead owner have ended on return, and it cannot begin another.
        """
        with self._own.open() as db:
            remove_dead(db)
            db.execute("BEGIN")  # what is looked up after the lock was got is current
            db.execute(_LOCK, (workspace,))
            row = db.execute(_CLAIM, (self.server, self.server, workspace, self.server)).fetchone()
            db.execute("COMMIT")
        return None if row is None else Claim(*row)

    def give(self, workspace: str, to: int) -> None:
        """Make another server the owner. This server must have stored its memory, and let the workspace go."""
        with self._own.open() as db:
            db.execute(_GIVE, (to, workspace, self.server))

    def free_whole(self, workspaces: Sequence[str]) -> None:
        """Let go of workspaces whose memory is stored; this server stops."""
        with self._own.open() as db:
            db.execute(_FREE_WHOLE, (self.server, list(workspaces)))

    def want(self, workspace: str) -> None:
        """Ask the owner of a workspace to give it to this server, which cannot reach it."""
        with self._own.open() as db:
            db.execute(_WANT, (self.server, workspace))

    def replicas(self) -> Sequence[Replica]:
        """List the living servers."""
        with self._own.open() as db:
            return [Replica(*row) for row in db.execute(_REPLICAS).fetchall()]

    def own(self) -> dict[str, OwnWorkspace]:
        """List what this server owns, in the eyes of the database."""
        with self._own.open() as db:
            return {workspace: OwnWorkspace(*row) for workspace, *row in db.execute(_OWN, (self.server,)).fetchall()}

    def changes(self) -> tuple[int, int]:
        """Tell how many workspaces there are, and how many changes of owners they have had together."""
        with self._own.open() as db:
            count, epochs = db.execute(_CHANGES).fetchone() or (0, 0)
        return int(count), int(epochs)

    def free(self, most: int) -> Sequence[str]:
        """List workspaces that no living server owns."""
        with self._own.open() as db:
            return [workspace for (workspace,) in db.execute(_FREE, (most,)).fetchall()]

    def close(self) -> None:
        """Close the connection."""
        self._own.close()
