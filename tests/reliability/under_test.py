"""A server to be hard on: at full size a process of its own, at small size a thread of this one."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from frame import STALLS, Size

from mock_server.config.settings import PREFIX, variable
from mock_server.config.sources import gather
from mock_server.server import MockServer

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


@dataclass
class UnderTest:
    """``log`` is what it wrote; ``process`` is None when it is a thread."""

    port: int
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    host: str = "127.0.0.1"

    @property
    def alive(self) -> bool:
        return self.process is None or self.process.poll() is None

    @property
    def resident(self) -> int:
        """KiB of memory that it holds now."""
        return self._status("VmRSS")

    @property
    def peak(self) -> int:
        """KiB of memory that it held at most, since ``forget_peak``."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")

    @property
    def bugs(self) -> int:
        """How often it found a bug of its own."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return text.count("a bug of ours") + text.count("Exception in ASGI application")

    @property
    def _pid(self) -> int:
        return self.process.pid if self.process else os.getpid()

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextmanager
def serving(size: Size, kind: type[MockServer] = MockServer, **settings: str) -> Iterator[UnderTest]:
    """A server with these settings, until the block ends; ``kind`` is for the small one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if size == "small":
            with kind(gather({"port": 0, "quiet": "true", **settings}, {}, folder)) as server:
                yield UnderTest(urlsplit(server.url).port or 0, folder / "log")
            return
        flags = [f"--{key.replace('_', '-')}={value}" for key, value in settings.items()]
        port, log = folder / "port", folder / "log"
        command = [sys.executable, "-X", "faulthandler", "-m", "mock_server", "serve", "--quiet", *flags]
        watched = variable("debug_stalls")
        environment = {key: value for key, value in os.environ.items() if key == watched or not key.startswith(PREFIX)}
        environment["PYTHONPATH"] = str(ROOT)
        with log.open("wb") as said:
            process = subprocess.Popen(
                [*command, "--port=0", f"--port-file={port}"], cwd=folder, env=environment, stdout=said, stderr=said
            )
            try:
                _wait_for(port, process, log)
                yield UnderTest(int(port.read_text()), log, process, settings.get("host", "127.0.0.1"))
            finally:
                process.kill()
                process.wait()
                STALLS.read(log.read_text(errors="replace"))


def _wait_for(port: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not port.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
        time.sleep(0.02)
