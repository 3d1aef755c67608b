"""Open the log that ``--state`` names: none, a SQLite file, or a PostgreSQL database."""

from pathlib import Path

from mock_server.errors import Problem, StateError
from mock_server.store.base import Log, NoLog
from mock_server.support.postgres_url import is_postgres_url

_INSTALL = 'install it with `pip install "sophiie-mock[postgres]"`, as this program was installed'


def open_log(state: str, address: str = "", *, flushed: bool = False) -> Log:
    """Open the log of a file or of a database, which continues where it stopped. Raises StateError.

    ``address`` is the URL under which other servers on the same database reach this one. A file that is ``flushed``
    survives a loss of power, because each commit waits for the disk; a database does so anyway.
    """
    if not state:
        return NoLog()
    if is_postgres_url(state):
        return _on_postgres(state, address)
    from mock_server.store.sqlite_log import SqliteLog  # start-up: the library is for those who keep state

    return SqliteLog(Path(state), flushed=flushed)


def _on_postgres(url: str, address: str) -> Log:
    try:
        from mock_server.store.postgres_log import PostgresLog  # start-up: an extra, which may be missing
        from mock_server.store.replica_log import ReplicaLog  # start-up: as above
    except ImportError as fault:
        if (fault.name or "").partition(".")[0] not in ("psycopg", "psycopg_binary"):
            raise
        raise StateError(Problem("--state", "the client of PostgreSQL, psycopg, is not installed", _INSTALL)) from None
    return ReplicaLog(url, address) if address else PostgresLog(url)
