"""How much the proxy adds to a request, and whether it holds a steady pace: ``python bench/proxy.py [--minutes 10]``.

The mock stands in for the real API on this machine; half of the requests go to it directly, as the measure of what
the proxy adds. Exit code 1: a request failed, or the proxy adds more than two milliseconds at the median.
"""

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from contracts.transport.target import mock

PER_MINUTE = 50
MAX_ADDED_MS = 2.0
PATHS = ("/v1/organization", "/v1/leads?limit=5", "/v1/faqs", "/v1/members", "/v1/inquiries?limit=5")


class Client:
    """One kept connection, and the milliseconds and statuses of its requests."""

    def __init__(self, origin: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=30)
        self._headers = {"Authorization": f"Bearer {key}"}
        self.took: list[float] = []
        self.failed = 0

    def ask(self, path: str) -> None:
        """Ask once; an answer other than 200, and a lost connection, is a failure."""
        started = time.perf_counter()
        try:
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
            self.failed += answer.status != 200
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self.failed += 1
        self.took.append((time.perf_counter() - started) * 1000)


@contextmanager
def proxy(origin: str, folder: Path) -> Generator[str, None, None]:
    """``sophiie-mock proxy`` as a process of its own."""
    port, shapes = folder / "port", folder / "shapes.json"
    command = [sys.executable, "-m", "mock_server", "proxy", origin, "-p", "0", "--port-file", str(port), "-q",
               "--record", str(shapes)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not port.exists() or not port.read_text():
            if process.poll() is not None:
                raise SystemExit("the proxy has ended")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text()}"
    finally:
        process.terminate()
        process.wait(30)


def main() -> int:
    """Measure and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    count = int(parser.parse_args().minutes * PER_MINUTE)
    with mock() as target, tempfile.TemporaryDirectory() as folder, proxy(target.origin, Path(folder)) as url:
        direct, through = Client(target.origin, target.key), Client(url, target.key)
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number * 60 / PER_MINUTE - time.monotonic()))
            direct.ask(PATHS[number % len(PATHS)])
            through.ask(PATHS[number % len(PATHS)])
    one, other = statistics.median(direct.took), statistics.median(through.took)
    slow = statistics.quantiles(through.took, n=100)[98] if count > 1 else other
    print(f"{count} requests at {PER_MINUTE} a minute: {through.failed} failed; p50 {one:.2f} → {other:.2f} ms "
          f"(+{other - one:.2f}), p99 {slow:.2f} ms")  # fmt: skip
    return 1 if through.failed or other - one > MAX_ADDED_MS else 0


if __name__ == "__main__":
    raise SystemExit(main())
