"""The page that a run leaves: ratios first, then what they are made of, the goals, and what was skipped."""

import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Protocol

import arms
from load import Outcome
from scenes import Scene


class Run(Protocol):
    """What a run has found: outcomes by scene and arm, seconds to the first answer and MB by arm."""

    scenes: dict[str, Scene]
    figures: dict[tuple[str, str], list[Outcome]]
    ready: dict[str, list[float]]
    memory: dict[str, float]
    notes: dict[str, str]


def cpu(outcomes: Sequence[Outcome]) -> float:
    """CPU µs of a request, in the best round."""
    return min(outcome.cpu / outcome.good for outcome in outcomes) * 1e6


def rate(outcomes: Sequence[Outcome]) -> float:
    """Requests a second, in the middle round."""
    return statistics.median(outcome.good / outcome.seconds for outcome in outcomes)


def p99(outcomes: Sequence[Outcome]) -> float:
    """Milliseconds, in the middle round."""
    return statistics.median(outcome.p99 for outcome in outcomes)


Figure = Callable[[Sequence[Outcome]], float]
OURS = ("ours", "durable", "postgres", "limited", "large", "busy")


@dataclass
class Table:
    """The figures of a run, asked for by scene and arm."""

    run: Run

    def ratio(self, figure: Figure, one: tuple[str, str], other: tuple[str, str]) -> float | None:
        """None where one of them was not measured."""
        figures = self.run.figures
        return figure(figures[one]) / figure(figures[other]) if one in figures and other in figures else None

    def to_bare(self, figure: Figure, scene: str, arm: str) -> float | None:
        return self.ratio(figure, (scene, arm), (self.run.scenes[scene].limit, "bare"))

    def rows(self) -> Iterator[tuple[Scene, arms.Arm, list[Outcome]]]:
        for name, scene in self.run.scenes.items():
            for arm in arms.arms():
                if (name, arm.name) in self.run.figures:
                    yield scene, arm, self.run.figures[name, arm.name]


def page(run: Run, facts: Mapping[str, Any]) -> str:
    """RESULTS.md, whole."""
    table = Table(run)
    lines = [
        "# Results of `make bench`",
        "",
        *_head(facts),
        "",
        *_figures(table),
        "",
        "## Goals",
        "",
        *_goals(table, facts),
    ]
    lines += ["", "## Beside", "", *_beside(run, facts)]
    if run.notes:
        lines += ["", "## Skipped", "", *(f"- {title}: {why}" for title, why in run.notes.items())]
    return "\n".join(lines) + "\n"


def _head(facts: Mapping[str, Any]) -> list[str]:
    ours = {name: version(name) for name in ("sophiie-mock", "uvicorn", "uvloop", "httptools", "starlette", "orjson")}
    told = ", ".join(f"{name} {number}" for name, number in {**ours, **arms.versions()}.items())
    loads = " and ".join(f"{load:.1f}" for load in facts["loads"])
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}. {platform.system()} {platform.release()}, "
        f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}. Load of the machine before and "
        f"after the rounds: {loads}. {facts['rounds']} interleaved rounds of {facts['seconds']} s for each scene, "
        f"fresh processes, 16 kept connections, {facts['minutes']:.1f} minutes in all.",
        "",
        f"{told}.",
        "",
        "CPU is the server's, of the best round; requests a second and p99 are of the middle round and move with the "
        "machine's hour. Each answer counted has the right status and length. Ours has everything on: validation of "
        "requests and answers, keys, rate accounting, journal. `bare uvicorn` sends prebuilt bytes of the same length. "
        "The load generator is `bench/load.py` (sockets and epoll); `client` is how busy it was.",
    ]


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=arms.HERE, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    with open("/proc/cpuinfo") as file:
        return next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown")


def _figures(table: Table) -> list[str]:
    lines = [
        "| scene | server | CPU ÷ bare's | requests/s ÷ bare's | p99 ÷ bare's | CPU µs | requests/s | p99 ms |"
        " client |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    before = ""
    for scene, arm, outcomes in table.rows():
        ratios = (_short(table.to_bare(figure, scene.name, arm.name)) for figure in (cpu, rate, p99))
        busy = statistics.median(outcome.busy for outcome in outcomes)
        figures = f"{cpu(outcomes):,.1f} | {rate(outcomes):,.0f} | {p99(outcomes):.1f} | {busy:.0%}"
        title = scene.title if scene.title != before else ""
        lines.append(f"| {title} | {arm.title} | {' | '.join(ratios)} | {figures} |")
        before = scene.title
    return lines


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _goals(table: Table, facts: Mapping[str, Any]) -> list[str]:
    lines = ["| goal | found | holds |", "|---|---:|---|"]
    for title, bound, value, above in _bounds(table, facts):
        if value is None:
            lines.append(f"| {title} | not measured | – |")
        else:
            holds = value >= bound if above else value <= bound
            lines.append(
                f"| {title} {'≥' if above else '≤'} {bound:g} | {value:.2f} | {'yes' if holds else '**no**'} |"
            )
    return lines


def _bounds(table: Table, facts: Mapping[str, Any]) -> Iterator[tuple[str, float, float | None, bool]]:
    """Title, bound, what was found, whether more is better."""

    def faster(scene: str, arm: str) -> float | None:
        return table.ratio(rate, (scene, "ours"), (scene, arm))

    yield "list of 50: CPU ÷ bare uvicorn's", 1.8, table.to_bare(cpu, "list-50", "ours"), False
    yield "list of 50: requests/s ÷ Prism's, quiet", 6, faster("list-50", "prism-quiet"), True
    yield "list of 50: requests/s ÷ Prism's, as shipped", 10, faster("list-50", "prism"), True
    yield "list of 50: requests/s ÷ openapi-backend's", 1.8, faster("list-50", "openapi-backend"), True
    yield "list of 50: p99 ÷ bare uvicorn's", 2.5, table.to_bare(p99, "list-50", "ours"), False
    yield "one lead: requests/s ÷ bare uvicorn's", 0.55, table.to_bare(rate, "one", "ours"), True
    yield "one lead: requests/s ÷ Prism's, quiet", 3, faster("one", "prism-quiet"), True
    yield "one lead: p99 ÷ bare uvicorn's", 2.5, table.to_bare(p99, "one", "ours"), False
    yield "429: CPU ÷ bare uvicorn's", 2.2, table.to_bare(cpu, "429", "limited"), False
    yield "401: CPU ÷ bare uvicorn's", 2.2, table.to_bare(cpu, "401", "ours"), False
    yield "create a lead: requests/s ÷ openapi-backend's", 1.1, faster("create", "openapi-backend"), True
    yield "create a lead: requests/s ÷ Prism's, quiet", 2.5, faster("create", "prism-quiet"), True
    yield "create a lead: CPU ÷ bare uvicorn's", 5, table.to_bare(cpu, "create", "ours"), False
    yield "create a lead: p99 ÷ bare uvicorn's", 4, table.to_bare(p99, "create", "ours"), False
    for arm, title, bound in (("durable", "--state", 0.85), ("postgres", "PostgreSQL", 0.6)):
        kept = table.ratio(rate, (f"create-{arm}", arm), ("create", "ours"))
        yield f"create a lead, {title}: requests/s ÷ in memory", bound, kept, True
    pages = table.ratio(cpu, ("last-page", "large"), ("first-page", "large"))
    yield "last page of 100,000 ÷ first page, CPU", 1.5, pages, False
    ready = {name: min(times) for name, times in table.run.ready.items()}
    yield "spawn → first 200, seconds", 0.30, ready.get("ours"), False
    prism = ready["ours"] / ready["prism"] if {"ours", "prism"} <= ready.keys() else None
    yield "spawn → first 200 ÷ Prism's", 0.45, prism, False
    for arm, title, seconds, most in (("large", "100,000 leads", 2.5, 200), ("busy", "world busy", 1.0, 150)):
        yield f"{title}: spawn → first page, seconds", seconds, ready.get(arm), False
        yield f"{title}: MB when all is there", most, table.run.memory.get(arm), False
    grown = facts.get("grown")
    yield "MB after the start", 90, grown[0] if grown else None, False
    yield "MB more after 100,000 requests", 30, grown[1] - grown[0] if grown else None, False


def _beside(run: Run, facts: Mapping[str, Any]) -> list[str]:
    titles = {arm.name: arm.title for arm in arms.arms()}
    lines = ["| server | spawn → first 200, best | MB then |", "|---|---:|---:|"]
    for name, times in run.ready.items():
        lines.append(f"| {titles[name]} | {min(times) * 1000:.0f} ms | {run.memory[name]:.0f} |")
    for name, text in facts.get("beside", {}).items():
        lines += ["", f"`{name}`:", "", "```", text, "```"]
    return lines
