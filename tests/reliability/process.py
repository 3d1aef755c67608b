"""A server in a process of its own, and a client that asks it one thing after the other."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frame import HERE, STALLS

SERVE = (sys.executable, "-m", "mock_server", "serve")
TINY = ("--spec", str(HERE.parent / "tiny.json"), "--world", "empty")
"""Starts at once: it has leads that can be made and read, and nothing else."""
EMPTY = ("--world", "empty")
HOOK = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
GONE = (OSError, http.client.HTTPException)
"""What a call raises when the server is gone."""


@dataclass(frozen=True)
class Told:
    """One answer. ``body`` is the JSON value; the text when it is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Caller:
    """One connection; it is made anew after an error."""

    def __init__(self, port: int, timeout: float = 60) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def call(self, method: str, path: str, body: Any = None, workspace: str = "", key: str = "sk_test_local") -> Told:
        """Raises GONE."""
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        if workspace:
            headers["x-mock-workspace"] = workspace
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except GONE:
            self._connection.close()
            raise
        try:
            value = json.loads(text)
        except ValueError:
            value = text.decode("utf-8", "replace")
        return Told(answer.status, {name.lower(): value for name, value in answer.getheaders()}, value)

    def close(self) -> None:
        self._connection.close()


@dataclass
class Process:
    """A server that listens. ``ready`` is how many seconds it took until it answered, ``worked`` of a processor's."""

    running: subprocess.Popen[str]
    port: int
    ready: float
    worked: float
    stderr: Path
    is_over: bool = False

    def kill(self) -> None:
        """End it, and take up the stalls that it told of; a second time there is nothing to do."""
        self.running.kill()
        self.running.wait(30)
        if not self.is_over:
            self.is_over = True
            STALLS.read(self.said)

    def stop(self, seconds: float = 15) -> int:
        """Ask it to stop; its exit code."""
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(seconds)

    @property
    def said(self) -> str:
        """What stands on its standard error."""
        return self.stderr.read_text(errors="replace")


def command(*arguments: str, program: Sequence[str] = SERVE) -> list[str]:
    return [*program, "--quiet", "--rate-limit", "off", *arguments]


def start(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    program: Sequence[str] = SERVE,
    within: float = 30,
) -> Process:
    """Raises RuntimeError, with what it said, when it ends or does not answer in time."""
    told, stderr = folder / "port", folder / "stderr"
    told.unlink(missing_ok=True)
    began = time.monotonic()
    full = command("--port", "0", "--port-file", str(told), *arguments, program=program)
    with stderr.open("w") as errors:
        running = subprocess.Popen(
            full, stdout=subprocess.DEVNULL, stderr=errors, text=True, env={**os.environ, **(env or {})}
        )
    while time.monotonic() - began < within and running.poll() is None:
        if told.exists():
            port = int(told.read_text())
            with contextlib.suppress(*GONE):
                caller = Caller(port, within)
                caller.call("GET", "/__admin/health")
                caller.close()
                return Process(running, port, time.monotonic() - began, worked(running.pid), stderr)
        time.sleep(0.005)
    running.kill()
    running.wait(30)
    raise RuntimeError(f"no server: exit code {running.returncode}: {stderr.read_text(errors='replace')}")


def worked(pid: int) -> float:
    """Seconds of a processor that a process has had; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def queued(pid: int) -> float:
    """Seconds in which the first thread of a process was ready to run and had no processor; 0 where nobody says."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


@contextmanager
def serving(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """A server until the block ends, however it ends."""
    process = start(folder, *arguments, env=env)
    try:
        yield process
    finally:
        process.kill()


def refused(*arguments: str, env: Mapping[str, str] | None = None, within: float = 30) -> tuple[int, str, float]:
    """A start that is to fail: exit code, standard error, seconds. Raises TimeoutExpired when it serves."""
    began = time.monotonic()
    done = subprocess.run(
        command("--port", "0", *arguments),
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=within,
    )
    return done.returncode, done.stderr, time.monotonic() - began
