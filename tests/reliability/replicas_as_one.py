"""Two replicas behind a proxy serve a suite of a user's kind under xdist, and nobody can tell them from one server.

``python tests/reliability/replicas_as_one.py [WORKERS]`` (2 workers). Exit code 1 when a result is not the one of a
server of its own, or when one replica did nothing. It takes a minute, so `make test-slow` runs a smaller suite.
"""

import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from urllib.request import Request, urlopen

from g17_replicas import Replica
from postgres import own_postgres
from round_robin import round_robin
from xdist_suite import CONFTEST, SUITE, results

REPLICAS = 2
SECRET = "a-secret-of-two-replicas"


def done(port: int) -> int:
    """How many requests to the API a replica has answered itself: it is asked as another replica asks it."""
    asked = Request(f"http://127.0.0.1:{port}/__admin/metrics", headers={"x-mock-peer": SECRET})
    with urlopen(asked) as answer:
        lines: list[str] = answer.read().decode().splitlines()
    return sum(int(line.rpartition(" ")[2]) for line in lines if line.startswith("sophiie_mock_requests_total{"))


def compared(workers: int, each: int) -> tuple[dict[str, str], list[str], list[int]]:
    """What became of so many tests of each kind, those that are not as on one server, and what each replica did."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        (folder / "secret").write_text(SECRET)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_suite.py").write_text(SUITE.replace("range(100)", f"range({each})"))
        url = opened.enter_context(opened.enter_context(own_postgres()).schema("s"))
        replicas = [Replica(folder, number, url, world=()) for number in range(REPLICAS)]
        for one in replicas:
            opened.callback(one.kill)
            one.start()
        expected = results(folder, workers, shuffle=1)
        with round_robin([one.port for one in replicas]) as proxy:
            found = results(folder, workers, shuffle=1, url=proxy)
        different = sorted(test for test in expected | found if expected.get(test) != found.get(test))
        return found, different, [done(one.port) for one in replicas]


def main(workers: int) -> int:
    found, different, shares = compared(workers, 100)
    print(f"{len(found)} tests, {dict(Counter(found.values()))}, {len(different)} not as on one server")
    print(f"requests to the API that each replica answered: {shares}", *different[:20], sep="\n")
    return int(bool(different) or not found or min(shares) == 0)


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:] or ["2"])))
