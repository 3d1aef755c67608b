"""A server that is asked to stop lets the delivery in flight end, or hands it back; it burns no queue."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from receivers import Gatekeeper, receiving

from mock_server.config.settings import Settings
from mock_server.server import MockServer

# The command line, with less time for what is in flight.
IMPATIENT = """
import sys
from mock_server.cli.main import main
from mock_server.webhooks.dispatcher import Dispatcher
Dispatcher.grace = 0.5
sys.exit(main(sys.argv[1:]))
"""
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A port that stays the same over a restart: the receiver is the server's own inbox."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    return Settings(port=port, quiet=True, world="small", state=str(tmp_path / "state.sqlite"), rate_limit="off")


class Calls:
    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"authorization": "Bearer sk_test_local"}, timeout=20)

    def __enter__(self) -> "Calls":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def states(self) -> list[str]:
        return [it["state"] for it in self("GET", "/__admin/webhooks/deliveries?limit=1000")["items"]]


@pytest.mark.slow
def test_deliveries_to_the_servers_own_inbox_are_not_burned_by_its_stop(settings: Settings) -> None:
    with MockServer(settings) as server, Calls(server.url) as call:
        call("PUT", "/__admin/inbox/own", {"delay": 0.1})
        call("POST", SUBSCRIBE, {"hookUrl": f"{server.url}/__admin/inbox/own", "trigger": "LEAD_CREATED"})
        for _ in range(20):
            call("POST", "/v1/leads", {"firstName": "Ana", "suburb": "Newtown"})
        assert "pending" in call.states()
    with MockServer(settings) as server, Calls(server.url) as call:
        call("POST", "/__admin/webhooks/drain")

        assert call.states() == ["delivered"] * 20


def test_those_who_watch_or_wait_do_not_hold_up_the_stop(settings: Settings) -> None:
    async def watch(url: str) -> Any:
        async with httpx.AsyncClient(timeout=20) as client:
            return (await client.get(f"{url}/__admin/webhooks/attempts?wait=20")).json()

    async def scenario() -> tuple[Any, float]:
        with MockServer(settings) as server:
            watching = asyncio.ensure_future(watch(server.url))
            async with httpx.AsyncClient() as client:
                await client.get(f"{server.url}/__admin/health")
            start = time.monotonic()
            await asyncio.to_thread(server.__exit__, None, None, None)
            return await watching, time.monotonic() - start

    told, seconds = asyncio.run(scenario())
    assert told["items"] == []
    assert seconds < 5


@pytest.fixture
def process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", IMPATIENT, "serve", "--quiet", "--world", "small", "--rate-limit", "off"]
    command += ["--port", str(settings.port), "--state", settings.state]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{settings.port}/__admin/health"
    while True:
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            assert running.poll() is None
    yield running
    running.kill()
    running.wait()


@pytest.mark.slow
@pytest.mark.parametrize("answered", [True, False])
def test_on_sigterm_the_delivery_in_flight_ends_or_is_handed_back(
    settings: Settings, process: "subprocess.Popen[bytes]", answered: bool
) -> None:
    async def scenario() -> None:
        held = Gatekeeper()
        async with receiving(held) as receiver:
            with Calls(f"http://127.0.0.1:{settings.port}") as call:
                await asyncio.to_thread(call, "POST", SUBSCRIBE, {"hookUrl": receiver.url, "trigger": "LEAD_CREATED"})
                for _ in range(2):
                    await asyncio.to_thread(call, "POST", "/v1/leads", {"firstName": "Ana", "suburb": "Newtown"})
            await receiver.arrival(1)
            process.send_signal(signal.SIGTERM)
            if answered:
                held.open()
            assert await asyncio.to_thread(process.wait, 20) == 0
            assert answered or len(receiver.got) == 1

    asyncio.run(scenario())
    with MockServer(settings) as server, Calls(server.url) as call:
        call("POST", "/__admin/webhooks/drain")
        first, second = call("GET", "/__admin/webhooks/deliveries")["items"][::-1]

        assert first["state"] == ("delivered" if answered else "failed")  # handed back, and nobody listens now
        assert len(first["attempts"]) == 1
        assert second["attempts"][0]["error"] in ((None, "connection refused") if answered else ("connection refused",))
