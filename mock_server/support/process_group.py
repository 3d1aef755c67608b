"""Commands of the user that are ended together with all that they have started."""

import os
import signal
import subprocess

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process


def signal_group(process: "subprocess.Popen[bytes]", number: int) -> bool:
    """Send a signal, 0 for none, to a process that leads a session of its own, and to all that it has started.

    Return whether anything of it lived.
    """
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        elif number:  # Windows has no groups: what the process has started may go on
            process.kill()
        else:
            return process.poll() is None
    except (ProcessLookupError, PermissionError):
        return False
    return True
