"""A web site in the developer's browser reads and changes nothing; a page of this machine reads the API, and no more.

Chromium opens pages of an attacker at another site, at another port of localhost, and at names that were rebound to
this machine; each tries every way that ``browser_attack.js`` knows on every control route, and on the API with a key
that works. What a page could read is counted, and what it changed: the whole state before and after is compared. The
page at another port of localhost may read the API (it does), and no control route. Chromium's own protection of
loopback is switched off. That the ways work is shown on a server that lets everything in: all of them reach it.

At small size, and without Chromium, only what pages send is played back, without a browser.
"""

import asyncio
import contextlib
import hashlib
import http.client
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from frame import Figure, NotShown, Size, alone
from headless_chromium import Page, browsing, found
from under_test import UnderTest, serving

from mock_server.app import create_app
from mock_server.config.settings import Settings

MINUTES = 30
SCRIPT = Path(__file__).with_name("browser_attack.js")
Route = tuple[str, str, str]

# With these a request that came through would be seen afterwards; every other one is sent `{}`.
_BODIES = {
    "/__admin/workspaces": {"id": "evil"},
    "/__admin/faults": {"match": {"path": "/v1/leads"}, "fault": {"status": 503}},
    "/__admin/snapshots": {"name": "evil"},
    "/__admin/clock/advance": {"seconds": 3600},
    "/v1/leads": {"firstName": "Evil"},
}
_API: Sequence[Route] = [
    (method, "/v1/leads", json.dumps(_BODIES["/v1/leads"])) for method in ("GET", "POST", "PUT", "DELETE")
]


def routes() -> list[Route]:
    """Every control route with a body, and one of the API for what a page might do with a known key."""
    app = create_app(Settings(world="empty"))
    mount = next(route for route in app.routes if getattr(route, "path", "") == "/__admin")
    found = []
    for route in mount.app._app.routes:  # type: ignore[attr-defined]  # below its safety
        path = "/__admin" + re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
        body = json.dumps(_BODIES.get(path, {}))
        found += [(method, path, body) for method in sorted(route.methods - {"HEAD"})]
    return [*found, *_API]


# --- what is told, and what is kept ------------------------------------------------------------------------------


def told(server: UnderTest, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = "") -> Any:
    """Status, headers and body, as a program of this machine is told them."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, {name.lower() for name, _ in answer.getheaders()}, answer.read()
    finally:
        connection.close()


_KEPT = (
    *("snapshots/@now/export", "workspaces", "faults", "mappings", "snapshots", "simulate", "clock", "coverage"),
    *("webhooks/subscriptions", "webhooks/events", "webhooks/deliveries", "webhooks/secrets", "inbox/1", "settings"),
)


# What a call of the API changes: a page of this machine may make one.
_OF_THE_API = ("snapshots/@now/export", "workspaces", "coverage", "webhooks/events", "webhooks/deliveries")


def kept(server: UnderTest, leaving_out: Sequence[str] = ()) -> str:
    """All that the control plane can show of its state, in one digest. Its clock must stand still."""
    digest = hashlib.sha256()
    for noun in (noun for noun in _KEPT if noun not in leaving_out):
        status, _, body = told(server, "GET", f"/__admin/{noun}")
        digest.update(b"%s %d %s\n" % (noun.encode(), status, body))
    return digest.hexdigest()


# --- played back --------------------------------------------------------------------------------------------------

_OWN = "http://127.0.0.1:{port}"
# What Chromium sends along for each kind of page and request, as it was seen to.
PLAYED: Sequence[Mapping[str, str]] = [
    *(
        {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
        for site in ("cross-site", "same-site")
        for mode in ("no-cors", "navigate")
    ),
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    {"Origin": "http://localhost:1", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://rebound.example:{port}", "Host": "rebound.example:{port}", "Sec-Fetch-Site": "same-origin"},
    {"Host": "rebound.example:{port}"},
    {"Host": "0.0.0.0:{port}"},
    {"Host": "localhost.:{port}"},
    {"Host": "[::ffff:7f00:1]:{port}"},
    {"Host": "127.0.0.1.rebound.example:{port}"},
    {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"},
    {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": "http://evil.example", "Sec-WebSocket-Version": "13"},
    *({"Origin": origin} for origin in ("http://localhost.evil.example", "http://localhost.", "http://0.0.0.0:{port}")),
    *({"Origin": origin} for origin in ("http://127.0.0.1.nip.io", "http://localhost@evil.example", "https://127.1")),
]
# An old browser says nothing of where a page comes from; a form has one of these types, empty or not.
FORMS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "Text/Plain;charset=UTF-8",
)
NEIGHBOURS = ("http://localhost:1", "https://127.0.0.1:5173", "http://[::1]:3000", "http://app.localhost")
_ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def played(server: UnderTest, asked: Sequence[Route], every: int) -> tuple[int, list[str]]:
    """How many requests were made, ``every`` so many a one, and those that were let in or may be read."""
    count, let_in = 0, []
    for number, extra in enumerate([*PLAYED, *({"Origin": origin} for origin in NEIGHBOURS)]):
        headers = {name: value.replace("{port}", str(server.port)) for name, value in extra.items()}
        neighbour = extra.get("Origin") in NEIGHBOURS
        for method, path, body in asked[number % every :: every]:
            control = path.startswith("/__admin")
            if control:
                count += 1
                status, names, _ = told(server, method, path, {"Content-Type": "application/json", **headers}, body)
                if status < 400 or any(name.startswith("access-control-") for name in names):
                    let_in.append(f"{method} {path} {dict(extra)} {status}")
            if "Origin" in extra:
                count += 1
                status, names, _ = told(server, "OPTIONS", path, {**_ASKED, **headers})
                invited = status < 400 or any(name.startswith("access-control-") for name in names)
                if invited != (neighbour and not control):
                    let_in.append(f"OPTIONS {path} {dict(extra)} {status}")
        if "Origin" in extra:
            count += 1
            _, names, _ = told(server, "GET", "/v1/leads", headers)  # its refusal can be read, or it cannot
            if ("access-control-allow-origin" in names) != neighbour:
                let_in.append(f"GET /v1/leads {dict(extra)}")
    count_of_forms, forms = _forms(server, asked, every)
    return count + count_of_forms, [*let_in, *forms]


def _forms(server: UnderTest, asked: Sequence[Route], every: int) -> tuple[int, list[str]]:
    """Forms that a page of an old browser could send, and those of them that were let in."""
    changing = [route for route in asked if route[0] != "GET" and route[1].startswith("/__admin")]
    sent = [
        (method, path, kind, text)
        for number, kind in enumerate(FORMS)
        for method, path, body in changing[number % every :: every]
        for text in ("", body)
    ]
    let_in = []
    for method, path, kind, text in sent:
        status, _, _ = told(server, method, path, {"Content-Type": kind}, text)
        if status < 400:
            let_in.append(f"{method} {path} {kind} {status}")
    return len(sent), let_in


# --- in a browser -------------------------------------------------------------------------------------------------


class Attacker(BaseHTTPRequestHandler):
    """Serves the attacker's pages; below /open it lets every page in, and notes which way it came."""

    came: set[str]

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.rfile.read(length)
        place = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        self.came.add(query.get("way", ""))
        status, headers, body = 200, {"Content-Type": "text/html"}, b"<!doctype html><body>"
        if place.path == "/redirect":
            status, headers = int(query["code"]), {"Location": query["to"]}
        elif place.path == "/policy":
            headers["Content-Security-Policy"] = f"img-src 'none'; report-uri {query['report']}"
            body = b"<!doctype html><img src=/x>"
        elif place.path == "/refresh":
            body = b"<!doctype html><meta http-equiv=refresh content='0;url=%s'>" % query["to"].encode()
        headers["Access-Control-Allow-Origin"] = self.headers.get("origin") or "*"
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Allow-Headers"] = "authorization, content-type, x-mock-workspace"
        headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE"
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        with contextlib.suppress(OSError):  # the page has left meanwhile
            self.end_headers()
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: there are thousands."""


@contextmanager
def attacker() -> Iterator[tuple[int, set[str]]]:
    """Its port, and the ways by which requests came to it."""
    came: set[str] = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Noting", (Attacker,), {"came": came}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def attack(page: Page, base: str, evil: str, asked: Sequence[Route], *, named: bool = False) -> Any:
    """Try every way on every route; ``named`` tells an attacker's own server which way a request came."""
    await page.run(SCRIPT.read_text(encoding="utf-8"))
    ways = await page.run("attackWays")
    config = json.dumps({"base": base, "evil": evil, "routes": list(asked), "ways": ways, "named": named})
    return await page.run(f"attack({config})")


# What the page of this machine read, and may: by ways in which it is that page who asks.
_OF_API = re.compile(r"(?!null origin)[^:]+: \w+ /v1/")


async def browsed(
    server: UnderTest, sixth: UnderTest, beside: UnderTest, asked: Sequence[Route]
) -> tuple[Mapping[str, Any], list[str]]:
    """Every page, every way, every route; what was tried, and what was read that should not have been.

    ``beside`` is there for the page at another port of localhost.
    """
    rebound = f"rebound.example:{server.port}"
    tried: dict[str, int] = {}
    reads: list[str] = []
    own = 0
    with attacker() as (port, came):
        evil = f"http://evil.example:{port}"
        pages = [
            (f"{evil}/", f"http://127.0.0.1:{server.port}"),
            (f"http://localhost:{port}/", f"http://localhost:{beside.port}"),
            (f"http://{rebound}/", f"http://{rebound}"),
            (f"http://0.0.0.0:{server.port}/", f"http://0.0.0.0:{server.port}"),
            (f"http://localhost.:{server.port}/", f"http://localhost.:{server.port}"),
            (f"{evil}/", f"http://[::1]:{sixth.port}"),
            (f"{evil}/", f"http://{rebound}"),
            (f"{evil}/", f"http://0.0.0.0:{server.port}"),
        ]
        async with browsing("--host-resolver-rules=MAP *.example 127.0.0.1") as browser:
            proof = await browser.open(f"{evil}/")
            for site in (f"http://127.0.0.1:{port}", evil):  # another site, and the page's own: each way works on one
                await attack(proof, f"{site}/open", evil, [("POST", "/x", "{}"), ("GET", "/x", "{}")], named=True)
            ways = await proof.run("attackWays")
            await proof.close()
            for place, base in pages:
                page = await browser.open(place)
                found = await attack(page, base, evil, asked)
                await page.close()
                name = f"{urlsplit(place).hostname} at {base}"
                meant = [read for read in found["reads"] if f":{beside.port}" in base and _OF_API.match(read)]
                own += len(meant)
                reads += [f"{name}: {read}" for read in found["reads"] if read not in meant]
                for way, count in found["tried"].items():
                    tried[way] = tried.get(way, 0) + count
    missing = sorted(set(ways) - came)
    return {"tried": tried, "missing": missing, "pages": len(pages), "own": own}, reads


def main(size: Size) -> Figure:
    if size == "full" and not found():
        figure = main("small")
        raise NotShown(f"Chromium is not installed; left out: everything in a browser. Without it: {figure.text}")
    asked = routes()
    with serving(size, world="small", rate_limit="off") as server:
        told(server, "POST", "/__admin/clock/freeze", {"Content-Type": "application/json"}, "{}")
        before = kept(server)
        count, let_in = played(server, asked, 1 if size == "full" else 10)
        text = f"{count:,} requests of {len(PLAYED)} kinds played back on the control routes: let in {len(let_in)}"
        missing: Sequence[str] = ()
        if size == "full":
            with (
                serving(size, world="small", rate_limit="off", host="::1") as sixth,
                serving(size, world="small", rate_limit="off") as beside,
            ):
                for other in (sixth, beside):
                    told(other, "POST", "/__admin/clock/freeze", {"Content-Type": "application/json"}, "{}")
                was = kept(sixth), kept(beside, _OF_THE_API)
                seen, reads = asyncio.run(browsed(server, sixth, beside, asked))
                let_in += reads + (["effects elsewhere"] if (kept(sixth), kept(beside, _OF_THE_API)) != was else [])
            missing = seen["missing"]
            let_in += [] if seen["own"] else ["a page of this machine could not read the API"]
            text += (
                f"; in Chromium {len(seen['tried'])} ways from {seen['pages']} pages, "
                f"{sum(seen['tried'].values()):,} attempts: reads {len(reads)}, "
                f"and {seen['own']} of the API by a page of this machine"
            )
            text += f"; not shown to work where all is open: {', '.join(missing) or 'none'}"
        effects = kept(server) != before
        bugs = server.bugs
    text += f"; effects {'some' if effects else 'none'}"
    good = not (let_in or effects or bugs or missing) and count > 0
    return Figure(good, "; ".join([text, *let_in[:5]]))


if __name__ == "__main__":
    alone(__file__, main)
