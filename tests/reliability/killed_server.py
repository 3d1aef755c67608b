"""A server that kills itself at a named step: ``killed_server.py STEP COUNT -- serve …``.

The steps of ``dying_server.py``, and two of the store: ``mid-commit``, between the statements of a transaction, and
``mid-reset``, after a workspace was cleared and before it is written anew. The program knows nothing of this.
"""

import sys
from typing import Any

from dying_server import DyingGate, DyingLog, Fate

from mock_server import server
from mock_server.cli import main
from mock_server.settings import Settings
from mock_server.store import sqlite
from mock_server.webhooks import egress


class DyingSqlite(sqlite.SqliteLog):
    """Its statements go through a connection that counts."""

    fate = Fate("never", 0)

    def _clear(self, workspace: str) -> None:
        super()._clear(workspace)
        self.fate.come_to("mid-reset")

    def _write(self, *arguments: Any) -> None:
        super()._write(*arguments)
        self.fate.come_to("mid-commit")


if __name__ == "__main__":
    step, count, _, *arguments = sys.argv[1:]
    DyingGate.fate = DyingSqlite.fate = fate = Fate(step, int(count))
    egress.Gate = DyingGate  # type: ignore[misc]
    sqlite.SqliteLog = DyingSqlite  # type: ignore[misc]
    open_log = server.open_log

    def opened(settings: Settings) -> Any:
        return DyingLog(open_log(settings), fate)

    server.open_log = opened  # the verb takes the name when it is loaded
    sys.exit(main(arguments))
