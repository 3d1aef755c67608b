"""Runs of the command, each in a process of its own that is forked off this one, with an alarm on the network.

Reads one JSON object a line: ``folder``, ``arguments``, ``environment``. Answers each with one: ``code``, ``said``,
``seconds``, ``kib`` (the most memory it held), ``alarms`` (what it reached out for).
"""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from mock_server.cli.commands import events, serve
from mock_server.cli.main import main

LOADED = (events, serve)
"""Once, here, and not in each process."""
ALARMS = ("socket.connect", "socket.sendto", "socket.sendmsg", "subprocess.Popen", "os.system", "os.exec")
LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
PATIENCE = 20
"""Seconds; one that serves all the same is killed."""


def run(asked: dict[str, Any]) -> NoReturn:
    """One command, in the child."""
    folder = Path(asked["folder"])
    os.chdir(folder)
    os.environ.update(asked["environment"])
    said = os.open(folder / ".said", os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1)
    os.dup2(said, 2)
    told = os.open(folder / ".alarms", os.O_WRONLY | os.O_CREAT)

    def alarm(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ALARMS or event in LOOK_UPS:
            os.write(told, f"{event} {arguments!r:.200}\n".encode(errors="replace"))

    signal.alarm(PATIENCE)
    sys.addaudithook(alarm)
    code = 70
    with contextlib.suppress(BaseException):
        try:
            code = main(asked["arguments"])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def waited(child: int, folder: Path) -> dict[str, Any]:
    began = time.monotonic()
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "said": (folder / ".said").read_text("utf-8", errors="replace"),
        "seconds": time.monotonic() - began,
        "kib": usage.ru_maxrss,
        "alarms": (folder / ".alarms").read_text(errors="replace"),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            run(asked)
        print(json.dumps(waited(child, Path(asked["folder"]))), flush=True)
