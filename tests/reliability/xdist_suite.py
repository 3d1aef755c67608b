"""A suite of a user's kind, 400 tests, in random order: the same results each time, however it is run.

It runs on one worker; on several with a server of each worker's own; and on several with one server that was started
elsewhere (``SOPHIIE_MOCK_URL``), as a team's tests share one.

``python tests/reliability/xdist_suite.py [ROUNDS] [WORKERS]`` (20 rounds, 4 workers). Exit code 1 when two runs differ.
Not part of the ordinary run: it takes minutes. The rounds are told on standard error.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from mock_server.api.exchange import Exchange
from mock_server.config.settings import Settings
from mock_server.server import MockServer

ROOT = Path(__file__).parents[2]
TESTS = 400
RESULT = re.compile(
    r"^(?:\[gw\d+\] \[ *\d+%\] )?(PASSED|FAILED|ERROR)? ?(test_suite\.py::\S+)(?: (PASSED|FAILED|ERROR))?", re.M
)

# The order is shuffled with the seed in SHUFFLE; five tests fail on purpose, always the same ones.
CONFTEST = """
import os
import random

def pytest_collection_modifyitems(items):
    random.Random(int(os.environ["SHUFFLE"])).shuffle(items)
"""
SUITE = """
import pytest

LEAD = {"firstName": "Ana", "email": "ana@example.com", "suburb": "Newtown"}

@pytest.mark.parametrize("number", range(100))
def test_writes(sophiie, number):
    for index in range(number % 4 + 1):
        body = LEAD | {"email": f"{number}.{index}@example.com"}
        sophiie.client.post("/v1/leads", json=body).raise_for_status()
    assert sophiie.world.count("leads") == 12 + number % 4 + 1
    sophiie.requests.assert_called("POST /v1/leads", times=number % 4 + 1)
    assert number % 10 != 9, "on purpose"

@pytest.mark.parametrize("number", range(100))
@pytest.mark.sophiie(rate_limit=3)
def test_limits(sophiie, number):
    statuses = [sophiie.client.get("/v1/leads").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    sophiie.clock.advance(60)
    assert sophiie.client.get("/v1/leads").status_code == 200

@pytest.mark.parametrize("number", range(100))
def test_webhooks(sophiie, number):
    sophiie.inbox.subscribe("LEAD_CREATED")
    sophiie.client.post("/v1/leads", json=LEAD).raise_for_status()
    assert sophiie.inbox.expect({"email": LEAD["email"]})[0]["suburb"] == "Newtown"
    assert len(sophiie.inbox.drain()) == 1
    sophiie.inbox.expect_none()

@pytest.mark.parametrize("number", range(100))
def test_bad_days(sophiie, number):
    sophiie.faults.add("GET /v1/leads", {"status": 503}, count=number % 3 + 1)
    statuses = [sophiie.client.get("/v1/leads").status_code for _ in range(4)]
    assert statuses.count(503) == number % 3 + 1
    sophiie.simulate("call", about="blocked drain")
    sophiie.reset()
    assert sophiie.client.get("/v1/leads").json()["totalCount"] == 12
"""


def results(folder: Path, workers: int, shuffle: int, url: str = "") -> dict[str, str]:
    """Outcome by test, with the server at ``url`` or with the suite's own.

    No plugins but ours and xdist: importing the others here takes most of the time.
    """
    plugins = ("-p", "mock_server.pytest_plugin", "-p", "no:cacheprovider", "-p", "xdist")
    command = [sys.executable, "-m", "pytest", "-v", *plugins, *(["-n", str(workers)] if workers > 1 else [])]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "SHUFFLE": str(shuffle),
        "COLUMNS": "200",
    }
    if url:
        environment["SOPHIIE_MOCK_URL"] = url
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    found = {match[2]: match[1] or match[3] for match in RESULT.finditer(done.stdout) if match[1] or match[3]}
    if not found:
        print(done.stdout[-2000:], done.stderr[-2000:])
    return found


def main(rounds: int, workers: int) -> int:
    expected: dict[str, str] = {}
    took: dict[tuple[int, bool], list[float]] = {(1, False): [], (workers, False): [], (workers, True): []}
    with tempfile.TemporaryDirectory() as name, _Elsewhere() as server:
        folder = Path(name)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_suite.py").write_text(SUITE)
        for number in range(1, rounds + 1):
            for (count, elsewhere), times in took.items():
                start, shuffle = time.perf_counter(), random.randrange(2**31)
                found = results(folder, count, shuffle, server.url if elsewhere else "")
                times.append(time.perf_counter() - start)
                print(f"round {number} of {rounds}, {_arm(count, elsewhere)}: {times[-1]:.1f} s", file=sys.stderr)
                expected = expected or found
                if found != expected or len(found) != TESTS:
                    different = sorted(test for test in expected if expected[test] != found.get(test))
                    arm = _arm(count, elsewhere)
                    print(f"round {number}, {arm}, order {shuffle}: {len(found)} results, not {different}")
                    return 1
    tally = ", ".join(f"{number} {outcome.lower()}" for outcome, number in sorted(Counter(expected.values()).items()))
    if server.asked < TESTS * rounds:
        print(f"the server elsewhere had only {server.asked} requests")
        return 1
    seconds = ", ".join(f"{median(times):.1f} s on {_arm(*arm)}" for arm, times in took.items())
    print(f"{TESTS} tests, {rounds} rounds in random order: the same results each time ({tally}); median {seconds}")
    return 0


class _Elsewhere(MockServer):
    """A server that counts the requests it answers."""

    def __enter__(self) -> "_Elsewhere":
        super().__enter__()
        return self

    def __init__(self) -> None:
        super().__init__(Settings(port=0, quiet=True), observe=self._count)
        self.asked = 0

    def _count(self, exchange: Exchange) -> None:
        self.asked += 1


def _arm(workers: int, elsewhere: bool) -> str:
    return f"{workers} worker(s), {'one server elsewhere' if elsewhere else 'a server each'}"


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(asked + [20, 4][len(asked) :])))
