"""A connection to PostgreSQL that is opened when it is first used, and again when it was closed meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mock_server.store.postgres_connection import PostgresConnection, explained, opened


class OwnConnection:
    """A connection beside that of the log, for one thread at a time."""

    def __init__(self, url: str, connect: Callable[[str], PostgresConnection] = opened) -> None:
        self._url = url
        self._connect = connect
        self._db: PostgresConnection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def open(self) -> Iterator[PostgresConnection]:
        """The connection, for one thread at a time. Raises StateError."""
        with self._lock:
            if self._db is None or not self._db.is_usable():
                if self._db is not None:
                    self._db.close()
                self._db = self._connect(self._url)
            try:
                with explained(self._url):
                    yield self._db
            except BaseException:
                self._db.close()  # it may be in the middle of a transaction
                raise

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._db is not None:
                self._db.close()
