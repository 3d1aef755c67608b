"""What a production host sees of ``check`` in mode ``safe``, over the flags: reads, with the token, slowly.

    python tests/contracts/every_flag.py [--strength 3]

A recording server stands in for the host, under its name; it holds what the mock holds, or nothing, or is tired and
asks for peace, and it keeps the documented rate limit. Time passes only when somebody waits. All runs are on one token,
one after the other, through the command itself and through pytest. The rate is counted over all of them, and over those
that were not asked for the rate limit, which takes one request more than a minute allows.

- any three flags (and the kind of host) in every combination of their ways, left out or given, without those that
  leave little to be sent; any two with these;
- in full, the flags that change what is sent: what is chosen, left out, asked again, how much at most, and the host;
- flags that are refused without ``--allow-writes``, each in the company of others: nothing may be sent at all.

The last line has the figures; the exit code is 1 when one of them is not what it must be.
"""

import argparse
import io
import os
import random
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from click.testing import CliRunner
from flags import REFUSED, TRIED, Row, covering, everything, flags, prepare, words
from production import production
from recording import HOST, KEY, Answer, FakeClock, Meter, Recording, Seen, recording
from test_safe_mode import empty

from contracts.cli import check as command
from contracts.cli import main as cli
from contracts.real_host.run_plan import BURST
from contracts.run.session import RunSession
from contracts.spec.document import load
from contracts.transport.pacing import MAX_REQUESTS_PER_WINDOW, WINDOW_SECONDS, Pace

HOSTS = {"host": [["empty"], ["tired"]]}
DECISIVE = ("only", "exclude", "max_requests", "replay")
LITTLE = ("plan", "replay", "max_requests")
PYTEST = {
    "mode": [["--contract-mode", "safe"]],
    "quick": [["--contract-quick"]],
    "seed": [["--contract-seed", "7"]],
    "spec": [["--contract-spec", TRIED["spec"][0][1]]],
    "chosen": [["-k", "read"], ["-k", "filter or item"]],
    "stop": [["-x"]],
    "report": [["--junitxml", "junit.xml"]],
    "check_rate_limit": [["--contract-rate-limit"]],
}


class Hosts:
    """The host's kinds of answers. ``kind`` is the one that it is now."""

    def __init__(self, ask: Callable[[str], Answer], meter: Meter) -> None:
        self.kind = ""
        self._ask, self._asked, self._meter = cache(ask), 0, meter

    def answer(self, seen: Seen) -> Answer:
        self._asked += 1
        if self.kind == "empty":
            return empty(seen.method, seen.path)
        if self.kind == "tired" and self._asked % 7 == 0:
            return (429, {"retry-after": "20"}, b"{}") if self._asked % 2 else (503, {}, b"{}")
        return self._meter.refuses() or self._ask(seen.path)


@contextmanager
def rerouted(host: Recording, clock: FakeClock, folder: Path) -> Generator[None, None, None]:
    """While this lasts, every run asks the stand-in, at a pace of the given clock."""
    made = vars(RunSession)["__init__"]

    def make(run: RunSession, *given: Any, **more: Any) -> None:
        pace = Pace(KEY, folder=folder, clock=clock, sleep=clock.sleep)
        made(run, *given, **{**more, "pace": pace, "reroutes": host.reroutes})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunSession, "__init__", make)
        patched.setattr(command, "load", cache(load))
        yield


def by_command(arguments: Sequence[str]) -> int:
    result = CliRunner().invoke(cli.command, [HOST, *arguments], input=f"{KEY}\n", standalone_mode=False)
    if result.exception is not None:
        raise RuntimeError(f"{arguments}: {result.output}") from result.exception
    return int(result.return_value)


def by_pytest(arguments: Sequence[str]) -> int:
    options = ["-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return int(pytest.main(["--pyargs", "contracts", "--target", HOST, *options, *arguments]))


def rows(strength: int) -> Iterator[tuple[Callable[[Sequence[str]], int], Row, bool]]:
    """(face, flags, whether anything may be sent)."""
    ways = {**TRIED, **HOSTS}
    met = covering({name: ways[name] for name in ways if name not in LITTLE}, strength)
    yield from ((by_command, row, True) for row in (*met, *covering(ways, min(2, strength))))
    decisive = {name: TRIED[name] for name in DECISIVE} | HOSTS
    yield from ((by_command, row, True) for row in everything(decisive))
    chance = random.Random(1)
    for name, refused in REFUSED.items():
        for company in chance.sample(met, min(10, len(met))):
            without = {other: way for other, way in company.items() if other != name}
            yield by_command, {**without, name: refused[0]}, False
    yield from ((by_pytest, row, True) for row in covering({**PYTEST, **HOSTS}, 2))


def most_in(times: Sequence[float], window: float) -> int:
    """The most moments that lie within one window."""
    most, recent = 0, deque[float]()
    for moment in times:
        recent.append(moment)
        while recent[0] < moment - window:
            recent.popleft()
        most = max(most, len(recent))
    return most


def run_all(strength: int, folder: Path) -> tuple[str, bool]:
    """One line with the figures, and whether they are what they must be."""
    clock, made, unasked = FakeClock(), list(rows(strength)), 0
    slow = list[Seen]()
    with production() as stand_in:
        hosts = Hosts(lambda path: stand_in.ask("GET", path), Meter(clock))
        with recording(lambda *_: (500, {}, b""), clock, hosts.answer) as host, rerouted(host, clock, folder):
            for number, (face, row, allowed) in enumerate(made, 1):
                before, hosts.kind = len(host.seen), " ".join(row.get("host", ()))
                face(words({name: way for name, way in row.items() if name != "host"}))
                unasked += 0 if allowed else len(host.seen) - before
                slow += host.seen[before:] if not row.get("check_rate_limit") else []
                print(f"{number}/{len(made)} {len(host.seen)} requests", end="\r", file=sys.stderr, flush=True)
            seen = host.seen
    writes = sum(one.method != "GET" for one in seen)
    bare = sum(one.authorization != f"Bearer {KEY}" for one in seen)
    most, most_slow = (most_in([one.at for one in some], WINDOW_SECONDS) for some in (seen, slow))
    text = (
        f"{len(made)} runs over {flags(row for _, row, _ in made)} flags (the kind of host counted), "
        f"any {strength} of them in every way, "
        f"{len(seen)} requests: {writes} non-GET, {bare} without the token, at most {most_slow} in any "
        f"{WINDOW_SECONDS:.0f} s; "
        f"{most} with --check-rate-limit; {unasked} sent by {sum(not allowed for *_, allowed in made)} runs that are "
        "refused"
    )
    return text, not (writes or bare or unasked) and 0 < most_slow <= MAX_REQUESTS_PER_WINDOW < most <= BURST


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strength", type=int, default=3, help="how many flags meet in every combination")
    strength = parser.parse_args().strength
    with tempfile.TemporaryDirectory() as name, chdir(name):
        os.environ.update(SOPHIIE_API_KEY=KEY, TMPDIR=name)
        prepare(Path(name))
        text, right = run_all(strength, Path(name))
    print(f"\n{text}")
    sys.exit(not right)


if __name__ == "__main__":
    main()
