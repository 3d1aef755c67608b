"""What strangers can do to the page: texts that they send to the server, and pages of theirs in the same browser."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import process
from g04_browser import attack, attacker, kept
from headless_chromium import Browser, Page
from lived_in import CANARIES, Person
from page_views import VIEWS, Place, drawn, opened, turn_to
from under_test import UnderTest

# Executed texts are counted by the texts themselves. What became an element would have been executed without a policy.
_RAN = "window.ran || 0"
_ELEMENTS = """document.querySelectorAll("#content :is(img, script, iframe, svg, object, embed, style, link, base), " +
  "[onerror], [onload], [onclick], [href^='javascript:' i], [src^='javascript:' i]").length"""
_OPEN_ALL = """{ document.querySelectorAll("#content details").forEach((one) => { one.open = true; });
  const opening = "#content button.small, #content [role=row], #content tbody tr";
  document.querySelectorAll(opening).forEach((one) => one.click()); }"""
_STORIES = 12  # of requests, deliveries and records that are opened one by one


def stories(person: Person) -> Sequence[Place]:
    """Every view, the newest things that open from them, and addresses that are canaries themselves."""
    entries = person.control("GET", f"/requests?limit={_STORIES}")["requests"]
    deliveries = person.control("GET", f"/webhooks/deliveries?limit={_STORIES}")["items"]
    found: list[Place] = [(view,) for view in VIEWS]
    found += [("timeline", entry["id"]) for entry in entries]
    found += [("webhooks", delivery["id"]) for delivery in deliveries]
    for kind in list(person.control("GET", "/records")["records"])[:_STORIES]:
        found.append(("records", quote(kind, safe="")))
        items = person.control("GET", f"/records/{quote(kind)}?limit=3")["items"]
        found += [("records", quote(kind, safe=""), quote(str(item["id"]), safe="")) for item in items if "id" in item]
    strange = [quote(canary, safe="") for canary in CANARIES]
    found += [place for text in strange for place in ((text,), *((view, text) for view in VIEWS))]
    return [*found, *(("records", "leads", text) for text in strange)]


async def executions(browser: Browser, port: int, shown: Sequence[Place]) -> tuple[int, list[str]]:
    """How many places were shown, and those where a text was executed or became an element.

    The page is shown without its content security policy, so that nothing but its own care holds.
    """
    found: list[str] = []
    async with opened(browser, port, trusting=True) as page:
        await page.run(f"document.getElementById('said').innerHTML = {json.dumps(CANARIES[0])}")
        await page.until("window.ran === 1")  # here a text that became markup would be seen
        await page.run("window.ran = 0; document.getElementById('said').replaceChildren()")
        for place in shown:
            await turn_to(page, *place)
            await page.run(_OPEN_ALL)
            await drawn(page)
            ran, elements = await page.run(_RAN), await page.run(_ELEMENTS)
            if ran or elements:
                found.append(f"{'/'.join(place)}: {ran} executed, {elements} elements")
                await page.run("window.ran = 0")
    return len(shown), found


def hostile_document(folder: Path) -> Path:
    """A document whose every text is a canary."""
    image, script, link, quoted = CANARIES
    thing = {
        "type": "object",
        "title": script,
        "description": quoted,
        "properties": {
            "id": {"type": "string"},
            image: {"enum": [image, script]},
            "name": {"type": "string", "example": image},
        },
    }
    answer = {"200": {"description": image, "content": {"application/json": {"schema": thing}}}}
    many = {"type": "object", "properties": {"items": {"type": "array", "items": thing}}}
    listed = {"200": {"description": link, "content": {"application/json": {"schema": many}}}}
    asked = {"name": image, "in": "query", "description": script, "schema": {"enum": [image, quoted]}}
    named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    list_of = {
        "summary": image,
        "description": script,
        "operationId": quoted,
        "parameters": [asked],
        "responses": listed,
    }
    path = f"/things{image.replace('/', '')}"
    document = {
        "openapi": "3.1.0",
        "info": {"title": image, "version": script, "description": link},
        "tags": [{"name": image, "description": script}],
        "paths": {
            "/things": {
                "get": {**list_of, "tags": [image]},
                "post": {"requestBody": _body(thing), "responses": answer},
            },
            "/things/{id}": {"get": {"parameters": [named], "responses": answer}},
            path: {"get": {"summary": quoted, "responses": answer}},
        },
    }
    file = folder / "hostile.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def _body(schema: Mapping[str, object]) -> Mapping[str, object]:
    return {"description": CANARIES[0], "content": {"application/json": {"schema": schema}}}


# --- pages of others ----------------------------------------------------------------------------------------------

RESOLVER = "--host-resolver-rules=MAP *.example 127.0.0.1"
"""The browser's flag with which a site of an attacker is on this machine."""
_READ = ("ui", "ui/main.js", "ui/index.html", "requests", "records/leads", "webhooks/secrets")
_WRITTEN = {
    "faults": {"response": {"status": 503}},
    "workspaces": {"id": "evil"},
    "simulate": {"kind": "call"},
    "clock/advance": {"seconds": 3600},
}


async def foreign_pages(browser: Browser, server: UnderTest, streams: Sequence[str]) -> tuple[int, list[str]]:
    """What pages of another site and of another port tried on the page, its stream and its changes; what they read.

    An effect is told of as well. The workspace's clock must stand still.
    """
    asked = [("GET", f"/__admin/{path}", "{}") for path in (*_READ, *streams)]
    asked += [("POST", f"/__admin/{path}", json.dumps(body)) for path, body in _WRITTEN.items()]
    before, tried, told = kept(server), 0, []
    base = f"http://127.0.0.1:{server.port}"
    with attacker() as (port, _):
        evil = f"http://evil.example:{port}"
        for place in (f"{evil}/", f"http://localhost:{port}/"):
            page: Page = await browser.open(place)
            found = await attack(page, base if "evil" in place else base.replace("127.0.0.1", "localhost"), evil, asked)
            await page.close()
            tried += sum(found["tried"].values())
            told += [f"{place}: {read}" for read in found["reads"]]
    return tried, [*told, *(["an effect"] if kept(server) != before else [])]


# --- a bind that others can reach ---------------------------------------------------------------------------------

_TOKEN = "a-token-for-the-page-1"
_ENTER = """document.getElementById("token").value = {token}; document.querySelector("form.token button").click()"""
_SEEN = """[location.href, document.cookie, document.documentElement.outerHTML, JSON.stringify(localStorage),
  ...performance.getEntriesByType("resource").map((one) => one.name)].join("\\n")"""


async def token(browser: Browser, folder: Path) -> list[str]:
    """What is wrong with how the page asks for a token where others can reach the server."""
    wrong = []
    with process.serving(
        folder, "--host", "0.0.0.0", *process.EMPTY, env={"SOPHIIE_MOCK_ADMIN_TOKEN": _TOKEN}
    ) as server:
        async with opened(browser, server.port, "workspaces") as page:
            for given in ("not-the-right-token", _TOKEN):
                if not await page.run("!!document.getElementById('token')"):
                    wrong.append("it does not ask")
                await page.run(_ENTER.format(token=json.dumps(given)))
                await drawn(page)
            for view in VIEWS:
                await turn_to(page, view)
                wrong += [f"{view}: it asks again"] if await page.run("!!document.getElementById('token')") else []
            if _TOKEN in await page.run(_SEEN):
                wrong.append("the token is in an address, a cookie, a local storage or the page")
    return wrong
