"""Print what is promised of the page for browsers, with what was measured in Chromium: ``make browser``.

Without Chromium it says so in one line, and ends well; with SOPHIIE_MOCK_BROWSER_REQUIRED=1 it ends with 1. Pictures of
every view are written to dist/page, for people to look at. Exit code 1: something is not as it is promised.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "reliability")]  # what drives browsers and servers is there

import axe  # noqa: E402 - beside the tests
import page_safety  # noqa: E402
import page_speed  # noqa: E402
from frame import NotShown  # noqa: E402
from headless_chromium import Browser, browsing, found  # noqa: E402
from lived_in import haunted, lived_in, receiver  # noqa: E402
from page_pictures import photograph  # noqa: E402
from page_views import places  # noqa: E402

REQUIRED = "SOPHIIE_MOCK_BROWSER_REQUIRED"
PICTURES = ROOT / "dist" / "page"
PAGE = ROOT / "mock_server" / "admin" / "ui"
STREAMS = ("feed?follow=true", "feed?limit=5")

MAX_KB, MAX_PAINT_MS, MAX_COST_MS, MAX_TASK_MS = 150, 300, 2, 100
ENTRIES, PER_SECOND, SECONDS = 2_000, 50, 10


@dataclass(frozen=True)
class Figure:
    """One line of the table; ``details`` are printed below it when it is not met."""

    name: str
    text: str
    met: bool
    details: tuple[str, ...] = ()


def size() -> Figure:
    """All files of the page together."""
    total = sum(path.stat().st_size for path in PAGE.rglob("*") if path.is_file())
    return Figure("size of all files", f"{total / 1000:.0f} KB (at most {MAX_KB})", total <= MAX_KB * 1000)


async def of_the_look(browser: Browser) -> list[Figure]:
    """Paint, accessibility, pictures."""
    with lived_in() as (server, person):
        paints = await page_speed.first_paint(browser, server.port)
        middle = paints[len(paints) // 2]
        shown = places(person)
        found_by_axe = await axe.violations(browser, server.port, shown)
        broken = [f"{place}: {what}" for place, list_of in found_by_axe.items() for what in list_of]
        taken, wide = await photograph(browser, server.port, shown, PICTURES)
    return [
        Figure(
            "first paint",
            f"{middle:.0f} ms, slowest of {len(paints)}: {paints[-1]:.0f} ms (at most {MAX_PAINT_MS})",
            middle <= MAX_PAINT_MS,
        ),
        Figure(
            f"axe-core {axe.VERSION}",
            f"{len(broken)} violations in {len(shown)} views, light and dark (0)",
            not broken,
            tuple(broken),
        ),
        Figure(
            "pictures",
            f"{taken} in {PICTURES.relative_to(ROOT)}; too wide for its window: {len(wide)} (0)",
            not wide,
            tuple(wide),
        ),
    ]


async def of_the_speed(browser: Browser) -> list[Figure]:
    """Lag with a full journal, and what the open page costs others."""
    with lived_in() as (server, _):
        lag = await page_speed.lag(browser, server.port, ENTRIES, PER_SECOND, SECONDS)
    with lived_in() as (server, _):
        cost = await page_speed.cost(browser, server)
    text = (
        f"tasks of 50 ms or more: {lag.tasks}, longest {lag.longest_task:.0f} ms (at most {MAX_TASK_MS}); "
        f"longest of {lag.frames} frames on this machine {lag.longest_frame:.0f} ms"
    )
    more = f"{cost.worked:+.2f} ms of the server (at most +{MAX_COST_MS}); a client here waits {cost.waited:+.2f} ms"
    return [
        Figure(f"{ENTRIES:,} entries, {PER_SECOND} new a second", text, lag.longest_task <= MAX_TASK_MS),
        Figure("cost for another request", more, cost.worked <= MAX_COST_MS),
    ]


async def of_the_safety(browser: Browser) -> list[Figure]:
    """Canaries, and pages of others."""
    with lived_in() as (server, person), receiver() as hook:
        named = haunted(person, hook)
        shown, ran = await page_safety.executions(browser, server.port, page_safety.stories(person))
    with tempfile.TemporaryDirectory() as folder:
        document = page_safety.hostile_document(Path(folder))
        with lived_in(spec=str(document), world="empty") as (server, person):
            more, too = await page_safety.executions(browser, server.port, page_safety.stories(person))
        asked = await page_safety.token(browser, Path(folder))
    with lived_in() as (server, person):
        person.control("POST", "/clock/freeze")
        tried, read = await page_safety.foreign_pages(browser, server, STREAMS)
    return [
        Figure(
            "canaries executed",
            f"{len(ran) + len(too)} (0), on {shown + more} places, in {', '.join(named)} and a hostile document",
            not ran + too,
            (*ran, *too),
        ),
        Figure(
            "token on an open bind",
            "asked for once, sent as a header only" if not asked else "; ".join(asked),
            not asked,
        ),
        Figure("foreign pages", f"{len(read)} reads and effects (0) of {tried:,} tries", not read, tuple(read)),
    ]


PARTS = {"look": of_the_look, "speed": of_the_speed, "safety": of_the_safety}


async def all_figures(parts: Sequence[str]) -> list[Figure]:
    """Measure these parts; each has a browser of its own."""
    figures = [size()]
    for part in (PARTS[name] for name in parts):
        async with browsing(page_safety.RESOLVER) as browser:
            figures += await part(browser)
    return figures


def lines(figures: list[Figure]) -> Iterator[str]:
    """The table."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        yield f"{'met    ' if figure.met else 'NOT MET'}  {figure.name:{width}}  {figure.text}"
        if not figure.met:
            yield from (f"           {detail}" for detail in figure.details[:20])


def main() -> int:
    """Measure and print; the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them, unless some are named")
    parts = options.parse_args().parts or list(PARTS)
    required = os.environ.get(REQUIRED) == "1"
    try:
        if not found():
            raise NotShown("Chromium is not installed")
        axe.script()
        figures = asyncio.run(all_figures(parts))
    except NotShown as why:
        print(f"skipped: the page was not tried in a browser: {why}")
        return int(required)
    print(*lines(figures), sep="\n")
    return int(not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
