"""Chromium without a window, driven over its DevTools protocol."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# What Chromium itself puts between a page and loopback is switched off: our own door is what is to hold.
_OFF = (
    *("LocalNetworkAccessChecks", "LocalNetworkAccessChecksWarn", "BlockInsecurePrivateNetworkRequests"),
    *("PrivateNetworkAccessSendPreflights", "PrivateNetworkAccessRespectPreflightResults"),
    *(
        "PrivateNetworkAccessForNavigations",
        "PrivateNetworkAccessForWorkers",
        "HttpsUpgrades",
        "HttpsFirstBalancedMode",
    ),
    "IntensiveWakeUpThrottling",
)
# The window that a page opens lies in front of it, and the timers of what lies behind run once a second, or a minute.
_AWAKE = (
    *("--disable-background-timer-throttling", "--disable-renderer-backgrounding"),
    "--disable-backgrounding-occluded-windows",
)
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-popup-blocking", "--mute-audio"),
    *("--disable-dev-shm-usage", "--remote-debugging-port=0", f"--disable-features={','.join(_OFF)}", *_AWAKE),
)
_PATIENCE = 60.0


def found() -> str:
    """The program's path; nothing when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


class Page:
    """One page of the browser."""

    def __init__(self, browser: "Browser", target: str, session: str) -> None:
        self._browser, self._target, self._session = browser, target, session

    async def send(self, method: str, **params: Any) -> Any:
        """The answer to a command of the protocol, as ``Page.navigate``."""
        return await self._browser.call(method, params, self._session)

    async def go(self, url: str) -> None:
        """Show ``url``. Raises RuntimeError when it does not come."""
        await self.send("Page.navigate", url=url)
        await self.shown(url)

    async def shown(self, url: str) -> None:
        """Wait until ``url`` is loaded."""
        await self.until(f"document.readyState + ' ' + location.href == {json.dumps('complete ' + url)}")

    async def until(self, expression: str) -> None:
        """Wait until a script is true. Raises RuntimeError when that takes too long."""
        end = time.monotonic() + _PATIENCE
        while not await self.run(expression):
            if time.monotonic() > end:
                raise RuntimeError(f"at {await self.run('location.href')} this did not become true: {expression}")
            await asyncio.sleep(0.05)

    async def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Give the page a window of this size, of a person who likes it light or dark."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self, kind: str = "webp") -> bytes:
        """The window as it is seen now."""
        shot = await self.send("Page.captureScreenshot", format=kind, **({"quality": 70} if kind == "webp" else {}))
        return base64.b64decode(shot["data"])

    async def run(self, expression: str) -> Any:
        """The value of a script in the page, once its promise is kept. Raises RuntimeError."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True}
        told = await self.send("Runtime.evaluate", **asked)
        if "exceptionDetails" in told:
            raise RuntimeError(str(told["exceptionDetails"].get("exception", told))[:500])
        return told["result"].get("value")

    async def close(self) -> None:
        await self._browser.call("Target.closeTarget", {"targetId": self._target})


class Browser:
    """Commands are numbered; each answer has the number of its command."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            waiting = self._waiting.pop(told.get("id", 0), None)
            if waiting is not None and not waiting.done():
                if "error" in told:
                    waiting.set_exception(RuntimeError(str(told["error"])))
                else:
                    waiting.set_result(told["result"])

    async def call(self, method: str, params: Mapping[str, Any], session: str = "") -> Any:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        await self._socket.send_json(command)
        return await self._waiting[number]

    async def open(self, url: str = "about:blank") -> Page:
        """A new page that shows ``url``."""
        target = (await self.call("Target.createTarget", {"url": url}))["targetId"]
        told = await self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, target, told["sessionId"])
        await page.shown(url)
        return page


@asynccontextmanager
async def browsing(*flags: str) -> AsyncIterator[Browser]:
    """A browser with an empty profile, until the block ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [found(), *_FLAGS, *flags, f"--user-data-dir={folder}", "about:blank"]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            place = Path(folder, "DevToolsActivePort")
            end = time.monotonic() + _PATIENCE
            while not (place.exists() and len(place.read_text().splitlines()) == 2):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("Chromium did not start")
                await asyncio.sleep(0.05)
            port, path = place.read_text().splitlines()
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
            ):
                browser = Browser(socket)
                listening = asyncio.create_task(browser.listen())
                yield browser
                listening.cancel()
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # its own group, made above
            process.wait()
