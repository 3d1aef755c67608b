"""Pictures of every view, narrow, usual and wide, light and dark: they are looked at by people."""

from collections.abc import Mapping
from pathlib import Path

from headless_chromium import Browser, Page
from page_views import Place, opened, turn_to

WIDTHS = {380: 800, 1280: 800, 2560: 1300}
"""Widths of windows with their heights."""
_OPEN_ALL = "document.querySelectorAll('#content details').forEach((one, at) => { one.open = at < 2; })"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def photograph(browser: Browser, port: int, shown: Mapping[str, Place], folder: Path) -> tuple[int, list[str]]:
    """Write all pictures; how many there are, and the views that do not fit into their window."""
    folder.mkdir(parents=True, exist_ok=True)
    taken, wide = 0, []
    async with opened(browser, port) as page:
        for name, place in shown.items():
            await turn_to(page, *place)
            await page.run(_OPEN_ALL)
            for width, height in WIDTHS.items():
                for dark in (False, True):
                    await page.look(width, height, dark=dark)
                    file = f"{name.replace(' ', '-')}-{width}-{'dark' if dark else 'light'}.png"
                    (folder / file).write_bytes(await page.picture("png"))
                    taken += 1
                if await too_wide(page):
                    wide.append(f"{name} at {width}")
    return taken, wide


async def too_wide(page: Page) -> bool:
    """True if a person has to scroll to the side."""
    return int(await page.run(_TOO_WIDE)) > 0
