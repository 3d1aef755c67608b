"""Take the pictures of the documentation anew: ``python tests/docs/pictures.py``. It needs Chromium.

The report is that of a check of a mock that was told to answer 200 where our document says 201. The page for browsers
is that of a server that somebody has used for an afternoon.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("", "reliability", "browser")]

from headless_chromium import Browser, browsing, found  # noqa: E402 - beside the tests
from lived_in import lived_in  # noqa: E402
from page_views import opened, places, turn_to  # noqa: E402

from mock_server.config.settings import Settings  # noqa: E402
from mock_server.server import MockServer  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
_DEVIANT = Settings(port=0, quiet=True, world="small", assume=("lead-create-status=200",))
_SIZE = (1100, 760)


def report(folder: Path) -> Path:
    """The HTML report of a short check that finds something."""
    page = folder / "report.html"
    program = Path(sys.executable).with_name("sophiie-mock")
    with MockServer(_DEVIANT) as server:
        command = [program, "check", server.url, "--quick", "--only", "POST /v1/leads", "--report", f"html={page}"]
        subprocess.run([str(part) for part in command], check=False, capture_output=True)  # it ends with 1
    return page


async def page_for_browsers(browser: Browser) -> None:
    """A refused request, a delivery that failed, and what of the contract no client has met."""
    with lived_in() as (server, person):
        shown = places(person)
        async with opened(browser, server.port) as page:
            for name, dark in (("a request", False), ("a delivery", True), ("contract", False)):
                await page.look(*_SIZE, dark=dark)
                await turn_to(page, *shown[name])
                (PICTURES / f"page-{shown[name][0]}.webp").write_bytes(await page.picture())


async def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = report(Path(folder))
        async with browsing() as browser:
            shown = await browser.open(page.as_uri())
            await shown.look(*_SIZE)
            (PICTURES / "report.webp").write_bytes(await shown.picture())
            await page_for_browsers(browser)


if __name__ == "__main__":
    if not found():
        sys.exit("pictures need Chromium")
    asyncio.run(main())
