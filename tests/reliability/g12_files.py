"""Broken contracts, worlds, configurations and snapshots, and starts that cannot be made, end with words for a person.

Each file and each start is one run of the command, in a process forked from one that has it loaded: exit code 2,
within 5 s and 512 MB, no traceback, no network; every line it says names the file, with the line or the place in it
where there is one, the cause and the remedy. A snapshot is refused by the control plane with the place and the cause,
and nothing of it is taken. What somebody forged, a signed snapshot or a state file whose checksums fit, is refused in
such words too, the file untouched; or it is served without a fault, and comes back from the state file. Every kind of
wrong value in each place of what verbs read (traffic, recordings, reports, overlays) and of what control routes take
is read, or refused with words, in no time and with nothing changed.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bad_starts import occupied, starts
from broken_cases import Case, configurations, contracts, worlds
from broken_snapshots import snapshots
from forged_files import forged_snapshots, forged_states
from frame import HERE, Figure, Size, alone
from mutated_bodies import mutated_bodies
from mutated_files import mutated_files
from process import Caller
from under_test import ROOT, serving

from mock_server.config.settings import PREFIX

MINUTES = 15
LONGEST = 5.0  # seconds
MAX_KIB = 512 * 1024
EVERY = 40  # of so many cases the small size runs one
EVERY_FORGED = 400  # as that, of forged files
EVERY_MUTATED = {"full": (25, 1), "small": (3_000, 600)}  # as that, of mutated files and bodies
_PLACE = re.compile(r"(:\d+|#/\S*|#|'[^']+'|\[[\w.-]+\]): ")
_REMEDY = re.compile(r" → \S|Try '|Did you mean|requires an argument|must be|write it |choices: ")


@dataclass(frozen=True)
class Ran:
    code: int
    said: str
    seconds: float
    kib: int
    alarms: str


class Runner:
    """The process that runs cases."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, case: Case, folder: Path) -> Ran:
        """One case in ``folder``, which is empty."""
        for name, raw in case.files.items():
            (folder / name).write_bytes(raw)
        if case.prepare:
            case.prepare(folder)
        environment = dict(case.environment)
        if "--port" not in case.arguments and case.kind != "configuration":
            environment |= {f"{PREFIX}PORT": "0"}
        asked = {"folder": str(folder), "arguments": list(case.arguments), "environment": environment}
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        return Ran(**json.loads(self._process.stdout.readline()))


@contextmanager
def running() -> Iterator[Runner]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environment |= {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(HERE / "guarded.py")]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Runner(process)
        assert process.stdin
        process.stdin.close()


def faults(case: Case, run: Ran) -> Iterator[str]:
    """What is wrong with how a case ended."""
    lines = [line for line in run.said.splitlines() if line.strip()]
    if run.code != 2:
        yield f"exit code {run.code}"
    if run.seconds > LONGEST:
        yield f"{run.seconds:.1f} s"
    if run.kib > MAX_KIB:
        yield f"{run.kib // 1024} MB"
    if "Traceback" in run.said or "Error:" in run.said.replace("\nError: ", "\n").removeprefix("Error: "):
        yield "a traceback"
    if run.alarms and case.kind != "start":
        yield f"reached out: {run.alarms[:80]}"
    if not lines:
        yield "says nothing"
    if case.where and case.where not in run.said:
        yield f"does not name {case.where}"
    if any(len(line) > 600 for line in lines):
        yield "a line of more than 600 letters"
    ours = [line for line in lines if line.startswith("sophiie-mock: ")] or [run.said]
    for line in ours:
        if not (case.whole or _PLACE.search(line) or "… and " in line):
            yield f"no place: {line[:160]}"
        if not (_REMEDY.search(line) or "… and " in line):
            yield f"no remedy: {line[:160]}"


def judged(cases: Sequence[Case]) -> tuple[Counter[str], list[str], float, int]:
    """How many of each kind, what was wrong, the longest and the largest."""
    tally: Counter[str] = Counter()
    wrong, longest, largest = [], 0.0, 0
    with running() as runner:
        for case in cases:
            with tempfile.TemporaryDirectory() as name:
                run = runner.run(case, Path(name))
            tally[case.kind] += 1
            longest, largest = max(longest, run.seconds), max(largest, run.kib)
            wrong += [f"{case.kind} {case.name}: {fault}" for fault in faults(case, run)]
    return tally, wrong, longest, largest


def _snapshots(every: int) -> tuple[int, list[str]]:
    """How many were tried, and what was wrong with how they were refused."""
    wrong, count = [], 0
    with serving("small", world="small", rate_limit="off") as server:
        caller = Caller(server.port)
        exported = caller.call("GET", "/__admin/snapshots/@now/export").body
        caller.close()
        for name, raw in list(snapshots(exported))[::every]:
            count += 1
            status, told = _imported(server.port, raw)
            if status != 400 or not told.get("detail") or not ({"pointer", "line"} & told.keys()):
                wrong.append(f"snapshot {name}: {status} {json.dumps(told)[:160]}")
        kept = Caller(server.port)
        if kept.call("GET", "/__admin/snapshots").body != {"snapshots": []}:
            wrong.append("a broken snapshot was kept")
        kept.close()
    return count, wrong


def _imported(port: int, raw: bytes) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/__admin/snapshots/import", raw, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, json.loads(said)


def main(size: Size) -> Figure:
    every = 1 if size == "full" else EVERY
    with occupied() as port, serving("small", host="0.0.0.0", world="empty") as public:
        listed = ["events", "list", "--url", f"http://127.0.0.1:{public.port}"]
        without = Case("start", "a verb without its token", listed, where="SOPHIIE_MOCK_ADMIN_TOKEN", whole=True)
        cases = [*contracts(), *worlds(), *configurations(), *starts(port), without]
        tally, wrong, longest, largest = judged(cases[::every])
    tally["snapshot"], more = _snapshots(every)
    wrong += more
    with tempfile.TemporaryDirectory() as name:
        asked = (Path(name), *(("small", 1) if size == "full" else ("empty", EVERY_FORGED)))
        forged = forged_snapshots(*asked), forged_states(*asked)
        read_by_verbs, taken_by_routes = EVERY_MUTATED[size]
        mutated = mutated_files(Path(name), read_by_verbs), mutated_bodies(taken_by_routes)
    wrong += [fault for _, faults in (*forged, *mutated) for fault in faults]
    began = tally.pop("start")
    told = ", ".join(f"{count} {kind}s" for kind, count in tally.items())
    text = (
        f"{tally.total()} broken files ({told}) and {began} bad starts: not as promised {len(wrong)}; "
        f"at most {longest:.1f} s and {largest // 1024} MB; network calls for a file 0; "
        f"{forged[0][0]:,} forged snapshots and {forged[1][0]:,} forged state files; "
        f"{mutated[0][0]:,} runs on mutated files and {mutated[1][0]:,} mutated control requests"
    )
    return Figure(not wrong, "; ".join([text, *wrong[:5]]))


if __name__ == "__main__":
    alone(__file__, main)
