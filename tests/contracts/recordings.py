"""Recorded traffic for tests, as browsers write it, and the command that judges it."""

import json
import re
from collections.abc import Callable
from typing import Any

ORGANIZATION: dict[str, Any] = {
    "id": "org_a1",
    "name": "Canary Plumbing",
    "businessPhone": None,
    "website": None,
    "socials": {},
    "timeZone": "Australia/Sydney",
    "country": "AU",
    "currency": "AUD",
    "timeFormat": 12,
    "weekStart": "Monday",
}
LEAD = {"firstName": "Ana", "suburb": "Newtown", "email": "ana@example.com"}
SECRET = "sk_live_" + "recorded0123456789"
Json = dict[str, Any]


def entry(url: str, answer: Any, *, method: str = "GET", status: int = 200, sent: Any = None) -> Json:
    """As a browser writes it: HTTP/2 names, absolute URL, headers in any case."""
    headers = [
        {"name": ":authority", "value": "api.sophiie.ai"},
        {"name": "Authorization", "value": f"Bearer {SECRET}"},
    ]
    request: Json = {"method": method, "url": url, "httpVersion": "h2", "headers": headers, "bodySize": 0}
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
        headers.append({"name": "Content-Type", "value": "application/json"})
    text = json.dumps(answer)
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    kind = {"name": "content-type", "value": "application/json; charset=utf-8"}
    return {"request": request, "response": {"status": status, "headers": [kind], "content": content}}


def organization(**changed: Any) -> Json:
    return entry("https://api.sophiie.ai/v1/organization", {**ORGANIZATION, **changed})


Judge = Callable[..., tuple[int, str, str]]


def har(*entries: Json) -> Json:
    return {"log": {"version": "1.2", "entries": entries}}


def judged_entries(out: str) -> tuple[int, int]:
    """How many entries of a recording the command has judged, and how many there are."""
    ((judged, all_of_them),) = re.findall(r"(\d+) of (\d+) entries", out)
    return int(judged), int(all_of_them)


def not_judged(out: str) -> list[str]:
    """The entries of which the command says that their bodies were not recorded."""
    return re.findall(r"not recorded: [^(]*\(([^)]*)\)", out)
