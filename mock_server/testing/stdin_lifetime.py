"""Run a command until standard input ends, so that a server ends with the tests that started it, even if they crash.

It is run as a file, ``python stdin_lifetime.py COMMAND …``, and imports nothing of this package, to start quickly.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PATIENCE = 10
"""Seconds that the command has to end by itself after it was asked to."""


def main(words: list[str]) -> int:
    """Run the command and return its exit code, or the shell's 127 if it cannot be run."""
    try:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as fault:
        sys.stderr.write(f"{words[0]}: {fault.strerror}\n")
        return 127
    threading.Thread(target=_end_with_input, args=[process], daemon=True).start()
    code = process.wait()
    _signal(process, "SIGKILL")  # whatever the command has left behind
    return code


def _end_with_input(process: "subprocess.Popen[bytes]") -> None:
    """Ask the command to end once standard input is closed on the other side; if it does not, kill it."""
    with suppress(OSError):
        while os.read(0, 1024):  # unbuffered: a thread that holds a buffer's lock would spoil the end of the program
            pass
    _signal(process, "SIGTERM")
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        _signal(process, "SIGKILL")


def _signal(process: "subprocess.Popen[bytes]", name: str) -> None:
    """Send a signal to the command and all its children; Windows has no such group."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, getattr(signal, name))
        else:
            process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
