"""A server that kills itself at a named step of a webhook's life, as often as it is asked to live.

Each line of standard input, ``[STEP, COUNT, [ARGUMENT, …]]``, is one life of the command line: a fork of a process that
has loaded everything. The answer is a line with its process id, and one with its exit code when it has ended. STEP is
one of before-commit, after-commit, after-send, before-record, or ``never``; it dies the COUNT-th time that it comes
there. The program knows nothing of this: its log and its gate are wrapped from outside.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from mock_server import server
from mock_server.cli.main import main
from mock_server.config.settings import Settings
from mock_server.store.base import Log, LoggedTransaction
from mock_server.webhooks import egress_client
from mock_server.webhooks.reply import Reply

DELIVERIES, EVENTS = "$deliveries", "$events"


class Fate:
    def __init__(self, step: str, count: int) -> None:
        self._step, self._left = step, count

    def come_to(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingLog:
    """A log around another. A commit that records an attempt has no event in it."""

    def __init__(self, inner: Log, fate: Fate) -> None:
        self._inner, self._fate = inner, fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit_all(self, transactions: Sequence[LoggedTransaction]) -> None:
        kinds = {change.kind for one in transactions for change in one.changes}
        if EVENTS in kinds:
            self._fate.come_to("before-commit")
        elif DELIVERIES in kinds:
            self._fate.come_to("before-record")
        self._inner.commit_all(transactions)
        if EVENTS in kinds:
            self._fate.come_to("after-commit")


class DyingGate(egress_client.EgressClient):
    fate = Fate("never", 0)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, verify: bool = True, method: str = "POST"
    ) -> Reply:
        reply = await super().post(url, body, headers, verify=verify)
        self.fate.come_to("after-send")
        return reply


def prepare() -> None:
    """Wrap the log and the gate, and load what the verb needs; it takes the names when it is loaded."""
    egress_client.EgressClient = DyingGate  # type: ignore[misc]
    open_log = server.open_log

    def opened(settings: Settings) -> Any:
        return DyingLog(open_log(settings), DyingGate.fate)

    server.open_log = opened
    importlib.import_module("mock_server.cli.commands.serve")


def live(step: str, count: int, arguments: Sequence[str]) -> NoReturn:
    DyingGate.fate = Fate(step, count)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(nothing, sys.stdout.fileno())
    code = 1
    try:
        code = main(list(arguments))
    finally:
        os._exit(code)


if __name__ == "__main__":
    prepare()
    for line in sys.stdin:
        life = os.fork()
        if life == 0:
            live(*json.loads(line))
        print(life, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(life, 0)[1]), flush=True)
