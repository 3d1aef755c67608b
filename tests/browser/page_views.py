"""The page in Chromium: its views, and when one of them is done with drawing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from headless_chromium import Browser, Page
from lived_in import Person

VIEWS = ("timeline", "records", "contract", "webhooks", "simulate", "clock", "faults", "workspaces")
Place = tuple[str, ...]
"""The parts of an address below the page: a view, and what of it is opened."""

# Done: the view has drawn its heading, and nothing has changed for as long as an answer of the server takes.
_DONE = """new Promise((done) => {
  const look = () => document.querySelector("#content h1, #trouble:not([hidden])") && done(true);
  let timer = setTimeout(look, 250);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(look, 250); });
  watch.observe(document.body, {subtree: true, childList: true});
  setTimeout(() => done(false), 5000);
})"""


def places(person: Person) -> dict[str, Place]:
    """Every view, and the stories that open from one, by what they are called."""
    (lead,) = person.control("GET", "/records/leads?limit=1&contains=Silva")["items"]
    (delivery,) = person.control("GET", "/webhooks/deliveries?limit=1&state=failed")["items"]
    entries = person.control("GET", "/requests?limit=100")["requests"]
    refused = next(entry for entry in entries if entry["status"] == 400)
    return {view: (view,) for view in VIEWS} | {
        "a request": ("timeline", refused["id"]),
        "a record": ("records", "leads", lead["id"]),
        "a delivery": ("webhooks", delivery["id"]),
    }


def address(port: int, view: str = "", *parts: str) -> str:
    """Where a view stands."""
    place = "/".join((view, *parts))
    return f"http://127.0.0.1:{port}/__admin/ui" + (f"#{place}" if place else "")


@asynccontextmanager
async def opened(browser: Browser, port: int, view: str = "timeline", *, trusting: bool = False) -> AsyncIterator[Page]:
    """The page in a tab of its own; a ``trusting`` one has no content security policy, as if we had forgotten it."""
    page = await browser.open()
    if trusting:
        await page.send("Page.enable")
        await page.send("Page.setBypassCSP", enabled=True)
    await page.go(address(port, view))
    await drawn(page)
    yield page
    await page.close()


async def drawn(page: Page) -> None:
    """Wait until a view stands still. Raises RuntimeError if it never does."""
    if not await page.run(_DONE):
        raise RuntimeError(f"{await page.run('location.href')} has no heading, or does not come to rest")


async def turn_to(page: Page, view: str, *parts: str) -> None:
    """Go to another view, as a click on its link does."""
    await page.run(f"location.hash = {'/'.join((view, *parts))!r}")
    await drawn(page)
