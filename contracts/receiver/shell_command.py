"""One command of the user's, run by the shell. It ends in time with all that it has started; its output has a bound."""

import subprocess
import threading
from typing import IO, cast

from contracts.errors import CannotRun
from mock_server.support.process_group import KILL, signal_group

_MAX_REASON = 200
"""Bytes of a failed command's complaint that are shown."""


def output_of(command: str, seconds: float, most: int) -> str:
    """The output of a command, at most so many bytes. Raises CannotRun for a command that fails or takes too long."""
    with subprocess.Popen(
        command,
        shell=True,
        stdin=subprocess.DEVNULL,  # it would wait for somebody to type
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # read at the end: who complains without end is late
        start_new_session=True,  # so that all that it starts can be ended with it
    ) as process:
        printed, complained = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
        late = threading.Event()
        deadline = threading.Timer(seconds, _end, (process, late))
        deadline.daemon = True
        deadline.start()
        try:
            output = printed.read(most)
            if len(output) == most:
                _end(process, threading.Event())
                raise CannotRun(f"the probe prints {most} bytes or more", "let it print a number")
            complaint = complained.read(most)[:_MAX_REASON].decode("utf-8", "replace").strip()
            process.wait()
        finally:
            deadline.cancel()
    if late.is_set():
        raise CannotRun(f"the probe takes longer than {seconds:g} s", "give a quicker one")
    if process.returncode:
        raise CannotRun(f"the probe ends with {process.returncode}: {complaint}", "give a command that ends well")
    return output.decode("utf-8", "replace").strip()


def _end(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    """End a command and what it has started."""
    late.set()
    signal_group(process, KILL)
