"""Control requests, each with one wrong value: they are carried out, or refused with words and nothing changed."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

from desk import Desk
from wire import answer_of, scope_of, state_of
from wrong_values import mutants

from mock_server.app import create_app
from mock_server.config.settings import Settings

LONGEST = 0.5  # seconds of a processor, with the reading of what is there before and after
_PATTERN = {
    "method": "POST",
    "urlPathPattern": "/v1/.*",
    "queryParameters": {"limit": {"equalTo": "1"}},
    "bodyPatterns": [
        {"equalToJson": {"firstName": "Ana"}, "ignoreArrayOrder": True, "ignoreExtraElements": True},
        {"matchesJsonPath": {"expression": "$.suburb", "equalTo": "Ryde"}},
        {"matches": ".*Ana.*"},
    ],
}
_MAPPING = {
    "request": _PATTERN,
    "response": {"status": 201, "jsonBody": {"id": "x"}, "headers": {"X-A": ["a", "b"]}, "fixedDelayMilliseconds": 1},
    "priority": 3,
    "allowInvalid": True,
    "scenarioName": "s",
    "newScenarioState": "b",
}
_LEAD = {"firstName": "Ana", "appointments": [{"on": "in 3 days 09:30"}], "notes": [{"text": "a", "at": "yesterday"}]}
BODIES: Sequence[tuple[str, str, Any]] = (
    ("POST", "/verify", {"request": {**_PATTERN, "allowUnknown": True}, "atMost": 9}),
    ("POST", "/requests/find", {**_PATTERN, "allowUnknown": True}),
    ("POST", "/mappings", _MAPPING),
    ("POST", "/mappings/import", {"mappings": [{**_MAPPING, "id": "a"}, {**_MAPPING, "id": "b"}]}),
    (
        "POST",
        "/faults",
        {"response": {"status": 500, "headers": {"X-A": "b"}}, "nth": 2, "probability": 0.5, "seed": 3},
    ),
    ("POST", "/clock/set", {"now": "2099-05-05T00:00:00Z"}),
    ("POST", "/clock/advance", {"seconds": 10}),
    ("PUT", "/evolution", {"evolve": "extra-field"}),
    ("POST", "/simulate", {"kind": "sms", "from": "0491 570 156", "about": "tap", "count": 2, "over": 60}),
    ("POST", "/snapshots", {"name": "a"}),
    ("POST", "/workspaces", {"id": "w", "world": {"leads": 1, "records": {"faqs": [{"question": "q"}]}}, "ttl": "1h"}),
    ("POST", "/webhooks/events", {"type": "LEAD_CREATED", "body": {"a": 1}, "contentType": "application/json"}),
    ("POST", "/webhooks/faults", {"fault": "DUPLICATE", "attempt": 1, "probability": 0.5, "seed": 1, "copies": 2}),
    ("PUT", "/inbox/default/1", {"status": 200, "delay": 0, "headers": {"X-A": "b"}}),
    ("POST", "/inbox/default/1/expect", {"match": {"a": 1}, "count": 0, "allowUnknown": True}),
    ("POST", "/records", {"records": {"leads": [_LEAD], "faqs": [{"question": "q", "answer": "a"}]}, "emit": True}),
)
"""A valid request for each shape of body that the control plane reads."""
_AFTERWARDS = ("/v1/leads?limit=1", "/v1/appointments", "/v1/faqs", "/__admin/workspaces", "/__admin/requests?limit=5")


def mutated_bodies(every: int) -> tuple[int, list[str]]:
    """How many requests were tried, and what was wrong with the answers or left behind."""
    count, wrong = 0, list[str]()
    app = create_app(Settings(world="small", quiet=True, rate_limit="off", journal_size=20))
    with asyncio.Runner() as runner:
        desk = Desk(app, app.state.workspaces.get("default"), app.state.key, runner.get_loop())
        desk.done("POST", "/clock/freeze")
        desk.done("POST", "/snapshots", {"name": "begun"})
        for number, (method, path, change, body) in enumerate(_cases()):
            if number % every == 0:
                count += 1
                wrong += [f"{method} {path} {change}: {fault}" for fault in _faults(desk, method, path, body)]
    return count, wrong


def _cases() -> Iterator[tuple[str, str, str, Any]]:
    for method, path, valid in BODIES:
        yield from ((method, path, change, body) for change, body in mutants(valid))


def _faults(desk: Desk, method: str, path: str, body: Any) -> Iterator[str]:
    before, begun = _whole(desk), time.process_time()
    raw = json.dumps(body).encode()
    asked = scope_of(method, f"/__admin{path}", key=None, body=raw)
    assert desk.loop is not None
    answer = desk.loop.run_until_complete(answer_of(desk.app, asked, raw))
    if (seconds := time.process_time() - begun) > LONGEST:
        yield f"{seconds:.1f} s"
    if answer.status >= 500:
        yield f"{answer.status} {answer.body[:100]!r}"
    elif answer.status >= 400:
        if not answer.json.get("detail"):
            yield "no reason"
        if _whole(desk) != before:
            yield f"refused by {answer.status}, and something has changed"
    else:
        yield from _unwell(desk)
        for id in [it.id for it in desk.app.state.workspaces if it.id != "default"]:
            desk.admin("DELETE", f"/workspaces/{id}")
        for rules in ("/mappings", "/faults", "/webhooks/faults", "/evolution", "/snapshots/a"):
            desk.admin("DELETE", rules)
        desk.done("POST", "/snapshots/begun/restore")
        desk.done("POST", "/clock/freeze")


def _unwell(desk: Desk) -> Iterator[str]:
    """What the server does not answer any more after it took a body."""
    for rules in ("/mappings", "/faults"):  # they may ask for any answer
        if desk.admin("GET", rules).status != 200:
            yield f"then {rules} cannot be listed"
        desk.admin("DELETE", rules)
    for path in _AFTERWARDS:
        if (status := desk.ask(path=path).status) >= 500:
            yield f"then {path} is answered {status}"


def _whole(desk: Desk) -> Any:
    """Everything that a refused request must leave alone; deliveries are made meanwhile."""
    found = []
    for it in desk.app.state.workspaces:
        records = {kind: rows for kind, rows in state_of(it)["records"].items() if not kind.startswith("$")}
        rules = [[rule.id for rule in it.faults], [mapping.id for mapping in it.mappings], sorted(it.snapshots)]
        found.append([it.id, records, rules, it.clock.frozen, it.clock.stamp() if it.clock.frozen else ""])
    return found
