"""How fast webhooks are delivered, and what they cost: ``python bench/webhooks.py``. Prints one table; a minute or two.

A server process with ``--state FILE``, a receiver in a process of its own (aiohttp), both on this machine.

- sustained: a backlog written to the file, the server restarted, all subscriptions resumed; deliveries per second
  until nothing is owed.
- latency: 50 changes a second; from the API's answer at the caller to the delivery's arrival at the receiver.
- cost: what an API call takes longer with subscribers, at the same pace.
- hung: the sustained figure beside one more subscription whose receiver accepts and never answers.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

GOALS = {"sustained": "≥ 2,000 /s", "latency": "p99 ≤ 50 ms", "cost": "≤ 1 ms", "hung": "< 5 %"}


# --- the receiver, in a process of its own ------------------------------------------------------------------------


async def receive(pipe: Connection) -> None:
    """Answers 200 at once, except below ``/hung``, and notes when each lead's delivery came in."""
    arrived: dict[str, float] = {}
    count = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal count
        now = time.monotonic()
        if request.path == "/hung":
            await asyncio.sleep(3600)
        body = await request.read()
        count += 1
        if request.path == "/timed":
            arrived[json.loads(body)["originalId"]] = now
        return web.Response()

    async def told(request: web.Request) -> web.Response:
        return web.json_response({"count": count, "arrived": arrived})

    app = web.Application()
    app.router.add_get("/told", told)
    app.router.add_post("/{name}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    pipe.send(runner.addresses[0][1])
    await asyncio.sleep(3600)


def receiver_main(pipe: Connection) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(receive(pipe))


# --- the server, and how it is talked to ----------------------------------------------------------------------------


class Api:
    """One kept connection to a running server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": "Bearer sk_test_local", "content-type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}")
        return json.loads(text)

    def subscribe(self, url: str, trigger: str = "LEAD_CREATED") -> int:
        path = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
        return int(self.call("POST", path, {"hookUrl": url, "trigger": trigger})["id"])

    def create(self, number: int) -> str:
        body = {"firstName": "Bench", "email": f"bench{number}@example.com", "suburb": "Newtown"}
        return str(self.call("POST", "/v1/leads", body)["lead"]["id"])

    def pause(self, id: int) -> None:
        self.call("POST", f"/__admin/webhooks/subscriptions/{id}/pause")


@contextlib.contextmanager
def serving(state: Path) -> Iterator[Api]:
    port_file = state.with_suffix(".port")
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0", "--port-file", str(port_file)]
    command += ["--state", str(state), "--quiet", "--rate-limit", "off", "--world", "small"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not port_file.exists():
            if process.poll() is not None:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield Api(int(port_file.read_text()))
    finally:
        process.terminate()
        process.wait(20)


# --- the measurements ----------------------------------------------------------------------------------------------


def sustained(state: Path, receiver: str, leads: int, subscriptions: int, *, hung: bool) -> float:
    """Deliveries per second from what the file holds."""
    with serving(state) as api:
        ids = [api.subscribe(f"{receiver}/fast{number}") for number in range(subscriptions)]
        for id in ids:
            api.pause(id)
        for number in range(leads):
            api.create(number)
    with serving(state) as api:
        if hung:
            api.subscribe(f"{receiver}/hung", "LEAD_UPDATED")
            lead = api.call("GET", "/v1/leads?limit=1")["leads"][0]["id"]
            for _ in range(3):
                api.call("PUT", f"/v1/leads/{lead}", {"firstName": "Hung"})
        before = count(receiver)
        start = time.perf_counter()
        api.call("POST", "/__admin/webhooks/heal")
        while count(receiver) - before < leads * subscriptions:
            time.sleep(0.02)
        return leads * subscriptions / (time.perf_counter() - start)


def paced(state: Path, receiver: str, rate: int, seconds: int, subscriptions: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each API call, and from its answer to the arrival (0 where the delivery was quicker)."""
    calls, answered = [], {}
    with serving(state) as api:
        for _ in range(subscriptions):
            api.subscribe(f"{receiver}/timed")
        api.create(-1)  # the first delivery loads a library
        time.sleep(0.5)
        start = time.monotonic()
        for number in range(rate * seconds):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            began = time.monotonic()
            lead = api.create(number)
            answered[lead] = time.monotonic()
            calls.append((answered[lead] - began) * 1000)
        if subscriptions:
            api.call("POST", "/__admin/webhooks/drain")
    arrived = told(receiver)["arrived"]
    late = [max(0.0, (arrived[lead] - at) * 1000) for lead, at in answered.items()] if subscriptions else []
    return calls, late


def told(receiver: str) -> Any:
    connection = http.client.HTTPConnection(urlsplit(receiver).netloc, timeout=60)
    connection.request("GET", "/told")
    found = json.loads(connection.getresponse().read())
    connection.close()
    return found


def count(receiver: str) -> int:
    return int(told(receiver)["count"])


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leads", type=int, default=2000)
    options.add_argument("--subscriptions", type=int, default=5)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--rounds", type=int, default=3, help="of each sustained figure; the best one counts")
    chosen = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=receiver_main, args=[theirs], daemon=True)
    process.start()
    receiver = f"http://127.0.0.1:{ours.recv()}"
    with tempfile.TemporaryDirectory() as folder:
        files = (Path(folder) / f"{number}.sqlite" for number in range(1000))
        size = (chosen.leads, chosen.subscriptions)
        pairs = [
            [sustained(next(files), receiver, *size, hung=hung) for hung in (False, True)] for _ in range(chosen.rounds)
        ]
        plain, beside = (max(column) for column in zip(*pairs, strict=True))
        with_some, late = paced(next(files), receiver, 50, chosen.seconds, chosen.subscriptions)
        without, _ = paced(next(files), receiver, 50, chosen.seconds, 0)
    process.terminate()
    cost = statistics.median(with_some) - statistics.median(without)
    rows = [
        ("sustained", f"{plain:,.0f} deliveries/s, {chosen.subscriptions} subscriptions, state in a file"),
        ("latency", f"p50 {percentile(late, 0.5):.1f} ms, p99 {percentile(late, 0.99):.1f} ms at 50 events/s"),
        ("cost", f"{cost:+.2f} ms on {statistics.median(without):.2f} ms for each API call (medians)"),
        ("hung", f"{(plain - beside) / plain:+.1%} beside a hung receiver ({beside:,.0f}/s)"),
    ]
    for name, figure in rows:
        print(f"{name:<10} {figure:<70} goal {GOALS[name]}")


if __name__ == "__main__":
    main()
