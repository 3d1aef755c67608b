"""A stand-in for the real API: the mock behind a wrapper that differs in many ways, learned through the proxy.

Every difference that traffic can show is named, and no other; the Overlay makes the mock agree; the host has seen what
the client asked for and nothing else; no value of the account is written anywhere.
"""

import http.client
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from recording import Answer, Seen
from test_proxy import CONTRACT, Proxied, proxied

from contracts.learn.gap_ledger import asked_words, load_ledger
from contracts.learn.observed_file import Learned, learn, save_observed
from contracts.learn.recording_replay import ReplayResult, replay_recording
from contracts.shapes.exchanges import ShapeRecording
from contracts.shapes.recording_file import to_text
from contracts.spec.overlaid import load_overlaid
from contracts.transport.target import Target, mock

pytestmark = pytest.mark.slow

GAPS = load_ledger()
CANARY = "Canary7f3a"
Change = Callable[[Any], Any]


def each(name: str, change: Change) -> Change:
    """Change each row of a list in an answer."""
    return lambda value: {**value, name: [change(row) for row in value[name]]}


def put(**more: Any) -> Change:
    return lambda value: {**value, **more}


def drop(name: str) -> Change:
    return lambda value: {key: member for key, member in value.items() if key != name}


def rename(old: str, new: str) -> Change:
    return lambda value: {(new if key == old else key): member for key, member in value.items()}


def inner(name: str, change: Change) -> Change:
    return lambda value: {**value, name: change(value[name])}


def error(**more: Any) -> Change:
    return lambda value: {**value, "error": {**value["error"], **more}}


# Operation, status of the mock → status of the stand-in, change of the body, what is named: a difference or a gap.
WAYS: list[tuple[str, int, int, Change, str]] = [
    ("POST /v1/leads", 201, 200, put(), "gap lead-create-status=200"),
    ("POST /v1/faqs", 201, 200, put(), "gap faq-create-status=200"),
    ("POST /v1/policies", 201, 202, put(), "POST /v1/policies 202: status"),
    ("PUT /v1/leads/{}", 200, 202, put(), "PUT /v1/leads/{} 202: status"),
    ("PUT /v1/leads/{}", 200, 202, inner("lead", put(score=7)), "gap write-success-status"),
    ("GET /v1/organization", 200, 200, put(plan=CANARY), "GET /v1/organization 200 /plan: undeclared field"),
    ("GET /v1/organization", 200, 200, drop("currency"), "GET /v1/organization 200 /currency: absent field"),
    ("GET /v1/organization", 200, 200, put(timeFormat="12"), "GET /v1/organization 200 /timeFormat: type"),
    ("GET /v1/organization", 200, 200, put(name=None), "GET /v1/organization 200 /name: null"),
    ("GET /v1/leads", 200, 200, each("leads", put(phone=61)), "GET /v1/leads 200 /leads/*/phone: type"),
    ("GET /v1/leads", 200, 200, each("leads", drop("businessName")), "/leads/*/businessName: absent field"),
    ("GET /v1/leads", 200, 200, each("leads", put(owner={"name": CANARY})), "/leads/*/owner: undeclared field"),
    ("GET /v1/leads", 200, 200, put(totalPages=99), "GET /v1/leads 200 /totalPages: paging"),
    ("GET /v1/leads", 200, 200, put(hasMore=True), "GET /v1/leads 200 /hasMore: undeclared field"),
    ("GET /v1/leads/{}", 200, 200, put(createdAt="2026-03-04"), "GET /v1/leads/{} 200 /createdAt: format"),
    ("GET /v1/leads/{}", 200, 200, put(unreadCalls="3"), "GET /v1/leads/{} 200 /unreadCalls: type"),
    ("GET /v1/leads/{}", 200, 200, put(tags=None), "GET /v1/leads/{} 200 /tags: null"),
    ("GET /v1/leads/{}", 404, 404, put(message=CANARY), "GET /v1/leads/{} 404 /message: error text"),
    ("GET /v1/leads/{}", 404, 404, error(status=400), "GET /v1/leads/{} 404 /error/status: error status"),
    ("DELETE /v1/leads/{}", 404, 410, put(), "DELETE /v1/leads/{} 410: status"),
    ("GET /v1/faqs", 200, 200, rename("faqs", "items"), "GET /v1/faqs 200 /items: undeclared field"),
    ("GET /v1/faqs", 200, 200, rename("totalCount", "total"), "GET /v1/faqs 200 /total: undeclared field"),
    ("GET /v1/policies", 200, 200, each("policies", put(summary=CANARY)), "gap policy-summary=yes"),
    ("GET /v1/policies", 200, 200, each("policies", put(title=None)), "GET /v1/policies 200 /policies/*/title: null"),
    ("GET /v1/scenarios", 200, 200, each("scenarios", put(id="7")), "GET /v1/scenarios 200"),
    ("GET /v1/transfers", 200, 200, each("transfers", put(method="BLIND")), "gap transfer-enums"),
    ("GET /v1/transfers", 200, 200, each("transfers", put(label=7)), "/transfers/*/label: type"),
    ("GET /v1/inquiries", 200, 200, each("inquiries", put(score=0.5)), "/inquiries/*/score: undeclared field"),
    ("GET /v1/inquiries", 200, 200, each("inquiries", put(source="FAX")), "/inquiries/*/source: word"),
    ("GET /v1/appointments", 200, 200, each("appointments", drop("title")), "/appointments/*/title: absent field"),
    ("GET /v1/members", 200, 200, each("members", put(email=None)), "/members/*/email: null"),
    ("GET /v1/members", 200, 200, each("members", put(teams=[{"id": 1}])), "/members/*/teams: undeclared field"),
    ("GET /v1/organization/availability", 200, 200, put(timeZone=None), "/timeZone: null"),
    ("GET /v1/organization/availability", 200, 200, put(holidays=[]), "/holidays: undeclared field"),
    ("GET /v1/organization/services", 200, 200, put(page=1), "GET /v1/organization/services 200 /page: undeclared"),
    ("GET /v1/organization/products", 200, 203, put(), "GET /v1/organization/products 203: status"),
    ("GET /v1/leads/{}/activities", 200, 200, each("activities", put(event="LEAD_SEEN")), "gap activity-events"),
    ("GET /v1/leads/{}/activities", 200, 200, each("activities", put(userId=7)), "/activities/*/userId: type"),
]  # fmt: skip
EVERYWHERE = ["the header x-plan", "gap rate-limit-headers", "gap list-order", "gap empty-update=rejected"]


class StandIn:
    """The mock with the ways applied. It answers, and nothing else."""

    def __init__(self, target: Target) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(target.origin).netloc, timeout=10)
        self._target = target

    def answer(self, seen: Seen) -> Answer:
        if seen.method == "PUT" and seen.body == b"{}":
            refusal = {"success": False, "message": "No", "error": {"status": 400, "message": "No"}}
            return 400, {}, json.dumps(refusal).encode()
        headers = {"Authorization": f"Bearer {self._target.key}", "Content-Type": "application/json"}
        self._connection.request(seen.method, seen.path, seen.body or None, headers)
        response = self._connection.getresponse()
        status, value = response.status, json.loads(response.read())
        operation = CONTRACT.find(seen.method, seen.path.partition("?")[0])
        key = operation.key if operation else ""
        if key == "GET /v1/leads" and status == 200:
            value["leads"].reverse()
        found = status
        for own, before, after, change, _ in WAYS:
            if own == key and before == status:
                value, found = change(value), after
        return found, {"X-Plan": CANARY, "X-RateLimit-Limit": "60"}, json.dumps(value).encode()


def drive(proxy: Proxied) -> None:
    """An ordinary client: it lists, reads, writes, and makes the usual mistakes."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        proxy.now[0] += 1.5
        return json.loads(proxy.ask(method, path, None if body is None else json.dumps(body).encode(),
                                    Content_Type="application/json")[2])  # fmt: skip

    for path in ("leads?limit=5", "faqs", "policies", "scenarios", "transfers", "inquiries", "appointments", "members"):
        ask("GET", f"/v1/{path}")
    for path in ("", "/availability", "/services", "/products"):
        ask("GET", f"/v1/organization{path}")
    [*leads] = ask("GET", "/v1/leads?limit=5")["leads"]
    for lead in leads[:3]:
        ask("GET", f"/v1/leads/{lead['id']}")
        ask("GET", f"/v1/leads/{lead['id']}/activities")
    made = ask("POST", "/v1/leads", {"firstName": CANARY, "suburb": CANARY})["lead"]
    ask("PUT", f"/v1/leads/{made['id']}", {"lastName": CANARY})
    ask("PUT", f"/v1/leads/{made['id']}", {})
    ask("DELETE", f"/v1/leads/{made['id']}")
    ask("DELETE", f"/v1/leads/{made['id']}")
    ask("GET", f"/v1/leads/{made['id']}")
    ask("POST", "/v1/faqs", {"question": f"What is {CANARY}?", "answer": f"{CANARY} is a value."})
    ask("POST", "/v1/policies", {"title": CANARY, "content": f"{CANARY} is a value."})


Story = tuple[ShapeRecording, Learned, list[str], int, int]


@pytest.fixture(scope="module")
def story() -> Story:
    with mock() as target:
        stand_in = StandIn(target)
        with proxied(stand_in.answer, asked_words(GAPS)) as proxy:
            drive(proxy)
            asked = proxy.guard.sent
        recording = proxy.observation.recording
        stand_in._connection.close()
    return recording, learn(CONTRACT, GAPS, [recording]), proxy.lines, asked, len(proxy.host.seen)


def named(found: Learned) -> list[str]:
    gaps = [f"gap {it.assumption or it.gap.id}" for it in found.answers if it.verdict == "contradicted"]
    return [*(one.describe() for one in found.differences), *gaps]


EXPECTED = [*(way[4] for way in WAYS), *EVERYWHERE]


@pytest.mark.parametrize("expected", EXPECTED)
def test_every_difference_is_named(story: Story, expected: str) -> None:
    assert [line for line in named(story[1]) if expected in line]


def test_no_difference_is_named_that_is_not_there(story: Story) -> None:
    along = (
        *("200 /faqs: absent", "200 /totalCount: absent", "POST /v1/leads 200: status", "POST /v1/faqs 200: status"),
        *("/lead/score", "/policies/*/summary", "/createdAt: order", "x-ratelimit-limit", "400 /message: error text"),
        "DELETE /v1/leads/{} 410 /error/status",
    )
    due = [*EXPECTED, *along]
    differences = [one.describe() for one in story[1].differences]
    assert [line for line in differences if not any(each in line for each in due)] == []


def test_the_host_saw_what_the_client_asked_for_and_nothing_else(story: Story) -> None:
    recording, _, _, asked, seen = story
    assert asked == seen == len(recording.exchanges)


def test_no_value_is_in_any_file_or_line(story: Story, tmp_path: Path) -> None:
    recording, found, lines, *_ = story
    save_observed(found, tmp_path / "observed.yaml")
    texts = [to_text(recording).decode(), (tmp_path / "observed.yaml").read_text(), *lines, *named(found)]
    assert [text for text in texts if CANARY in text] == []
    assert [text for text in texts if re.search(r"\w@\w|\+61|ld_\w|sk_live", text)] == []


def test_the_overlay_makes_contract_and_mock_agree(story: Story, tmp_path: Path) -> None:
    recording, found, *_ = story
    save_observed(found, tmp_path / "observed.yaml")
    before = replayed(recording, "")
    after = replayed(recording, str(tmp_path / "observed.yaml"))
    assert len(before.differences) > 25
    assert len(before.findings) > 10
    assert [one.describe() for one in after.differences] == []
    assert [one.describe() for one, _ in after.findings] == []


def replayed(recording: ShapeRecording, overlay: str) -> ReplayResult:
    contract = load_overlaid("", overlay)
    with mock(overlay=overlay) as target:
        return replay_recording(recording, contract, target, asked_words(GAPS))
