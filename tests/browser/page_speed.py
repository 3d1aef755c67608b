"""How fast the page is: its first paint, its frames while much happens, and what it costs every other request."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import process
from client import Connection
from headless_chromium import Browser
from page_views import address, drawn, opened
from under_test import UnderTest

LEADS = "/v1/leads?limit=1"
_PAINTS = 7
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
# Frames and long tasks, as the browser counts them, while somebody scrolls.
_WATCH = """(() => {
  const seen = window.seen = {longest: 0, frames: 0, tasks: 0, task: 0};
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    seen.tasks += 1; seen.task = Math.max(seen.task, one.duration);
  })).observe({type: "longtask"});
  let last = performance.now();
  const scrolled = [document.scrollingElement, ...document.querySelectorAll("#content *")].filter(
    (one) => one.scrollHeight > one.clientHeight + 50);
  const frame = (now) => {
    seen.longest = Math.max(seen.longest, now - last); seen.frames += 1; last = now;
    for (const one of scrolled) one.scrollTop = (one.scrollTop + 40) % Math.max(1, one.scrollHeight - one.clientHeight);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()"""
_ROUNDS, _CALLS, _PER_SECOND = 9, 100, 50


@dataclass(frozen=True)
class Lag:
    """Milliseconds of the longest frame and of the longest task; ``tasks`` is how many took 50 ms or more."""

    longest_frame: float
    frames: int
    tasks: int
    longest_task: float


async def first_paint(browser: Browser, port: int) -> list[float]:
    """Milliseconds until something is seen, each time with nothing in the browser's cache; sorted."""
    times = []
    for _ in range(_PAINTS):
        page = await browser.open()
        await page.send("Network.enable")
        await page.send("Network.setCacheDisabled", cacheDisabled=True)
        await page.go(address(port))
        await page.until(f"({_PAINTED}) > 0")
        times.append(await page.run(_PAINTED))
        await page.close()
    return sorted(times)


async def fill_journal(port: int, entries: int) -> None:
    """Make so many requests."""
    connection = Connection(port)
    for _ in range(entries):
        await connection.ask("GET", LEADS)
    connection.close()


async def lag(browser: Browser, port: int, entries: int, per_second: int, seconds: float) -> Lag:
    """Fill the journal, open the timeline, and let requests come while somebody scrolls."""
    await fill_journal(port, entries)
    async with opened(browser, port) as page:
        await page.run(_WATCH)
        await _calls(port, int(per_second * seconds), per_second)
        seen = await page.run("window.seen")
    return Lag(seen["longest"], seen["frames"], seen["tasks"], seen["task"])


async def _calls(port: int, number: int, per_second: int) -> list[float]:
    """Milliseconds of each of so many requests, which come at an even pace."""
    connection, times, began = Connection(port), [], time.perf_counter()
    for turn in range(number):
        await asyncio.sleep(max(0.0, began + turn / per_second - time.perf_counter()))
        sent = time.perf_counter()
        await connection.ask("GET", LEADS)
        times.append((time.perf_counter() - sent) * 1000)
    connection.close()
    return times


@dataclass(frozen=True)
class Cost:
    """What an open page adds to a request, in milliseconds: of the server's processor, and of a client's waiting.

    The first is the server's own. The second has in it whatever else runs on this machine, Chromium first of all.
    """

    worked: float
    waited: float


async def cost(browser: Browser, server: UnderTest) -> Cost:
    """Compare requests beside our page with those beside an empty one; the two take turns."""
    worked, waited = [], []
    page = await browser.open()
    for _ in range(_ROUNDS):
        await page.go("about:blank")
        usual = await _measured(server)
        await page.go(address(server.port))
        await drawn(page)
        beside = await _measured(server)
        worked.append(beside.worked - usual.worked)
        waited.append(beside.waited - usual.waited)
    await page.close()
    return Cost(statistics.mean(worked), statistics.median(waited))


async def _measured(server: UnderTest) -> Cost:
    """What a request takes now."""
    assert server.process is not None
    before = process.worked(server.process.pid)
    waited = statistics.median(await _calls(server.port, _CALLS, _PER_SECOND))
    return Cost((process.worked(server.process.pid) - before) * 1000 / _CALLS, waited)
