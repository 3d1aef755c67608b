"""Take the pictures of the documentation anew: ``python tests/docs/pictures.py``. It needs Chromium.

The report is that of a check of a mock that was told to answer 200 where our document says 201.
"""

import asyncio
import base64
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "reliability"))

from chromium import Browser, browsing, found  # noqa: E402 - beside another test

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


async def taken(browser: Browser, url: str, width: int, height: int) -> bytes:
    """A page as it is seen in a window of this size."""
    target = (await browser.call("Target.createTarget", {"url": "about:blank"}))["targetId"]
    session = (await browser.call("Target.attachToTarget", {"targetId": target, "flatten": True}))["sessionId"]
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    await browser.call("Emulation.setDeviceMetricsOverride", size, session)
    await browser.call("Page.navigate", {"url": url}, session)
    asked = {"expression": "document.readyState + location.href"}
    while (await browser.call("Runtime.evaluate", asked, session))["result"]["value"] != f"complete{url}":
        await asyncio.sleep(0.05)
    shot = await browser.call("Page.captureScreenshot", {"format": "webp", "quality": 70}, session)
    return base64.b64decode(shot["data"])


async def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = report(Path(folder))
        async with browsing() as browser:
            (PICTURES / "report.webp").write_bytes(await taken(browser, page.as_uri(), *_SIZE))


if __name__ == "__main__":
    if not found():
        sys.exit("pictures need Chromium")
    asyncio.run(main())
