"""How fast webhooks are delivered, and what they cost: ``python bench/webhooks.py``. A line for each goal; two minutes.

A server process with ``--state FILE``, a receiver in a process of its own (aiohttp), both on this machine. What is
compared is measured in turns, and the middle one counts: others may use the same cores.

- sustained: a backlog in the file, the server started, all subscriptions resumed; deliveries a second until nothing
  is owed.
- latency: 50 changes a second; from the API's answer at the caller to each delivery's arrival at the receiver.
- cost: what an API call takes longer with subscribers, at the same pace, second by second in turns.
- limit: what a bare aiohttp client posts to the same receiver, as many in flight: how much the machine has to give now.
- hung: the sustained figure beside one more subscription whose receiver accepts and never answers.
"""

import argparse
import asyncio
import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import shutil
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

from aiohttp import ClientSession, web

GOALS = {"sustained": "≥ 2,000 /s", "latency": "p99 ≤ 50 ms", "cost": "≤ 1 ms", "hung": "< 5 %"}


# --- the receiver, in a process of its own ------------------------------------------------------------------------


async def receive(pipe: Connection) -> None:
    """Answers 200 at once, except below ``/hung``, and notes when each lead's delivery came in."""
    arrived: dict[str, list[float]] = {}
    count = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal count
        now = time.monotonic()
        if request.path == "/hung":
            await asyncio.sleep(3600)
        body = await request.read()
        count += 1
        if request.path == "/timed":
            arrived.setdefault(json.loads(body)["originalId"], []).append(now)
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


def backlog(state: Path, receiver: str, leads: int, subscriptions: int) -> None:
    """A file in which each subscription is owed so many deliveries."""
    with serving(state) as api:
        for number in range(subscriptions):
            api.pause(api.subscribe(f"{receiver}/fast{number}"))
        for number in range(leads):
            api.create(number)


def sustained(prepared: Path, receiver: str, owed: int, *, hung: bool) -> float:
    """Deliveries a second from what a copy of the file holds."""
    state = prepared.with_name("copy.sqlite")
    for path in prepared.parent.glob("copy.sqlite*"):
        path.unlink()
    shutil.copy(prepared, state)
    with serving(state) as api:
        if hung:
            api.subscribe(f"{receiver}/hung", "LEAD_UPDATED")
            lead = api.call("GET", "/v1/leads?limit=1")["leads"][0]["id"]
            for _ in range(3):
                api.call("PUT", f"/v1/leads/{lead}", {"firstName": "Hung"})
        before = count(receiver)
        start = time.perf_counter()
        api.call("POST", "/__admin/webhooks/heal")
        while count(receiver) - before < owed:
            time.sleep(0.02)
        return owed / (time.perf_counter() - start)


async def bare(receiver: str, posts: int, in_flight: int) -> float:
    """Posts a second of a client that keeps nothing."""
    body, headers = json.dumps({"number": 1, "text": "x" * 300}).encode(), {"content-type": "application/json"}

    async with ClientSession() as session:

        async def one_after_the_other() -> None:
            for _ in range(posts // in_flight):
                async with session.post(f"{receiver}/bare", data=body, headers=headers) as answer:
                    await answer.read()

        start = time.perf_counter()
        await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
        return posts / (time.perf_counter() - start)


def paced(state: Path, receiver: str, rate: int, seconds: int, subscriptions: int) -> tuple[list[float], list[float]]:
    """Milliseconds: what subscribers cost each second's middle call, and from each answer to each arrival.

    An arrival before the answer counts as 0.
    """
    costs: list[float] = []
    answered: dict[str, float] = {}
    numbers = itertools.count()

    def second(api: Api) -> tuple[float, dict[str, float]]:
        calls, answers = [], {}
        start = time.monotonic()
        for number in range(rate):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            began = time.monotonic()
            lead = api.create(next(numbers))
            answers[lead] = time.monotonic()
            calls.append((answers[lead] - began) * 1000)
        return statistics.median(calls), answers

    with serving(state) as api:
        first = api.subscribe(f"{receiver}/warm")
        second(api)  # the first calls and deliveries load libraries
        api.call("POST", "/__admin/webhooks/drain")
        api.call("DELETE", f"/__admin/webhooks/subscriptions/{first}")
        for _ in range(seconds):
            without, _ = second(api)
            ids = [api.subscribe(f"{receiver}/timed") for _ in range(subscriptions)]
            beside, answers = second(api)
            api.call("POST", "/__admin/webhooks/drain")
            for id in ids:
                api.call("DELETE", f"/__admin/webhooks/subscriptions/{id}")
            costs.append(beside - without)
            answered |= answers
    arrived = told(receiver)["arrived"]
    return costs, [max(0.0, (at - answered[lead]) * 1000) for lead in answered for at in arrived[lead]]


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
    options.add_argument("--seconds", type=int, default=8)
    options.add_argument("--rounds", type=int, default=5, help="pairs of sustained figures")
    chosen = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=receiver_main, args=[theirs], daemon=True)
    process.start()
    receiver = f"http://127.0.0.1:{ours.recv()}"
    owed = chosen.leads * chosen.subscriptions
    pairs, limits = [], []
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.sqlite"
        backlog(prepared, receiver, chosen.leads, chosen.subscriptions)
        for number in range(chosen.rounds):
            pair = {hung: sustained(prepared, receiver, owed, hung=hung) for hung in (number % 2 == 0, number % 2 == 1)}
            pairs.append((pair[False], pair[True]))
            limits.append(asyncio.run(bare(receiver, owed, chosen.subscriptions)))
        costs, late = paced(Path(folder) / "paced.sqlite", receiver, 50, chosen.seconds, chosen.subscriptions)
    process.terminate()
    plain = sorted(pair[0] for pair in pairs)
    slower = sorted(1 - beside / alone for alone, beside in pairs)
    middle, least, most = statistics.median(slower), slower[0], slower[-1]
    rows = [
        ("sustained", f"{statistics.median(plain):,.0f} deliveries/s (from {plain[0]:,.0f} to {plain[-1]:,.0f})"),
        ("latency", f"p50 {percentile(late, 0.5):.1f} ms, p99 {percentile(late, 0.99):.1f} ms at 50 events/s"),
        ("cost", f"{statistics.median(costs):+.2f} ms for each API call (from {min(costs):+.2f} to {max(costs):+.2f})"),
        ("hung", f"{middle:+.1%} slower beside a hung receiver (from {least:+.1%} to {most:+.1%})"),
    ]
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"{chosen.subscriptions} subscriptions, {chosen.rounds} pairs, {os.cpu_count()} cores, load {load}")
    print(f"{'limit':<10} {statistics.median(limits):,.0f} posts/s of a bare client, beside it")
    for name, figure in rows:
        print(f"{name:<10} {figure:<75} goal {GOALS[name]}")


if __name__ == "__main__":
    main()
