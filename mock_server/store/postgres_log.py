"""The log on PostgreSQL: acknowledged changes survive `kill -9` of this program, and of the database."""

from mock_server.store.layered_log import LayeredLog
from mock_server.store.postgres_database import PostgresDatabase


class PostgresLog(LayeredLog):
    """A log in a database. Raises StateError, with the cause and the remedy, when the database cannot be used."""

    def __init__(self, url: str, address: str = "") -> None:
        data = PostgresDatabase(url, address)
        super().__init__(url, data)
        self.lease = data.lease
        self.is_first = data.lease.server == 1
        """True when no other server ever had this state."""

    def is_current(self) -> bool:
        """Tell whether memory agrees with the database: no other server can have written meanwhile."""
        return self.lease.is_held()
