"""Take the pictures of the documentation anew: ``python tests/docs/pictures.py``. It needs Chromium.

The report is that of a check of a mock that was told to answer 200 where our document says 201.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from headless_chromium import browsing, found  # noqa: E402 - beside the tests

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


async def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = report(Path(folder))
        async with browsing() as browser:
            shown = await browser.open(page.as_uri())
            await shown.look(*_SIZE)
            (PICTURES / "report.webp").write_bytes(await shown.picture())


if __name__ == "__main__":
    if not found():
        sys.exit("pictures need Chromium")
    asyncio.run(main())
