"""The log on PostgreSQL: acknowledged changes survive `kill -9` of this program, and of the database."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.errors import NameTaken, Problem
from mock_server.store.base import SavedWorkspace
from mock_server.store.layered_log import LayeredLog
from mock_server.store.postgres_database import PostgresDatabase
from mock_server.store.postgres_schema import keys_of
from mock_server.store.sql import SqlConnection

_ENTER = """
INSERT INTO owners (workspace, keys, server) VALUES (?, ?::text[], ?)
ON CONFLICT (workspace) DO UPDATE SET keys = excluded.keys, server = excluded.server
WHERE ? OR owners.server = excluded.server RETURNING epoch
"""
_FORGET = """
WITH gone AS (DELETE FROM memory RETURNING workspace) UPDATE owners SET forgot = true, is_open = false
WHERE is_open OR workspace IN (SELECT workspace FROM gone)
"""


class PostgresLog(LayeredLog):
    """A log in a database. Raises StateError, with the cause and the remedy, when the database cannot be used."""

    _data: PostgresDatabase

    def __init__(self, url: str, address: str = "") -> None:
        data = PostgresDatabase(url, address)
        super().__init__(url, data)
        self.lease = data.lease

    def load(self) -> Iterator[SavedWorkspace]:
        """Load every stored workspace; memory of replicas is not true any more once this server serves them alone."""
        with self._data.transaction() as db:
            db.execute(_FORGET)
        return super().load()

    def is_current(self) -> bool:
        """Tell whether memory agrees with the database: no other server can have written meanwhile."""
        return self.lease.is_held()

    def note_names(self, db: SqlConnection, workspace: str, facts: Mapping[str, Any] | None) -> None:
        """Enter a new workspace and its keys into the table of owners, or remove it. Raises NameTaken."""
        if facts is None:
            db.execute("DELETE FROM owners WHERE workspace = ?", (workspace,))
            self._data.epochs.pop(workspace, None)
            return
        alone = self._data.beside is None
        entered = db.execute(_ENTER, (workspace, keys_of(facts), self.lease.server, alone)).fetchone()
        if entered is None:
            raise NameTaken(
                Problem(self.name, f"there is a workspace {workspace!r}", "remove it, or choose another id")
            )
        self._data.epochs[workspace] = int(entered[0])
