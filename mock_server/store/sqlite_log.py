"""The log in a SQLite file: one writer, write-ahead, so what was acknowledged survives `kill -9`."""

from pathlib import Path

from mock_server.store.database import Database
from mock_server.store.layered_log import LayeredLog


class SqliteLog(LayeredLog):
    """Raises StateError, with the cause and the remedy, when the file cannot be used."""

    def __init__(self, path: Path, *, flushed: bool = False) -> None:
        super().__init__(str(path), Database(path, flushed=flushed))
