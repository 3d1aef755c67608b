"""Accessibility, as axe-core sees it: rules of WCAG 2.2 A and AA, and what its makers hold for good practice."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from frame import NotShown
from headless_chromium import Browser, Page
from page_views import Place, opened, turn_to

VERSION = "4.14.1"
_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
_KEPT = Path(sys.prefix, f"axe-core-{VERSION}.min.js")
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = f"""axe.run(document, {{runOnly: {json.dumps(_TAGS)}}}).then((told) => told.violations.flatMap(
  (rule) => rule.nodes.map((node) => `${{rule.id}}: ${{node.target}}: ${{node.failureSummary}}`)))"""
_OPEN_SOME = "document.querySelectorAll('#content details').forEach((one, at) => { one.open = at < 6; })"


def script() -> str:
    """The library, fetched once into the environment's folder and compared with its hash. Raises NotShown."""
    if not _KEPT.exists():
        _KEPT.write_text(_fetched(), encoding="utf-8")
    return _KEPT.read_text(encoding="utf-8")


def _fetched() -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise NotShown("npm, which fetches axe-core, is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--ignore-scripts", f"axe-core@{VERSION}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise NotShown(f"npm did not fetch axe-core: {done.stderr.strip()[-300:]}")
        archive = Path(folder, f"axe-core-{VERSION}.tgz").read_bytes()
        if base64.b64encode(hashlib.sha512(archive).digest()).decode() != _SHA512:
            raise NotShown(f"axe-core {VERSION} is not what it was when it was chosen: its hash differs")
        with tarfile.open(Path(folder, f"axe-core-{VERSION}.tgz")) as opened_archive:
            member = opened_archive.extractfile("package/axe.min.js")
            assert member is not None
            return member.read().decode()


async def violations(browser: Browser, port: int, shown: Mapping[str, Place]) -> dict[str, list[str]]:
    """What axe finds at each place, light and dark, with some of its details opened. Raises NotShown."""
    library, found = script(), {}
    async with opened(browser, port) as page:
        await page.run(library + ";0")
        for name, place in shown.items():
            await turn_to(page, *place)
            await page.run(_OPEN_SOME)
            for dark in (False, True):
                await page.look(1280, 900, dark=dark)
                found[f"{name}, {'dark' if dark else 'light'}"] = await _run(page)
    return found


async def _run(page: Page) -> list[str]:
    told: list[str] = await page.run(_RUN)
    return told
