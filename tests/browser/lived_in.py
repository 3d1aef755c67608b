"""A server that somebody has worked with: what the page shows of it is true of a real afternoon, or hostile."""

import contextlib
import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from client import KEY
from process import HOOK, Caller
from under_test import UnderTest, serving

from mock_server.server import MockServer

CANARIES = (
    '<img src=x onerror="window.ran=(window.ran||0)+1">',
    "</script><script>window.ran=(window.ran||0)+1</script>",
    "javascript:window.ran=(window.ran||0)+1",
    "\"'><svg onload=window.ran=(window.ran||0)+1>${window.ran=1}{{7*7}}",
)
"""Texts that would be executed if a page took them for code."""


@dataclass
class Person:
    """Somebody who uses a server, by the API and by the control plane."""

    caller: Caller
    port: int
    workspace: str = ""

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API; any status is welcome, for some calls are meant to be refused."""
        return self.caller.call(method, path, body).body

    def strange(self, text: str) -> None:
        """Call the API with headers that have a text of a stranger."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Authorization": f"Bearer {KEY}", "User-Agent": text, "X-Canary": text, "Prefer": f"code={text}"}
        connection.request("GET", "/v1/members", headers=headers)
        connection.getresponse().read()
        connection.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control plane. Raises AssertionError for a refusal."""
        answer = self.caller.call(method, f"/__admin{path}", body, self.workspace)
        assert answer.status < 400, f"{method} {path}: {answer.body}"
        return answer.body


@contextmanager
def lived_in(**settings: str) -> Iterator[tuple[UnderTest, Person]]:
    """A server with an afternoon behind it, and somebody who goes on using it."""
    with serving("full", MockServer, **{"rate_limit": "off", "world": "small", **settings}) as server:
        person = Person(Caller(server.port), server.port)
        if "spec" not in settings:
            afternoon(person)
        yield server, person
        person.caller.close()


def afternoon(person: Person) -> None:
    """Leads, refusals, typing errors, people who call, deliveries that fail, a fault, another workspace."""
    inbox = f"http://127.0.0.1:{person.port}/__admin/inbox"
    person.control("PUT", "/inbox/billing", {"status": 503, "headers": {"Retry-After": "30"}})
    for name in ("crm", "billing"):
        for trigger in ("LEAD_CREATED", "APPOINTMENT_CREATED"):
            person.api("POST", HOOK, {"hookUrl": f"{inbox}/{name}", "trigger": trigger})
    lead = person.api("POST", "/v1/leads", {"firstName": "Ana", "lastName": "Silva", "suburb": "Ryde"})["lead"]
    person.api("POST", "/v1/leads", {"firstName": "Bo", "suburb": "Newtown", "nickname": "B"})
    person.api("PUT", f"/v1/leads/{lead['id']}", {"suburb": "Hornsby"})
    person.api("POST", "/v1/leads", {"firstName": 5, "suburb": "Ryde"})
    person.api("GET", "/v1/leads?limt=3&limit=2")
    person.api("GET", "/v1/lead")
    person.api("GET", f"/v1/leads/{lead['id']}/activities")
    person.control("POST", "/simulate", {"kind": "call", "about": "blocked drain"})
    person.control("POST", "/simulate", {"kind": "appointment", "action": "book", "from": "known"})
    person.control("POST", "/simulate", {"kind": "sms", "count": 3, "over": 86_400})
    fault = {"request": {"operation": "GET /v1/members"}, "response": {"status": 503}, "nth": 2}
    person.control("POST", "/faults", fault)
    person.control("POST", "/faults", {"response": {"fixedDelayMilliseconds": 5}, "probability": 0.5})
    for _ in range(2):
        person.api("GET", "/v1/members")
    person.control("POST", "/workspaces", {"id": "pr-12", "world": "small", "labels": {"pr": "12"}, "frozen": True})
    person.control("POST", "/snapshots", {"name": "before-lunch"})
    person.control("POST", "/webhooks/drain", {"timeout": 5})


# --- hostile ------------------------------------------------------------------------------------------------------


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = "".join(CANARIES).encode()
        self.send_response(500)
        self.send_header("X-Canary", CANARIES[0])
        self.send_header("Content-Length", str(len(body)))
        with contextlib.suppress(OSError):
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[str]:
    """The URL of a receiver whose answers are canaries."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def haunted(person: Person, hook: str) -> Sequence[str]:
    """Put canaries wherever a stranger can put a text; returns the places."""
    person.api("POST", HOOK, {"hookUrl": f"{hook}?{quote(CANARIES[0])}", "trigger": "LEAD_CREATED"})
    for number, canary in enumerate(CANARIES):
        person.api("POST", "/v1/leads", {"firstName": canary, "lastName": canary, "suburb": canary, canary: canary})
        person.api("POST", "/v1/leads", {"firstName": [canary]})
        person.api("GET", f"/v1/leads?{quote(canary)}={quote(canary)}&search={quote(canary)}")
        person.api("GET", f"/v1/{quote(canary, safe='')}")
        person.strange(canary)
        person.control("POST", "/simulate", {"kind": "sms", "about": canary})
        person.control("POST", "/simulate", {"kind": "sms", "about": canary, "count": 2, "over": 9_000})
        label = {"id": f"ghost-{number}", "world": "empty", "labels": {"canary": canary}}
        person.control("POST", "/workspaces", label)
        fault = {"status": 503, "body": canary, "headers": {"X-Canary": canary}}
        rule = {"request": {"bodyPatterns": [{"contains": canary}]}, "response": fault}
        person.control("POST", "/faults", rule)
        event = {"type": "LEAD_CREATED", "body": {"id": canary, canary: canary}}
        person.control("POST", "/webhooks/events", event)
        person.control("POST", "/records/leads", {"firstName": canary, "notes": [canary]})
    person.control("POST", "/webhooks/drain", {"timeout": 5})
    kinds = ("records", "bodies", "field names", "header values", "queries", "paths", "contacts", "workspace labels")
    return [*kinds, "fault rules", "events", "hook URLs", "answers of receivers"]
