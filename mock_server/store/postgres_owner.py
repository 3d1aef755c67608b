"""Find out which server serves the state in a database, for a server that does not."""

from collections.abc import Callable

import psycopg

from mock_server.store.postgres_connection import PostgresConnection, explained, opened

_OWNER = "SELECT url FROM servers WHERE until > clock_timestamp() ORDER BY id DESC LIMIT 1"


class OwnerWatch:
    """Looks up which server has the lease, on a connection of its own."""

    def __init__(self, url: str, connect: Callable[[str], PostgresConnection] = opened) -> None:
        self._url = url
        self._connect = connect
        self._db: PostgresConnection | None = None

    def owner(self) -> str | None:
        """Look up the URL of the server that has the lease; None if no server has it, or one without a URL.

        Raises StateError if the database does not answer.
        """
        if self._db is None or not self._db.is_usable():
            self.close()
            self._db = self._connect(self._url)
        with explained(self._url):
            try:
                found = self._db.execute(_OWNER).fetchone()
            except psycopg.errors.UndefinedTable:  # no server has used this database yet
                return None
            except psycopg.errors.UndefinedColumn:  # only a version without replicas has used it
                return None
        return (found[0] or None) if found else None

    def close(self) -> None:
        """Close the connection."""
        if self._db is not None:
            self._db.close()
