"""`make reliability`: every goal at full size, one after the other, and the table of what they showed in SECURITY.md.

``--goal 9`` (repeatable) runs some of them; the rows of the others stay as they are. ``--size small`` tries them out
and writes no table. Each runs in a process of its own, for no longer than it says. Exit code 1 when one was not met.
"""

import argparse
import datetime
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from frame import GOALS, MET, SHOWN_NOT, line, loaded, read, scripts

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "SECURITY.md"
BEGIN, END = "<!-- reliability: written by `make reliability` -->", "<!-- end of reliability -->"
HEAD = "| goal | | figure | on | at |\n|---|---|---|---|---|\n"
TINY_MINUTES = 2


def run(goal: int, path: Path, size: str) -> tuple[str, str]:
    """Verdict and figure of one script."""
    minutes = loaded(path).MINUTES if size == "full" else TINY_MINUTES
    command = [sys.executable, str(path), "--size", size]
    print(f"goal {goal} · {GOALS[goal]} · begun, at most {minutes} minutes", file=sys.stderr, flush=True)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    try:
        said, _ = process.communicate(timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return SHOWN_NOT, f"not at its end after {minutes} minutes"
    return read(said) or (SHOWN_NOT, f"the script ended with exit code {process.returncode} and no figure")


def row(goal: int, verdict: str, text: str, day: str, commit: str) -> str:
    shown = f"**{verdict}**" if verdict != MET else verdict
    return f"| {goal} {GOALS[goal]} | {shown} | {text.replace('|', '/')} | {day} | {commit} |\n"


def rows(text: str) -> dict[int, str]:
    """The rows that a table has now."""
    block = text.partition(BEGIN)[2].partition(END)[0]
    return {int(number): f"{whole}\n" for whole, number in re.findall(r"^(\| (\d+) .*\|)$", block, re.MULTILINE)}


def written(text: str, new: Mapping[int, str]) -> str:
    """The document with these rows; a goal that has none is *not shown*."""
    known = {**rows(text), **new}
    table = "".join(known.get(goal) or row(goal, SHOWN_NOT, "", "", "") for goal in GOALS)
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{TABLE.name} has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{HEAD}{table}{END}{after}"


def commit() -> str:
    """Where it ran; a + when something was changed since."""
    try:
        name = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
        changed = subprocess.check_output(
            ["git", "status", "--porcelain", "--untracked-files=no", "mock_server", "contracts", "openapi", "fixtures"],
            cwd=ROOT,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}+" if changed else name


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--goal", type=int, action="append", choices=GOALS, help="only this one; repeatable")
    options.add_argument("--size", choices=("full", "small"), default="full")
    chosen = options.parse_args()
    there, good = scripts(), True
    for goal in chosen.goal or GOALS:
        verdict, text = run(goal, there[goal], chosen.size) if goal in there else (SHOWN_NOT, "no script yet")
        print(line(goal, verdict, text), flush=True)
        good = good and verdict == MET
        if chosen.size == "full":
            new = {goal: row(goal, verdict, text, datetime.date.today().isoformat(), commit())}
            TABLE.write_text(written(TABLE.read_text(encoding="utf-8"), new), encoding="utf-8")
    return not good


if __name__ == "__main__":
    sys.exit(main())
