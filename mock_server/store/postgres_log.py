"""The log on PostgreSQL: what was acknowledged survives `kill -9` of this program, and of the database."""

from mock_server.store.layered_log import LayeredLog
from mock_server.store.postgres_database import PostgresDatabase


class PostgresLog(LayeredLog):
    """Raises StateError, with the cause and the remedy, when the database cannot be used."""

    commits_in_thread = True  # it waits for the database, and for its disk

    def __init__(self, url: str, address: str = "") -> None:
        data = PostgresDatabase(url, address)
        super().__init__(url, data)
        self.lease = data.lease
        self.is_first = data.lease.server == 1
        """True when no other server ever had this state."""

    def is_current(self) -> bool:
        """Tell whether memory is what is kept: nobody else can have written since."""
        return self.lease.is_held()
