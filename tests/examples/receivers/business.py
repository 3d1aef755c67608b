"""The work of a receiver: a welcome SMS for each new lead, and an address book. Each weakness can be planted.

The web framework around it is in ``fastapi_app.py``, ``flask_app.py`` and, in JavaScript, ``express_app.js``.
"""

import base64
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

WEAKNESSES = (
    "forgets-repeats",  # no idempotency at all
    "races",  # looks first and notes later
    "compares-bytes",  # knows a repeat by the bytes of its body
    "short-memory",  # remembers the last hundred events
    "notes-before-work",  # an event whose work failed counts as done
    "takes-forged",  # no signature is verified
    "takes-old",  # no timestamp is verified
    "takes-first-signature",  # of several signatures only the first is looked at
    "compares-start",  # only the first letters of a signature are compared
    "takes-cut-signature",  # a signature is good if the right one begins with it
    "signs-parsed-json",  # the signature is verified over JSON that was written anew
    "strict-fields",  # refuses members that it does not know
    "fails-on-unknown",  # an unknown event is an error
    "slow",  # works before it answers
    "last-write-wins",  # an older update replaces a newer one
    "skips-older",  # an event that is older than the newest one is skipped
    "drops-in-burst",  # a bounded queue drops what does not fit, after 200
    "notes-before-verifying",  # a forged delivery makes the genuine one look like a repeat
)
_FIELDS = {
    *("id", "originalId", "createdAt", "updatedAt", "firstName", "lastName", "email", "phone", "businessName"),
    *("suburb", "address", "status"),
}
_TOLERANCE = 300


class Receiver:
    """Takes deliveries; ``weakness`` is one of WEAKNESSES, or empty for a sound one."""

    def __init__(self, api: str, key: str, secret: str, weakness: str = "") -> None:
        self._api, self._key, self._secret, self._weakness = api, key, secret, weakness
        self._lock = threading.Lock()
        self._done: dict[str, None] = {}
        self._newest = ""
        self._lately: list[float] = []
        self.people: dict[str, dict[str, Any]] = {}

    def take(self, headers: Mapping[str, str], raw: bytes) -> int:
        """The HTTP status for a delivery. ``headers`` are in lower case."""
        id = headers.get("webhook-id") or headers.get("x-mock-event-id", "")
        if self._weakness == "notes-before-verifying" and id in self._done:
            return 200
        if self._secret and not self._genuine(headers, raw):
            if self._weakness == "notes-before-verifying":
                self._done[id] = None
            return 401
        try:
            event = json.loads(raw)
        except ValueError:
            return 400
        if self._weakness == "strict-fields" and set(event) - _FIELDS:
            return 400
        if "originalId" not in event:
            return 500 if self._weakness == "fails-on-unknown" else 200
        if self._weakness == "slow":
            time.sleep(2.5)
        if self._weakness == "drops-in-burst" and not self._has_room():
            return 200
        return self._once(hashlib.sha256(raw).hexdigest() if self._weakness == "compares-bytes" else id, event)

    def _once(self, id: str, event: dict[str, Any]) -> int:
        """Do the work of an event unless it is done already."""
        if self._weakness == "races":
            known = id in self._done
            time.sleep(0.02)
            return 200 if known else self._work(id, event)
        with self._lock:
            if id in self._done and self._weakness != "forgets-repeats":
                return 200
            if self._weakness == "notes-before-work":
                self._done[id] = None
            return self._work(id, event)

    def _work(self, id: str, event: dict[str, Any]) -> int:
        lead, known = str(event["originalId"]), self.people.get(str(event["originalId"]))
        if self._weakness == "skips-older" and event["createdAt"] < self._newest:
            return 200
        self._newest = max(self._newest, event["createdAt"])
        new = known is None or self._weakness == "forgets-repeats" or known["event"] == event["id"]
        if new and not self._greet(lead, event):
            return 503
        if known is None or self._weakness == "last-write-wins" or known["updatedAt"] <= event["updatedAt"]:
            self.people[lead] = {**{name: event.get(name) for name in ("firstName", "updatedAt")}, "event": event["id"]}
        self._done[id] = None
        if self._weakness == "short-memory" and len(self._done) > 100:
            self._done.pop(next(iter(self._done)))
        return 200

    def _greet(self, lead: str, event: dict[str, Any]) -> bool:
        """Send the lead a welcome SMS through the API; tell whether that went well."""
        try:
            sender = self._call("GET", "/v1/members")["members"][0]["id"]
            self._call("POST", "/v1/sms", {"userId": sender, "leadId": lead, "message": f"Hi {event['firstName']}"})
        except OSError:
            return False
        return True

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API. Raises OSError."""
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self._api + path, content, headers, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def _genuine(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Verify the signature and the time as Standard Webhooks describes it."""
        if self._weakness == "takes-forged":
            return True
        try:
            id, sent = headers["webhook-id"], int(headers["webhook-timestamp"])
            signatures = headers["webhook-signature"].split()
        except (KeyError, ValueError):
            return False
        if self._weakness != "takes-old" and abs(time.time() - sent) > _TOLERANCE:
            return False
        if self._weakness == "signs-parsed-json":
            raw = json.dumps(json.loads(raw), separators=(",", ":"), ensure_ascii=False).encode()
        key = base64.b64decode(self._secret.removeprefix("whsec_"))
        good = hmac.new(key, f"{id}.{sent}.".encode() + raw, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(good).decode()}"
        if self._weakness == "takes-first-signature":
            signatures = signatures[:1]
        if self._weakness == "compares-start":
            return any(wanted[:20] == one[:20] for one in signatures)
        if self._weakness == "takes-cut-signature":
            return any(wanted.startswith(one) for one in signatures)
        return any(hmac.compare_digest(wanted, one) for one in signatures)

    def _has_room(self) -> bool:
        """A queue that holds twenty events of a second."""
        now = time.monotonic()
        self._lately = [at for at in self._lately if now - at < 1.0]
        self._lately.append(now)
        return len(self._lately) <= 20


def from_environment() -> Receiver:
    """The receiver that the environment describes."""
    given = os.environ.get
    api = given("SOPHIIE_URL", "http://127.0.0.1:4747")
    return Receiver(api, given("SOPHIIE_KEY", "sk_test_local"), given("WEBHOOK_SECRET", ""), given("WEAKNESS", ""))
