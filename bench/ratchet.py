"""`make bench-check`: what a request costs in process, as a multiple of a bare Starlette application's.

ASGI calls without a socket, the best of many short turns in one run, so a figure is steady to a few percent on any
machine and any day. ``bench/ratchet.json`` holds the multiples as they were; a scene that is 15 % dearer fails.
Cheaper now? ``python bench/ratchet.py --update`` writes the new ones. ``--profile SCENE`` shows where the time goes.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from plain import starlette

from mock_server.app import create_app
from mock_server.config.settings import Settings
from mock_server.workspaces.workspace import DEFAULT

FILE = Path(__file__).with_name("ratchet.json")
DEARER = 1.15
TURNS, CALLS = 40, 25
TRIES = 3
"""Noise only ever adds: a scene that looks dearer is measured again, and its best counts."""

Call = Callable[[], Any]


def scope_of(method: str, target: str, body: bytes, key: str) -> dict[str, Any]:
    """What uvicorn would say of the request."""
    path, _, query = target.partition("?")
    headers = [(b"host", b"localhost"), (b"user-agent", b"bench"), (b"accept", b"application/json")]
    headers.append((b"authorization", f"Bearer {key}".encode()))
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 4747),
        "state": {},
    }


def caller(app: Any, method: str, target: str, status: int, body: str = "", key: str = "sk_test_local") -> Call:
    """A call of this request; ``@@@@@@@@`` in the body becomes another number each time. Raises RuntimeError."""
    numbers = iter(range(100_000_000))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        raw = body.replace("@" * 8, f"{next(numbers):08}").encode() if body else b""

        async def receive() -> Any:
            return {"type": "http.request", "body": raw, "more_body": False}

        sent.clear()
        await app(scope_of(method, target, raw, key), receive, send)
        if sent[0]["status"] != status:
            raise RuntimeError(f"{method} {target}: {sent[0]['status']} {sent[-1]['body'][:200]!r}")

    return call


def scenes() -> dict[str, Call]:
    """By name; ``starlette`` is what the others are compared with."""
    app = create_app(Settings(port=0, quiet=True, now="2026-03-04T05:06:07Z"))
    limited = create_app(Settings(port=0, quiet=True, rate_limit="1", world="small", now="2026-03-04T05:06:07Z"))
    state = app.state.workspaces.get(DEFAULT).state
    lead = f"/v1/leads/{state.rows('leads')[-1].id}"
    told = max(state.rows("inquiries"), key=lambda row: len(row.record["data"].get("transcripts", ())))
    lists, created = "/v1/leads?page=1&limit=50", '{"firstName": "Avery", "email": "avery@@@@@@@@@example.com"}'
    bare = starlette({"GET /v1/leads": (200, b" " * 1000)})
    over = caller(limited, "GET", lists, 429)

    return {
        "starlette": caller(bare, "GET", "/v1/leads", 200),
        "list-50": caller(app, "GET", lists, 200),
        "list-5": caller(app, "GET", "/v1/leads?page=1&limit=5", 200),
        "one": caller(app, "GET", lead, 200),
        "transcript": caller(app, "GET", f"/v1/inquiries/{told.id}", 200),
        "filtered": caller(app, "GET", f"/v1/inquiries?leadId={told.record['leadId']}&limit=50", 200),
        "401": caller(app, "GET", lists, 401, key="sk_test_unknown"),
        "429": over,
        "refused": caller(app, "GET", "/v1/leads?limit=many", 400),
        "list-50-after-update": _alternating(app, lead, lists),
        "update": caller(app, "PUT", lead, 200, '{"lastName": "N@@@@@@@@"}'),
        "create": caller(app, "POST", "/v1/leads", 201, created),
    }


def _alternating(app: Any, lead: str, lists: str) -> Call:
    """An update and then a list, which nothing that was kept of the last one may answer."""
    update, listing = caller(app, "PUT", lead, 200, '{"lastName": "A@@@@@@@@"}'), caller(app, "GET", lists, 200)

    async def call() -> None:
        await update()
        await listing()

    return call


async def measured(calls: dict[str, Call], turns: int) -> dict[str, float]:
    """Microseconds of one call in the best turn."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(turns):
        for name, call in calls.items():
            await call()  # what other scenes have changed is read anew
            start = time.process_time()
            for _ in range(CALLS):
                await call()
            best[name] = min(best[name], (time.process_time() - start) / CALLS * 1e6)
    return best


async def warmed(calls: dict[str, Call]) -> None:
    """The second window's first request is a 200 and not a 429."""
    for call in calls.values():
        for _ in range(2):
            try:
                await call()
            except RuntimeError:
                continue


def lines(best: dict[str, float], kept: dict[str, float]) -> Iterator[str]:
    for name, us in best.items():
        multiple = us / best["starlette"]
        was = f"was {kept[name]:5.2f}" if name in kept else ""
        note = "  15 % dearer or more" if multiple > kept.get(name, multiple) * DEARER else ""
        yield f"{name:<22} {multiple:6.2f} × Starlette  {us:7.1f} µs  {was}{note}"


def dearer(best: dict[str, float], kept: dict[str, float]) -> bool:
    return any(us / best["starlette"] > kept.get(name, us) * DEARER for name, us in best.items())


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the multiples of this run")
    parser.add_argument("--profile", metavar="SCENE", help="show where the time of one scene goes")
    chosen = parser.parse_args()
    calls = scenes()
    await warmed(calls)
    if chosen.profile:
        await profile(calls[chosen.profile])
        return 0
    kept = {} if chosen.update or not FILE.exists() else json.loads(FILE.read_text())
    best = await measured(calls, TURNS)
    for _ in range(TRIES):
        if chosen.update or dearer(best, kept):
            again = await measured(calls, TURNS)
            best = {name: min(us, again[name]) for name, us in best.items()}
    print("\n".join(lines(best, kept)))
    if chosen.update:
        FILE.write_text(
            json.dumps({name: round(us / best["starlette"], 2) for name, us in best.items()}, indent=2) + "\n"
        )
    return 1 if dearer(best, kept) else 0


async def profile(call: Call) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(2000):
        await call()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
