"""One client of one workspace and all that it gets to see: what generated histories of two neighbours are made of.

B does the same things twice: alone, and with A at work on the same server in between. Both times it must see the same
bytes. ``g05_tenants.py`` runs thousands of histories, ``test_isolation.py`` a dozen in the ordinary run.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile, zip_longest
from typing import Any

import httpx
from hypothesis import strategies as st

from mock_server.testing import Refused, Sophiie, workspace
from mock_server.world.ids import rng

START = "2026-03-04T09:00:00Z"
PLAN: Mapping[str, Any] = {"world": "small", "seed": 3, "now": START, "rate_limit": 30}
TRIGGERS = ("LEAD_CREATED", "LEAD_UPDATED", "INQUIRY_CREATED", "APPOINTMENT_CREATED")
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
UNSUBSCRIBE = SUBSCRIBE.replace("subscribe", "unsubscribe")
# Real time, and a checksum over it; keys: that of a fork is minted and told once.
MASKED = re.compile(r'"ms":[0-9.e+-]+|done in [0-9.e+-]+ ms|"[Dd]ate":"[^"]*"|"sha256":"\w+"|sk_test_mock_[\w-]+')

# What can be observed of a workspace without changing it.
GLANCE = ("/clock", "/faults", "/requests?limit=2", "/webhooks/deliveries?limit=2", "/records")
VIEWS = (
    *("/requests", "/requests/unmatched", "/explain/req_1", "/coverage", "/mappings", "/simulate", "/snapshots"),
    *("/webhooks/subscriptions", "/webhooks/events", "/webhooks/deliveries", "/webhooks/secrets"),
    *("/webhooks/attempts", "/snapshots/@now/export", "/inbox/hooks"),
)

# API calls and control calls by name: method, path, body. ``{lead}`` and such are the actor's own.
API: Mapping[str, tuple[str, str, Any]] = {
    "page": ("GET", "/v1/leads?limit=2", None),
    "wrong page": ("GET", "/v1/leads?limit=x", None),
    "get": ("GET", "/v1/leads/{lead}", None),
    "lost": ("GET", "/v1/lead", None),
    "rename": ("PUT", "/v1/leads/{lead}", {"firstName": "Zoë"}),
    "delete": ("DELETE", "/v1/leads/{lead}", None),
    "text": ("POST", "/v1/sms", {"leadId": "{lead}", "message": "Are you there?"}),
    "call": ("POST", "/v1/calls", {"name": "Ana", "phoneNumber": "+61491570006", "mode": "outbound"}),
    "answer": ("POST", "/v1/faqs", {"question": "Why?", "answer": "Because."}),
    "unsubscribe": ("DELETE", UNSUBSCRIBE, {"hookId": 1}),
    "answers": ("GET", "/v1/faqs", None),
}
CONTROL: Mapping[str, tuple[str, str, Any]] = {
    "known call": ("POST", "/simulate", {"kind": "call", "from": "known"}),
    "burst": ("POST", "/simulate", {"kind": "sms", "count": 3, "over": 200}),
    "book": ("POST", "/simulate", {"kind": "appointment", "action": "book"}),
    "move": ("POST", "/simulate", {"kind": "appointment", "action": "move"}),
    "unplan": ("DELETE", "/simulate", None),
    "fail": ("POST", "/faults", {"response": {"status": 503}, "probability": 0.5}),
    "stale": ("POST", "/faults", {"response": {"fault": "STALE_READ"}, "nth": 2}),
    "heal": ("POST", "/faults/heal", {}),
    "map": ("POST", "/mappings", {"request": {"urlPath": "/v1/faqs"}, "response": {"status": 500}}
            | {"allowInvalid": True, "id": "m"}),
    "unmap": ("DELETE", "/mappings/m", None),
    "reset": ("POST", "/reset", {}),
    "advance": ("POST", "/clock/advance", {"seconds": 61}),
    "day": ("POST", "/clock/advance", {"seconds": 86_400}),
    "back": ("POST", "/clock/set", {"now": START}),
    "forget": ("DELETE", "/requests", None),
    "remove": ("POST", "/requests/remove", {"method": "GET"}),
    "verify": ("POST", "/verify", {"request": {"method": "POST"}, "exactly": 1}),
    "find": ("POST", "/requests/find", {"urlPathPattern": "/v1/leads.*"}),
    "save": ("POST", "/snapshots", {"name": "s"}),
    "restore": ("POST", "/snapshots/s/restore", {}),
    "diff": ("GET", "/snapshots/s/diff/@now", None),
    "export": ("GET", "/snapshots/s/export", None),
    "busy receiver": ("PUT", "/inbox/hooks", {"status": 500}),
    "good receiver": ("PUT", "/inbox/hooks", {"status": 200}),
    "empty": ("DELETE", "/inbox/hooks", None),
    "expect": ("POST", "/inbox/hooks/expect", {"match": {"firstName": "Zoë"}, "timeout": 0}),
    "pause": ("POST", "/webhooks/subscriptions/1/pause", {}),
    "resume": ("POST", "/webhooks/heal", {}),
    "again": ("POST", "/webhooks/deliveries/redeliver", {"newId": False}),
    "raw": ("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": {"raw": True}}),
    "rotate": ("POST", "/webhooks/secrets/rotate", {}),
}  # fmt: skip


class Actor:
    """Does what a history says, and notes every answer."""

    def __init__(self, sophiie: Sophiie, *, looks: bool) -> None:
        self.sophiie = sophiie
        self.seen: list[str] = []
        self._looks = looks
        self._lead: str = sophiie.world.leads[0]["id"]
        self._made = 0
        self._more: Mapping[str, Callable[[], None]] = {
            "create": self._create,
            "subscribe": self._subscribe,
            "stranger": self._stranger,
            "fork": self._fork,
            "import": self._import,
        }

    def act(self, name: str) -> None:
        if name in API:
            self._ask(*API[name])
        elif name in CONTROL:
            self._control(*CONTROL[name])
        else:
            self._more[name]()
        self.sophiie.settle()
        if self._looks:
            self.look(GLANCE)

    def look(self, views: tuple[str, ...] = VIEWS) -> None:
        for path in views:
            self._control("GET", path)

    def _create(self) -> None:
        self._made += 1
        made = self._ask("POST", "/v1/leads", {"firstName": "Ana", "email": f"{self._made}@example.com"})
        if made.status_code == 201:
            self._lead = made.json()["lead"]["id"]

    def _subscribe(self) -> None:
        """To one trigger after the other, so that one change has one delivery."""
        self._made += 1
        url = f"{self.sophiie.url}/__admin/inbox/{self.sophiie.id}/hooks"
        self._ask("POST", SUBSCRIBE, {"hookUrl": url, "trigger": TRIGGERS[self._made % len(TRIGGERS)]})

    def _stranger(self) -> None:
        """A key that opens nothing."""
        answer = self.sophiie.client.get("/v1/leads", headers={"authorization": "Bearer sk_test_nobody"})
        self.seen.append(answer.text)

    def _fork(self) -> None:
        made = self._control("POST", "/snapshots/@now/fork", {"id": f"{self.sophiie.id}-fork"})
        if made:
            self._control("DELETE", f"/workspaces/{made['id']}", None)

    def _import(self) -> None:
        file = self.sophiie.control("GET", "/snapshots/@now/export")
        self._control("POST", "/snapshots/import", {**file, "name": "s"})

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        filled = json.loads(json.dumps(body).replace("{lead}", self._lead))
        answer = self.sophiie.client.request(method, path.replace("{lead}", self._lead), json=filled)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        self._note({"status": answer.status_code, "headers": headers, "body": answer.text})
        return answer

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        try:
            told = self.sophiie.control(method, path.replace("/inbox/", f"/inbox/{self.sophiie.id}/"), body)
        except Refused as refused:
            self._note(refused.problem)
            return None
        self._note(told)
        return told

    def _note(self, value: Mapping[str, Any]) -> None:
        self.seen.append(MASKED.sub("", json.dumps(value, separators=(",", ":"))))


NAMES = (*API, *CONTROL, "create", "create", "subscribe", "subscribe", "stranger", "fork", "import")
Turn = tuple[bool, str]
HISTORIES = st.lists(st.tuples(st.booleans(), st.sampled_from(NAMES)), min_size=4, max_size=20)
"""Whose turn it is (True: B's), and what is done."""
_order = rng(1, "order")
WHOLE: Sequence[Turn] = _order.sample([(is_b, name) for is_b in (True, False) for name in NAMES], 2 * len(NAMES))
"""One that has every deed of both."""


def seen_by_b(url: str, history: Sequence[Turn], *, neighbour: bool) -> list[str]:
    """Everything that B sees of its own workspace. A's begins as the very same world."""
    with workspace(url, id="a", **PLAN) as a, workspace(url, id="b", **PLAN) as b:
        actors = {True: Actor(b, looks=True), False: Actor(a, looks=False)}
        for is_b, name in history:
            if is_b or neighbour:
                actors[is_b].act(name)
        actors[True].look()
        return actors[True].seen


def difference(url: str, history: Sequence[Turn]) -> str:
    """Where what B sees is not the same with A beside it; empty when it is."""
    alone, beside = (seen_by_b(url, history, neighbour=neighbour) for neighbour in (False, True))
    for one, other in zip_longest(alone, beside, fillvalue=""):
        if one != other:
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
            start = max(0, same - 100)
            return f"alone …{one[start : start + 300]}…, beside A …{other[start : start + 300]}…"
    return ""
