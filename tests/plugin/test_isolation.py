"""What happens in one workspace can never be observed in another: generated histories, compared byte for byte.

B does the same things twice: alone, and with A at work on the same server in between. Both times it must see the
same bytes. ``SOPHIIE_MOCK_HISTORIES=500`` looks further than the usual run does.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.server import MockServer
from mock_server.settings import Settings
from mock_server.testing import Sophiie, workspace

HISTORIES = int(os.environ.get("SOPHIIE_MOCK_HISTORIES", "12"))
SUBSCRIBE = "/api/webhooks/zapier/subscribe?org_id=org_1&user_id=usr_1"
START = "2026-03-04T09:00:00Z"
REAL_TIME = re.compile(r'"ms":[0-9.e+-]+|done in [0-9.e+-]+ ms|"date":"[^"]*"')  # what a receiver answered is kept

names = st.sampled_from(["Ana", "Ben", "Zoë"])
limits = st.sampled_from(["2", "0", "x"])
# An action is a method of Actor and its argument.
actions = st.one_of(
    st.tuples(st.just("create"), names),
    st.tuples(st.just("rename"), names),
    st.tuples(st.just("page"), limits),
    *(
        st.tuples(st.just(name), st.none())
        for name in ("get", "lost", "delete", "stranger", "text", "subscribe", "simulate", "fail", "heal", "reset")
    ),
    *(st.tuples(st.just(name), st.none()) for name in ("clock", "clear", "snapshot")),
)
histories = st.lists(st.tuples(st.booleans(), actions), min_size=4, max_size=20)


class Actor:
    """One client of one workspace, and everything that it gets to see."""

    def __init__(self, sophiie: Sophiie) -> None:
        self.sophiie = sophiie
        self.seen: list[str] = []
        self._leads: list[str] = [lead["id"] for lead in sophiie.world.leads[:2]]

    def act(self, name: str, argument: Any) -> None:
        getattr(self, name)(*([] if argument is None else [argument]))
        self.sophiie.settle()
        for path in ("/requests", "/records", "/clock", "/coverage", "/faults", "/webhooks/deliveries"):
            self._control("GET", path)
        self._control("GET", f"/inbox/{self.sophiie.id}/test")
        self._control("GET", "/webhooks/attempts?after=0&wait=0")

    def create(self, name: str) -> None:
        number = len(self.seen)
        body = {"firstName": name, "email": f"{number}@example.com", "suburb": "Newtown"}
        made = self._ask("POST", "/v1/leads", body)
        if made.status_code == 201:
            self._leads.append(made.json()["lead"]["id"])

    def rename(self, name: str) -> None:
        self._ask("PUT", f"/v1/leads/{self._leads[-1]}", {"firstName": name})

    def page(self, limit: str) -> None:
        self._ask("GET", f"/v1/leads?limit={limit}")

    def get(self) -> None:
        self._ask("GET", f"/v1/leads/{self._leads[-1]}")

    def lost(self) -> None:
        self._ask("GET", "/v1/lead")

    def delete(self) -> None:
        self._ask("DELETE", f"/v1/leads/{self._leads[-1]}")

    def stranger(self) -> None:
        """A key that opens nothing."""
        answer = httpx.get(f"{self.sophiie.url}/v1/leads", headers={"authorization": "Bearer sk_test_nobody"})
        self.seen.append(answer.text)

    def text(self) -> None:
        self._ask("POST", "/v1/sms", {"leadId": self._leads[0], "message": "Are you there?"})

    def subscribe(self) -> None:
        self._ask("POST", SUBSCRIBE, {"hookUrl": self.sophiie.inbox.url, "trigger": "LEAD_CREATED"})

    def simulate(self) -> None:
        self._control("POST", "/simulate", {"kind": "call", "from": "known"})

    def fail(self) -> None:
        self._control("POST", "/faults", {"response": {"status": 503}, "probability": 0.5})

    def heal(self) -> None:
        self._control("POST", "/faults/heal", {})

    def reset(self) -> None:
        self._control("POST", "/reset", {})

    def clock(self) -> None:
        self._control("POST", "/clock/advance", {"seconds": 61})

    def clear(self) -> None:
        self._control("DELETE", "/requests")

    def snapshot(self) -> None:
        self.sophiie.control("POST", "/verify", {"request": {"method": "GET"}, "atLeast": 0})

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = self.sophiie.client.request(method, path, json=body)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        self._note({"status": answer.status_code, "headers": headers, "body": answer.text})
        return answer

    def _control(self, method: str, path: str, body: Any = None) -> None:
        self._note(self.sophiie.control(method, path, body))

    def _note(self, value: Mapping[str, Any]) -> None:
        self.seen.append(REAL_TIME.sub("", json.dumps(value, separators=(",", ":"))))


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(Settings(port=0, quiet=True, retries="5s,5m")) as server:
        yield server


@settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories)
def test_nothing_of_one_workspace_is_seen_in_another(server: MockServer, history: list[Any]) -> None:
    plan = {"world": "small", "seed": 3, "now": START, "rateLimit": 12}
    with workspace(server.url, id="b", **plan) as b:
        alone = Actor(b)
        for is_b, (name, argument) in history:
            if is_b:
                alone.act(name, argument)

    with workspace(server.url, id="a", **plan) as a, workspace(server.url, id="b", **plan) as again:
        actors = {True: Actor(again), False: Actor(a)}
        for is_b, (name, argument) in history:
            actors[is_b].act(name, argument)

    assert actors[True].seen == alone.seen
