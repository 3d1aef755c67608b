"""A server that kills itself at a named step: ``killed_server.py STEP COUNT -- serve …``.

The steps of ``dying_server.py``, and those of the store: ``mid-commit``, ``mid-begin``, ``mid-save``, ``mid-keep``,
``mid-forget``, ``mid-remove`` and ``mid-tidy``, after the statements of such a transaction and before it is committed.
A reset, a restore, a fork and a new workspace *begin*; a snapshot is *saved*; a world and an imported snapshot are
*kept*, in many transactions. The program knows nothing of this.
"""

import sqlite3
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from dying_server import DyingGate, DyingLog, Fate

from mock_server import server
from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.store import database, sqlite_log
from mock_server.webhooks import egress_client


class DyingDatabase(database.Database):
    """Comes to the step that the log is at before each commit."""

    fate = Fate("never", 0)
    step = "commit"

    @contextmanager
    def transaction(self, rows: int = 1, owned: Collection[str] = ()) -> Iterator[sqlite3.Connection]:
        with super().transaction(rows, owned) as db:
            yield db
            self.fate.come_to(f"mid-{self.step}")


class DyingSqlite(sqlite_log.SqliteLog):
    """Says what it is about to do."""

    _data: DyingDatabase

    def keep(self, *arguments: Any) -> Any:
        pieces = super().keep(*arguments)
        while True:
            self._data.step = "keep"
            try:
                yield next(pieces)
            except StopIteration as end:
                return end.value


def _saying(step: str) -> Any:
    def method(self: Any, *arguments: Any) -> Any:
        self._data.step = step.removesuffix("_all")
        return getattr(super(DyingSqlite, self), step)(*arguments)

    return method


for _step in ("begin", "commit_all", "save", "forget", "remove", "tidy"):
    setattr(DyingSqlite, _step, _saying(_step))


if __name__ == "__main__":
    step, count, _, *arguments = sys.argv[1:]
    DyingGate.fate = DyingDatabase.fate = fate = Fate(step, int(count))
    egress_client.EgressClient = DyingGate  # type: ignore[misc]
    sqlite_log.Database = DyingDatabase  # type: ignore[attr-defined]
    sqlite_log.SqliteLog = DyingSqlite  # type: ignore[misc]
    open_log = server.open_log

    def opened(settings: Settings) -> Any:
        return DyingLog(open_log(settings), fate)

    server.open_log = opened  # the verb takes the name when it is loaded
    sys.exit(main(arguments))
